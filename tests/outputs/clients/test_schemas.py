"""The types of single schemas, of draft 07 and of 2020-12, and what cannot be expressed."""

import json
import re
from pathlib import Path

import pytest
from tests.outputs.clients.frames import document

from wsgen.outputs.clients.contract import Owner, Problem
from wsgen.outputs.clients.typescript.index import RUNTIME_VERSION
from wsgen.outputs.clients.typescript.messages import Slot
from wsgen.outputs.clients.typescript.schemas import Schemas

ROOT = Path(__file__).parents[3]
ENUM = {"A": {"enum": ["x", "y"]}}
NOBODY = Owner("", "", "")


def converted(schema: object, *, open_enums: bool = False) -> tuple[str, list[Problem]]:
    """Return the type of `schema`, in one line, and the problems."""
    schemas = Schemas(document({}, ENUM), open_enums=open_enums)
    found = schemas.slot(Slot(schema, ("here",)), NOBODY, "")
    schemas.declared()
    return re.sub(r"\s+", " ", found.text), schemas.problems


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, "unknown"),
        (False, "never"),
        ({}, "unknown"),
        ({"type": "integer"}, "number"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"type": "string", "nullable": True}, "string | null"),
        ({"const": None}, "null"),
        ({"const": 1.0}, "1"),
        ({"const": {"a-b": [True]}}, '{ "a-b": [true] }'),
        ({"enum": ["a", 1, None, True]}, '"a" | 1 | null | true'),
        ({"$ref": "#/components/schemas/A", "description": "With a text."}, "A"),
        ({"$ref": "#/components/schemas/A", "type": "string"}, "A & string"),
        ({"allOf": [{"$ref": "#/components/schemas/A"}], "default": "x"}, "A"),
        ({"anyOf": [{"type": "string"}, {"type": "string", "maxLength": 3}]}, "string"),
        ({"anyOf": [{"type": "string"}, {}]}, "unknown"),
        ({"oneOf": [{"type": "string"}, False]}, "string"),
        ({"type": "array"}, "unknown[]"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "(string | null)[]"),
        ({"prefixItems": [{"type": "string"}], "items": False, "minItems": 1}, "[string]"),
        (
            {"items": [{"type": "string"}, {"enum": [1, 2]}], "minItems": 1},
            "[string, (1 | 2)?, ...unknown[]]",
        ),
        (
            {"type": "array", "items": [{}], "additionalItems": {"type": "null"}},
            "[unknown?, ...null[]]",
        ),
        ({"type": "array", "maxItems": 0}, "[]"),
        ({"type": "object"}, "{ [key: string]: unknown }"),
        ({"type": "object", "properties": {}}, "{ [key: string]: never }"),
        ({"type": "object", "additionalProperties": {"type": "null"}}, "{ [key: string]: null }"),
        (
            {"type": "object", "patternProperties": {"^a": {"type": "null"}, "b": {"const": 1}}},
            "{ [key: string]: null | 1 }",
        ),
        ({"propertyNames": {"$ref": "#/components/schemas/A"}}, "{ [K in A]?: unknown }"),
        ({"propertyNames": {"pattern": "^a"}, "type": "object"}, "{ [key: string]: unknown }"),
        (
            {"properties": {"a": {"type": "null"}}, "required": ["a", "b"]},
            "{ a: null; b: unknown; }",
        ),
        (
            {"properties": {"a": {"type": "null"}}, "additionalProperties": True},
            "{ a?: null; [key: string]: unknown; }",
        ),
        (
            {"properties": {"a": {"type": "null"}}, "additionalProperties": {"type": "string"}},
            "{ a?: null; [key: string]: string | null | undefined; }",
        ),
        ({"type": "object", "oneOf": [{"$ref": "#/components/schemas/A"}]}, "A"),
        (
            {
                "properties": {"a": {"const": 1}},
                "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
            },
            "{ a?: 1; } & ({ a: unknown; } | { b: unknown; })",
        ),
    ],
    ids=json.dumps,
)
def test_a_schema_is_the_type(schema: object, expected: str) -> None:
    assert converted(schema) == (expected, [])


def test_enumerations_may_be_open() -> None:
    found, _ = converted({"enum": ["a", 1]}, open_enums=True)
    assert found == '"a" | 1 | (string & {}) | (number & {})'
    keys = {"propertyNames": {"$ref": "#/components/schemas/A"}, "additionalProperties": True}
    assert converted(keys, open_enums=True)[0] == "{ [key: string]: unknown }"
    assert converted({"const": "a"}, open_enums=True)[0] == '"a"'


@pytest.mark.parametrize(
    ("schema", "expected", "route"),
    [
        ({"not": {"type": "string"}}, "unknown", ("not",)),
        ({"type": "string", "if": {"maxLength": 1}}, "string", ("if",)),
        ({"$ref": "https://example.com/schema.json"}, "unknown", ("$ref",)),
        ({"$ref": "#/components/schemas/None"}, "unknown", ("$ref",)),
        ({"type": "file"}, "unknown", ("type",)),
        ({"items": 3}, "unknown[]", ("items",)),
        ({"const": float("inf")}, "unknown", ("const",)),
    ],
)
def test_what_cannot_be_expressed_is_told(
    schema: object, expected: str, route: tuple[str, ...]
) -> None:
    found, problems = converted(schema)
    assert found == expected
    (problem,) = problems
    assert (problem.code, problem.warning) == ("WSG700", True)
    assert problem.route == ("here", *route)


def test_a_tag_that_has_a_default_is_needed_in_a_union() -> None:
    kinds = {
        name: {"type": "object", "properties": {"kind": {"const": name, "default": name}}}
        for name in ("Cat", "Dog")
    }
    union = {
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in kinds],
        "discriminator": "kind",
    }
    schemas = Schemas(document({}, kinds))
    text = re.sub(r"\s+", " ", schemas.slot(Slot(union, ()), NOBODY, "t.").text)
    assert text == 't.Cat & { kind: "Cat"; } | t.Dog & { kind: "Dog"; }'


def test_types_that_only_refer_to_themselves_are_unknown() -> None:
    ref = {name: {"$ref": f"#/components/schemas/{name}"} for name in "ABCDE"}
    components = {
        "A": {"anyOf": [ref["A"], {"type": "null"}]},
        "B": {"allOf": [ref["C"]]},
        "C": {"oneOf": [ref["B"], {"type": "string"}]},
        "D": {"type": "array", "items": ref["D"]},
        "E": {"anyOf": [ref["A"], ref["D"]]},
    }
    schemas = Schemas(document({}, components))
    for name in components:
        schemas.slot(Slot(ref[name], ()), NOBODY, "")
    found = {name: item.type.text for name, item in schemas.declared().items()}
    assert found == {"A": "unknown", "B": "unknown", "C": "unknown", "D": "D[]", "E": "A | D"}
    assert [problem.route[-1] for problem in schemas.problems] == ["A", "B", "C"]


def test_names_of_types_are_those_of_the_document_where_they_can_be() -> None:
    names = ["Bar", "a/b", "a~b", "ab", "string", "1st", "größe", "Error", "__proto__"]
    components = {name: {"type": "string"} for name in names}
    schemas = Schemas(document({}, components))
    kept = {}
    for name in names:
        reference = "#/components/schemas/" + name.replace("~", "~0").replace("/", "~1")
        kept[name] = schemas.slot(Slot({"$ref": reference}, ()), NOBODY, "").text
    assert kept == {
        "Bar": "Bar",
        "a/b": "ab2",
        "a~b": "ab3",
        "ab": "ab",
        "string": "string_",
        "1st": "_1st",
        "größe": "gre",
        "Error": "Error",
        "__proto__": "__proto__",
    }


def test_generated_code_and_the_runtime_have_the_same_version() -> None:
    source = (ROOT / "clients/typescript/src/client.ts").read_text("utf-8")
    assert f"export const RUNTIME_VERSION = {RUNTIME_VERSION};" in source


SIDE = {"title": "Side", "enum": ["buy", "sell"]}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param({**SIDE, "default": "buy", "description": "Which."}, "Side", id="the same"),
        pytest.param({"title": "Side", "enum": ["left"]}, '"buy" | "sell"', id="another"),
        pytest.param({"title": "A", "enum": ["buy", "sell"]}, "Side", id="a component's name"),
        pytest.param({"title": "no name", "enum": ["buy", "sell"]}, "Side", id="no type's name"),
    ],
)
def test_enumerations_that_are_repeated_have_one_type(
    other: dict[str, object], expected: str
) -> None:
    """A title names a type only if it belongs to one enumeration."""
    order: dict[str, object] = {"type": "object", "properties": {"side": SIDE, "other": other}}
    schemas = Schemas(document({}, ENUM | {"Order": order}))
    place = ("components", "schemas", "Order", "properties")
    found = schemas.slot(Slot(SIDE, (*place, "side")), NOBODY, "t.")
    assert found.text == (f"t.{expected}" if expected == "Side" else expected)
    schemas.slot(Slot({"$ref": "#/components/schemas/Order"}, ("here",)), NOBODY, "t.")
    declared = schemas.declared()
    assert ("Side" in declared) == (expected == "Side")
    if expected == "Side":
        assert declared["Side"].type.text == '"buy" | "sell"'
        assert "default" not in str(declared["Side"].schema)
