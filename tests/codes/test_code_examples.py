"""The example of each code: the wrong one gives that code, the right one is accepted."""

import ast
import json
import re
import shlex
import tomllib
from functools import partial
from pathlib import Path
from typing import Any  # as YAML and JSON values are

import click
import pytest
import yaml
from tests.asyncapi.in_process import validate_text

from wsgen.asyncapi.validation import validate
from wsgen.asyncapi.validation.check_limits import Budget
from wsgen.cli.main import wsgen
from wsgen.codes import CODES
from wsgen.errors import ConfigError
from wsgen.load import load_module
from wsgen.load.python import type_names
from wsgen.settings.config import Config
from wsgen.settings.project_file import load_config
from wsgen.source import ModuleSource

MODELS = """
from pydantic import BaseModel

class BarsRequest(BaseModel): symbol: str

class Bar(BaseModel): close: float

class Quote(BaseModel): bid: float
"""
DOCUMENT = """
asyncapi: 3.1.0
info: {title: Trading API, version: 1.0.0}
servers:
  production: {host: example.com, protocol: wss}
channels:
  bars:
    address: /bars
    messages:
      bar:
        payload: {$ref: '#/components/schemas/Bar'}
  quotes:
    address: /quotes
    messages:
      quote:
        payload: {type: number}
operations:
  sendBars:
    action: send
    channel: {$ref: '#/channels/bars'}
components:
  schemas:
    Bar: {type: object}
"""
OLDER_DOCUMENT = """
asyncapi: 2.6.0
info: {title: Trading API, version: 1.0.0}
servers:
  production: {url: example.com, protocol: wss}
channels:
  bars:
    subscribe:
      message: {payload: {type: object}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
"""


def of(*files: str) -> list[str]:
    return [name for name, code in CODES.items() if code.file in files]


def found_in_module(root: Path, text: str, models: str = MODELS) -> list[str]:
    """Return the codes that loading a module gives whose sources are in `text`."""
    parts = re.split(r"^# (ws\.\w+)\n", text, flags=re.MULTILINE)
    if len(parts) == 1:
        name = "ws.py" if re.search(r"^(?:from|import) ", text, re.MULTILINE) else "ws.yaml"
        parts = ["", name, text]
    folder = root / "trading_api" / "datafeed"
    folder.mkdir(parents=True, exist_ok=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    (root / "trading_api" / "models.py").write_text(models)
    files = []
    for name, part in zip(parts[1::2], parts[2::2], strict=True):
        files.append(folder / name)
        files[-1].write_text(f"{part}\n")
    source = ModuleSource("datafeed", None, folder, tuple(files), folder / "ws_generated")
    schemes = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    loaded = load_module(source, Config(root=root, sources=(root,), asyncapi=schemes))
    return [item.code for item in loaded.diagnostics]


@pytest.mark.parametrize("name", of("ws.yaml", "ws.py", "ws.yaml and ws.py", "ws.yaml and ws.yml"))
def test_an_example_of_a_source(name: str, tmp_path: Path) -> None:
    code = CODES[name]
    assert found_in_module(tmp_path / "right", code.right) == []
    if name not in ("WSG665", "WSG701"):  # what a document shows, or a client
        assert set(found_in_module(tmp_path / "wrong", code.wrong)) == {name}


def test_the_example_of_a_type_that_pydantic_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type_names, "_TAKES_TYPED_DICT", (99,))
    source = CODES["WSG309"].right
    request = "\nfrom pydantic import BaseModel\nclass BarsRequest(BaseModel): ...\n"
    code = CODES["WSG310"]
    assert found_in_module(tmp_path / "right", source, code.right + request) == []
    assert found_in_module(tmp_path / "wrong", source, code.wrong + request) == ["WSG310"]


def merged(base: Any, change: Any) -> Any:
    """Return `base` with the values of `change` in it; `change` counts where both have one."""
    if isinstance(base, dict) and isinstance(change, dict) and "$ref" not in base:
        return base | {key: merged(base.get(key), value) for key, value in change.items()}
    return change


def found_in_document(text: str) -> set[str]:
    older = text.startswith("asyncapi: 2")
    base = yaml.safe_load(OLDER_DOCUMENT if older else DOCUMENT)
    document = json.dumps(merged(base, yaml.safe_load(text)))
    return {item.code for item in validate_text(Path("asyncapi.json"), document.encode())}


@pytest.mark.parametrize("name", of("asyncapi.yaml"))
def test_an_example_of_a_document(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code = CODES[name]
    # What takes too long is given up sooner than for users.
    monkeypatch.setattr(validate, "_budget_of_examples", partial(Budget, 0.3, 1.0))
    unused = {"WSG614"}  # components that are there for the example only
    assert found_in_document(code.right) <= unused - {name}
    if name in ("WSG600", "WSG602"):  # what is wrong is the text, not the document in it
        found = validate_text(Path("asyncapi.yaml"), f"{code.wrong}\n".encode())
        assert name in {item.code for item in found}
    else:
        assert name in found_in_document(code.wrong)


def found_in_settings(root: Path, text: str) -> set[str]:
    root.mkdir()
    (root / "templates").mkdir()
    (root / "specs").mkdir()
    (root / "pyproject.toml").write_text(text)
    try:
        load_config(root)
    except ConfigError as error:
        return {item.code for item in error.diagnostics}
    return set()


@pytest.mark.parametrize("name", of("pyproject.toml"))
def test_an_example_of_the_settings(name: str, tmp_path: Path) -> None:
    code = CODES[name]
    assert found_in_settings(tmp_path / "right", code.right) == set()
    if name.startswith("WSG9"):
        assert found_in_settings(tmp_path / "wrong", code.wrong) == {name}
    else:
        tomllib.loads(code.wrong)


@pytest.mark.parametrize("name", of("models.py", "generic_route.py", "service.py"))
def test_an_example_in_python_can_be_parsed(name: str) -> None:
    ast.parse(CODES[name].wrong)
    ast.parse(CODES[name].right)


@pytest.mark.parametrize("name", of("console"))
def test_the_commands_of_an_example_exist(name: str) -> None:
    lines = [*CODES[name].wrong.splitlines(), *CODES[name].right.splitlines()]
    for line in lines:
        assert line.startswith("$ ")
        words = shlex.split(line)[1:]
        if words[0] == "wsgen":
            assert wsgen.get_command(click.Context(wsgen), words[1]) is not None


def test_every_example_is_looked_at() -> None:
    known = {
        "",
        "ws.yaml",
        "ws.py",
        "ws.yaml and ws.py",
        "ws.yaml and ws.yml",
        "asyncapi.yaml",
        "pyproject.toml",
        "models.py",
    }
    texts = {
        "generic_route.py",
        "service.py",
        "console",
        "router.py.jinja",
        ".gitignore",
        ".flake8",
    }
    assert {code.file for code in CODES.values()} <= known | texts
