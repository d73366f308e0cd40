"""The published schema of the settings says what the table of settings says, and accepts what wsgen reads."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wsgen.errors import ConfigError
from wsgen.settings.checked import checked_config
from wsgen.settings.table import settings_schema

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(settings_schema())


def is_read(table: dict[str, Any]) -> bool:
    try:
        checked_config(table, ROOT, ROOT / "wsgen.toml")
    except ConfigError:
        return False
    return True


def test_the_published_schema_is_current() -> None:
    published = json.loads((ROOT / "schemas/settings.schema.json").read_text("utf-8"))
    assert published == settings_schema(), "run `make settings-schema`"
    Draft202012Validator.check_schema(published)


def test_the_settings_of_this_project_are_valid() -> None:
    for file in (ROOT / "pyproject.toml", ROOT / "examples/trading_api/pyproject.toml"):
        table = tomllib.loads(file.read_text("utf-8"))["tool"]["wsgen"]
        assert VALIDATOR.is_valid(table)


@pytest.mark.parametrize("value", ["", "a", "a.b", "a b", 1, -1, 0.5, True, [], ["a"], [1], {}])
@pytest.mark.parametrize(
    "keys",
    [
        *[
            ("paths",),
            ("output",),
            ("models",),
            ("sources",),
            ("quality",),
            ("asyncapi",),
            ("other",),
        ],
        *[("quality", "steps"), ("quality", "timeout"), ("quality", "other")],
    ],
)
def test_schema_and_reader_agree(keys: tuple[str, ...], value: object) -> None:
    table: dict[str, Any] = {keys[0]: value} if len(keys) == 1 else {keys[0]: {keys[1]: value}}
    in_braces = keys == ("output",) and isinstance(value, str) and value
    if in_braces or (keys == ("quality", "steps") and value == ["a"]):
        assert VALIDATOR.is_valid(table)  # the reader knows what is in braces, and the own commands
    else:
        assert is_read(table) == VALIDATOR.is_valid(table)
