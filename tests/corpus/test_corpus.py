"""The corpus is well-formed, covers every rule, and says of servers only what they do."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.corpus.app import make_app
from tests.corpus.scripts import CORPUS, files, rules, scripts, server_frames
from tests.runtime.documented import validators_of


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_a_file_of_scripts_is_valid(file: Path) -> None:
    schema = json.loads((CORPUS / "schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(file.read_text("utf-8")))


def test_the_names_of_scripts_are_unique() -> None:
    names = Counter(script["name"] for script in scripts())
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) >= 150


def test_every_rule_is_covered_and_every_covered_rule_exists() -> None:
    known = rules()
    assert len(known) == len(set(known))
    covered = Counter(rule for script in scripts() for rule in script["rules"])
    assert sorted(covered) == sorted(known)


def test_every_rule_has_its_place_in_the_client() -> None:
    sources = CORPUS.parent / "typescript" / "src"
    text = " ".join(file.read_text("utf-8") for file in sources.glob("*.ts"))
    named = re.findall(r"[Rr]ules? ((?:[CLK]?\d+(?:, | and )?)+)", text)
    found = {rule for names in named for rule in re.findall(r"[CLK]?\d+", names)}
    assert found == set(rules())


def test_servers_send_only_what_is_documented() -> None:
    app = make_app()
    validators = validators_of(app.routers.values(), app.commands)
    for name, frame in server_frames():
        errors = [error.message for error in validators[frame["type"]].iter_errors(frame)]
        assert not errors, (name, frame)
