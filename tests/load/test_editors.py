"""Editors with the real YAML language server say of a wrong `ws.yaml` what wsgen says, at the same place."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # messages of the protocol are JSON

import pytest
from tests.load.language_server import LanguageServer

from wsgen.diagnostics import Diagnostic, Span
from wsgen.load.yaml.reader import load_yaml

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schemas/ws.schema.json"
CASES = {
    file.parts[-3]: file
    for file in sorted((ROOT / "tests/cases").glob("yaml-*/module/ws.yaml"))
    # No ordinary reader of YAML survives the laughs.
    if "laughs" not in str(file) and not file.read_bytes().startswith((b"\xff", b"\xfe"))
}
UNLIKE = {
    "yaml-interval-wrong": "infinity is a number for readers of YAML 1.2, and too large",
    "yaml-many-at-once": "`no` is text for readers of YAML 1.2",
    "yaml-route-no": "`no` is text for readers of YAML 1.2",
    "yaml-route-null": "wsgen points at the key, the server behind it, where nothing is written",
    "yaml-router-null": "wsgen points at the key, the server behind it, where nothing is written",
    "yaml-routers-null": "wsgen points at the key, the server behind it, where nothing is written",
    "yaml-type-bom": "the server counts the byte order mark as a character",
    "yaml-version-float": "1.0 is 1 for JSON Schema",
    "yaml-version-octal": "01 is 1 for readers of YAML 1.2",
}
GOOD = """\
version: 1
routers:
  BarWsRouter:
    route: bars
    delivery: {overflow: latest}
    summary: OHLC bars.
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    with LanguageServer(SCHEMA) as server:
        for file in CASES.values():
            server.open(file.as_uri(), file.read_text("utf-8", "replace"))
        yield server


def sentences(schema: Any) -> Iterator[str]:
    """Yield all general sentences of a schema."""
    if isinstance(schema, dict):
        for key in ("errorMessage", "patternErrorMessage"):
            if isinstance(schema.get(key), str):
                yield schema[key]
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict | list):
            yield from sentences(part)


GENERAL = sorted(set(sentences(json.loads(SCHEMA.read_text("utf-8")))))


def from_schema(file: Path) -> list[tuple[Span, str]]:
    """Return the places and the general sentences of what the schema forbids, as wsgen reports them."""
    found: list[Diagnostic] = []
    load_yaml(file, file.read_bytes(), "shop.models", found)
    return [
        (item.span, max((text for text in GENERAL if text in item.message), key=len))
        for item in found
        if item.span and any(text in item.message for text in GENERAL)
    ]


def covers(problem: dict[str, Any], span: Span) -> bool:
    """Return whether a problem begins at `span`; the server makes one of equal ones on a line."""
    start, end = problem["range"]["start"], problem["range"]["end"]
    columns = range(start["character"], max(end["character"], start["character"]) + 1)
    return bool(start["line"] == span.line - 1) and span.column - 1 in columns


def test_place_and_sentence_are_those_of_the_language_server(server: LanguageServer) -> None:
    equal = 0
    unlike = set()
    for name, file in CASES.items():
        theirs = server.problems(file.as_uri())
        for span, sentence in from_schema(file):
            same = [each for each in theirs if each["message"] == sentence]
            if any(covers(each, span) for each in same):
                equal += 1
            else:
                unlike.add(name)
    assert unlike == UNLIKE.keys()
    assert equal > 60


def test_a_right_file_has_no_problems(server: LanguageServer) -> None:
    server.open("file:///right/ws.yaml", GOOD.replace("route: bars", "request: A\n    data: B"))
    assert server.problems("file:///right/ws.yaml") == []


def test_keys_and_values_are_completed(server: LanguageServer) -> None:
    server.open("file:///complete/ws.yaml", GOOD + "    \n")
    method = "textDocument/completion"
    keys = server.ask_at(method, "file:///complete/ws.yaml", 6, 4)["items"]
    assert {"request", "data", "tags", "security"} <= {item["label"] for item in keys}
    values = server.ask_at(method, "file:///complete/ws.yaml", 4, 25)["items"]
    assert [item["label"] for item in values] == ["drop-oldest", "latest", "disconnect"]


def test_a_field_is_described_where_the_mouse_is(server: LanguageServer) -> None:
    server.open("file:///hover/ws.yaml", GOOD)
    shown = server.ask_at("textDocument/hover", "file:///hover/ws.yaml", 5, 6)["contents"]["value"]
    assert "Summary" in shown
    assert "first line of the class's docstring" in shown
