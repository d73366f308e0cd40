"""The schemas of zod that single schemas become, and what is left to the server."""

import json
import re
from typing import Any

import pytest
from tests.outputs.clients.frames import document

from wsgen.outputs.clients.contract import ClientOptions
from wsgen.outputs.clients.typescript.client_files import render_typescript

ENUM = {"A": {"enum": ["x", "y"]}}
REF = {name: {"$ref": f"#/components/schemas/{name}"} for name in "ABCS"}
_DECLARED = r"((?:/\*\* [^/]*? \*/ )?)(?:export )?const %s: (.+?) = (.+?)(?= // prettier-ignore|$)"


def file_of(schemas: dict[str, Any], data: object = True, *, open_enums: bool = False) -> str:
    """Return `schemas.ts` of a document, in one line."""
    options = ClientOptions("x", runtime="@wsgen/client", zod=True, open_enums=open_enums)
    return re.sub(
        r"\s+", " ", render_typescript(document(data, schemas), options).files["schemas.ts"]
    )


def declared(text: str, name: str = "S") -> tuple[str, str, str]:
    """Return the comment, the type and the expression of a schema in a file."""
    found = re.search(_DECLARED % re.escape(name), text.rstrip())
    assert found is not None
    return found[1].strip(), found[2], found[3]


def converted(schema: object, *, open_enums: bool = False) -> tuple[str, str]:
    """Return what `schema` becomes, and the comment."""
    text = file_of(ENUM | {"S": schema}, {"items": [REF["A"], REF["S"]]}, open_enums=open_enums)
    comment, _, found = declared(text)
    return found, comment


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, "z.nonoptional(z.unknown())"),
        (False, "z.never()"),
        ({"type": ["string", "null"]}, "z.nullable(z.string())"),
        ({"type": "string", "nullable": True}, "z.nullable(z.string())"),
        ({"type": "string", "format": "date-time"}, "z.string()"),
        ({"type": "string", "minLength": 1, "maxLength": 3}, "z.string().min(1).check(atMost(3))"),
        ({"type": "string", "pattern": "^a/\\d$"}, "z.string().regex(/^a\\/\\p{Nd}$/u)"),
        ({"type": "integer"}, "integer()"),
        ({"type": "integer", "exclusiveMinimum": 0}, "integer().gt(0)"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "z.int().min(0).max(9)"),
        (
            {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**63},
            f"integer().min(0).max({2**63})",
        ),
        ({"type": "integer", "multipleOf": 5, "minimum": 0}, "integer().multipleOf(5).min(0)"),
        ({"type": "number", "minimum": 0.5}, "z.number().min(0.5)"),
        ({"type": "number", "minimum": float("nan")}, "z.number()"),
        ({"type": "number", "exclusiveMinimum": True}, "z.number()"),
        ({"const": None}, "z.null()"),
        ({"const": 1.0}, "z.literal(1)"),
        ({"const": {"a-b": [True]}}, 'z.strictObject({ "a-b": z.tuple([z.literal(true)]) })'),
        ({"enum": ["a", "b", "a"]}, 'z.enum(["a", "b"])'),
        ({"enum": ["a", 1, None, True]}, 'z.nullable(z.literal(["a", 1, true]))'),
        ({"enum": ['"`${x}\\']}, 'z.literal("\\"`${x}\\\\")'),
        ({"allOf": [REF["A"], {"type": "string"}]}, "A.and(z.string())"),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "z.union([z.string(), z.number()])"),
        ({"anyOf": [{"type": "string"}, {}]}, "z.nonoptional(z.unknown())"),
        ({"type": "array", "minItems": 1, "maxItems": 2}, "z.array(z.unknown()).min(1).max(2)"),
        ({"type": "array", "maxItems": 0}, "z.tuple([])"),
        (
            {"prefixItems": [{"type": "string"}, {}], "items": False, "minItems": 1},
            "z.tuple([z.string(), maybe(z.unknown())])",
        ),
        (
            {"prefixItems": [{}], "items": {"type": "null"}, "minItems": 1},
            "z.tuple([z.nonoptional(z.unknown())], z.null())",
        ),
        ({"type": "object"}, "z.record(z.string(), z.unknown())"),
        ({"propertyNames": REF["A"]}, "z.partialRecord(A, z.unknown())"),
        (
            {"patternProperties": {"^a": {"type": "null"}, "b": {"const": 1}}, "type": "object"},
            "z.looseRecord(z.string().regex(/^a/u), z.null())"
            ".and(z.looseRecord(z.string().regex(/b/u), z.literal(1)))",
        ),
        (
            {"properties": {"a": {"type": "null"}}, "required": ["a", "b"]},
            "z.looseObject({ a: z.null(), b: z.nonoptional(z.unknown()), })",
        ),
        (
            {"properties": {"a": {"type": "null"}}, "additionalProperties": False},
            "z.looseObject({ a: maybe(z.null()), })",
        ),
        (
            {"properties": {"a": {"type": "null"}}, "additionalProperties": {"type": "string"}},
            "z.object({ a: maybe(z.null()), }).catchall(z.string())",
        ),
        (
            {"type": "object", "properties": {}},
            "z.looseObject({}) as unknown as z.ZodType<t.S, t.S>",
        ),
    ],
    ids=json.dumps,
)
def test_a_schema_is_one_of_zod(schema: object, expected: str) -> None:
    assert converted(schema) == (expected, "")


@pytest.mark.parametrize(
    ("schema", "expected", "left"),
    [
        ({"not": {"type": "string"}}, "z.nonoptional(z.unknown())", "`not`"),
        ({"type": "string", "pattern": "(?i)a"}, "z.string()", "`pattern`"),
        ({"type": "number", "multipleOf": 0.1}, "z.number()", "`multipleOf`"),
        ({"type": "integer", "multipleOf": 0.5}, "integer()", "`multipleOf`"),
        ({"type": "array", "uniqueItems": True}, "z.array(z.unknown())", "`uniqueItems`"),
        (
            {"prefixItems": [{"type": "null"}], "minItems": 2},
            "z.tuple([z.null()], z.unknown())",
            "`minItems`",
        ),
        (
            {"type": "object", "propertyNames": {"pattern": "^a"}},
            "z.record(z.string(), z.unknown())",
            "`propertyNames`",
        ),
        (
            {"properties": {"a": {"items": {"type": "string", "pattern": "\\b"}}}},
            "z.looseObject({ a: maybe(z.array(z.string())), })",
            "`pattern` of `a`",
        ),
        (
            {"patternProperties": {"\\b": {"type": "null"}}, "type": "object"},
            "z.record(z.string(), z.unknown()) as unknown as z.ZodType<t.S, t.S>",
            "`patternProperties`",
        ),
        (
            {"properties": {"a": {"type": "null"}}, "patternProperties": {"b": {"type": "null"}}},
            "z.looseObject({ a: maybe(z.null()), }) as unknown as z.ZodType<t.S, t.S>",
            "`patternProperties`",
        ),
        (
            {"properties": {"toString": {}, "valueOf": {}}, "required": ["valueOf"]},
            "z.looseObject({ valueOf: z.nonoptional(z.unknown()), }) as unknown as z.ZodType<t.S, t.S>",
            "`toString`",
        ),
    ],
    ids=json.dumps,
)
def test_what_zod_cannot_say_is_left_to_the_server(
    schema: object, expected: str, left: str
) -> None:
    assert converted(schema) == (expected, f"/** Left to the server: {left}. */")


def test_enumerations_may_be_open() -> None:
    assert converted({"enum": ["a", 1, None]}, open_enums=True)[0] == (
        "z.nullable(z.union([z.string(), z.number()]))"
    )
    assert converted({"const": "a"}, open_enums=True)[0] == 'z.literal("a")'


def _pet(kind: object, *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"kind": kind}, "required": [*required]}


@pytest.mark.parametrize(
    ("cat", "dog", "expected"),
    [
        (_pet({"const": "a"}, "kind"), _pet({"const": "b"}, "kind"), "[B, C]"),
        (
            _pet({"const": "a"}),
            _pet({"enum": ["b", "c"]}, "kind"),
            "[B.required({ kind: true }), C]",
        ),
        (_pet({"const": "a"}, "kind"), _pet({"const": "a"}, "kind"), None),
        (_pet({"const": "a"}, "kind"), _pet({"const": None}, "kind"), None),
        (_pet({"const": "a"}, "kind"), {"allOf": [_pet({"const": "b"}, "kind")]}, None),
        (_pet({"const": "a"}, "kind"), _pet({"type": "string"}, "kind"), None),
    ],
)
def test_a_tag_tells_members_apart(
    cat: dict[str, Any], dog: dict[str, Any], expected: str | None
) -> None:
    union = {"oneOf": [REF["B"], REF["C"]], "discriminator": {"propertyName": "kind"}}
    _, _, found = declared(file_of({"B": cat, "C": dog, "S": union}, REF["S"]))
    plain = "z.union([B, C])"
    assert found == (f'z.discriminatedUnion("kind", {expected})' if expected else plain)


def test_schemas_come_after_those_that_they_need() -> None:
    tree = {"type": "object", "properties": {"leaf": REF["B"], "more": {"items": REF["A"]}}}
    text = file_of({"A": tree, "B": {"type": "string"}}, REF["A"])
    assert text.index("const B:") < text.index("const A:")
    assert declared(text, "A")[1:] == (
        "ObjectOf<t.A>",
        "z.looseObject({ leaf: maybe(B), more: maybe(z.array(z.lazy(() => A))), })",
    )


def test_a_chain_of_schemas_is_as_long_as_it_wants() -> None:
    links: dict[str, Any] = {
        f"L{n}": {"properties": {"next": {"$ref": f"#/components/schemas/L{n + 1}"}}}
        for n in range(3000)
    }
    text = file_of(links | {"L3000": {"type": "null"}}, {"$ref": "#/components/schemas/L0"})
    assert "z.lazy" not in text


def test_names_are_those_of_the_types() -> None:
    names = ["z", "t", "eval", "integer", "integer_", "Shape"]
    schemas = {name: {"type": "integer"} for name in names}
    text = file_of(schemas, {"items": [{"$ref": f"#/components/schemas/{name}"} for name in names]})
    assert "export const integer_: z.ZodType<t.integer_, t.integer_> = integer()" in text
    assert " const integer__: z.ZodType<t.integer, t.integer> = integer();" in text
    exports = "Shape_ as Shape, eval_ as eval, integer__ as integer, t_ as t, z_ as z"
    assert text.rstrip().endswith(f"export {{ {exports} }}")


def test_a_client_without_types_has_no_schemas() -> None:
    text = file_of({}, {"type": "string"})
    assert text.rstrip().endswith("// prettier-ignore export {}")
    assert "zod" not in text
