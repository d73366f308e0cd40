"""Documents that want to become code, or to take for ever: anybody may have written one."""

import re
from typing import Any

import pytest
from tests.outputs.clients.frames import document

from wsgen.outputs.clients.contract import ClientOptions
from wsgen.outputs.clients.typescript import client_files
from wsgen.outputs.clients.typescript.client_files import render_typescript
from wsgen.outputs.clients.typescript.identifiers import camel_case

EVIL = "*/ ;evil(); /* `${evil()}` \"' \\ \n evil() \r evil() \u2028 evil() </script>"
CODE = re.compile(
    r"""
    \s+ | // [^\n]* | /\* (?: [^*] | \*(?!/) )* \*/ | "(?:[^"\\\n]|\\.)*" | [A-Za-z_$#][\w$]* | -?\d[\d.eE+-]*
    | /(?: [^/\\\n] | \\. )+/u | -\?:
    | [{}()\[\]<>;:,=?|&.*]
    """,
    re.VERBOSE,
)


@pytest.fixture(autouse=True)
def _without_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not need a runtime that is built."""
    monkeypatch.setattr(client_files, "runtime_files", dict)


def rendered(value: dict[str, Any]) -> str:
    files = render_typescript(value, ClientOptions(EVIL, zod=True)).files
    return "\n".join(files.values())


def test_no_text_becomes_code() -> None:
    schema = {
        "type": "object",
        "description": EVIL,
        "properties": {
            EVIL: {"type": "string", "description": EVIL, "default": EVIL, "examples": [EVIL]},
            "const": {"const": EVIL},
            "enum": {"enum": [EVIL, {EVIL: EVIL}]},
            "map": {"propertyNames": {"enum": [EVIL]}, "additionalProperties": True},
            "pattern": {"patternProperties": {EVIL: {"pattern": EVIL, "format": EVIL}}},
            "text": {"type": "string", "pattern": EVIL.replace("*/", "/").replace("/*", "/")},
            "limits": {"type": "array", "minItems": EVIL, "maxItems": [EVIL], "uniqueItems": EVIL},
            "type": {"type": EVIL},
        },
        "required": [EVIL, f"{EVIL}2"],
    }
    value = document({"$ref": "#/components/schemas/A"}, {"A": schema}, wire=EVIL)
    channel = value["channels"].pop("feed")
    value["channels"][EVIL] = {**channel, "description": EVIL, "address": EVIL, "x-contract": EVIL}
    value["operations"]["ask"] = {
        "messages": [
            {"$ref": f"#/channels/{EVIL.replace('~', '~0').replace('/', '~1')}/messages/one"}
        ],
        "summary": EVIL,
        "description": EVIL,
        "x-errors": {EVIL: EVIL},
    }
    text = rendered(value)
    assert "evil" in text
    place = 0
    while place < len(text):
        token = CODE.match(text, place)
        assert token, text[place : place + 80]
        assert token[0] != "evil", text[place - 80 : place + 80]
        place = token.end()


def test_comments_hide_no_error_and_no_tag() -> None:
    schema = {
        "type": "object",
        "description": "@ts-ignore",
        "properties": {"a": {"description": "@ts-expect-error"}},
    }
    text = rendered(document({"$ref": "#/components/schemas/A"}, {"A": schema}))
    assert "\\@ts-ignore" in text
    assert not re.search(r"/\*+\s*@ts-", text)


def test_a_deep_schema_is_cut() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(5000):
        schema = {"type": "array", "items": schema}
    text = rendered(document(schema))
    assert text.count("[][]") > 10


def test_a_wide_schema_stays_in_proportion() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(35):  # twice as long at each level, if all types were repeated
        schema = {
            "type": "object",
            "properties": {"a": schema},
            "additionalProperties": {"type": "null"},
        }
    assert len(rendered(document(schema))) < 100_000


def test_an_enumeration_is_not_taken_for_a_type_that_has_become_alike() -> None:
    side = {"title": "OrderSide", "enum": ["buy", "sell"]}
    owner = {"type": "object", "properties": {"side": side}}
    text = rendered(document({"$ref": "#/components/schemas/Order.Side"}, {"Order.Side": owner}))
    assert "side?: OrderSide2;" in text
    assert 'export type OrderSide2 = "buy" | "sell"' in text


@pytest.mark.parametrize("name", ["then", "to_string", "constructor", "value-of"])
def test_a_client_has_no_method_that_the_language_calls(name: str) -> None:
    text = rendered(document({"type": "string"}, wire=name))
    assert re.search(rf"\n  _{camel_case(name).removeprefix('_')}\(", text)


def test_many_names_that_are_alike_stay_apart() -> None:
    schemas = {f"{'é' * n}": {"type": "string"} for n in range(1, 3000)}
    data = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in schemas]}
    text = rendered(document(data, schemas))
    assert text.count("export type") >= 3000


@pytest.mark.parametrize(
    "change",
    [
        {"channels": {"feed": {"messages": {"a": 3, "b": {"name": 4}}}}},
        {"channels": {"feed": None}},
        {"channels": {"feed": {"$ref": "#/channels/feed"}}},
        {"channels": []},
        {"operations": {"a": {"messages": [{"$ref": "#/channels"}, 3, {"$ref": ""}]}, "b": []}},
        {"components": None},
        {"components": {"schemas": []}},
        {"info": None},
    ],
    ids=str,
)
def test_a_document_of_another_shape_is_no_error_of_wsgen(change: dict[str, Any]) -> None:
    found = render_typescript({**document({}), **change}, ClientOptions("x", zod=True))
    assert found.files or [item.code for item in found.problems] == ["WSG702"]
