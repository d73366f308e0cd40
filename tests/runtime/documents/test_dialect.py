"""Schemas of JSON Schema 2020-12 mean the same in draft 07."""

import pytest

from wsgen_runtime.documents.dialect import Draft07

SENT, ASKED = Draft07({}, {}, is_sent=True), Draft07({}, {}, is_sent=False)


@pytest.mark.parametrize("rest", [False, {"type": "string"}])
def test_what_follows_the_first_items_stays_as_it_was(rest: object) -> None:
    schema = {"type": "array", "prefixItems": [{"type": "null"}], "items": rest}
    assert SENT.convert(schema) == {
        "type": "array",
        "items": [{"type": "null"}],
        "additionalItems": rest,
    }


def test_only_what_is_always_sent_has_no_default() -> None:
    properties = {"a": {"default": 1}, "b": {"default": 2}}
    schema = {"properties": properties, "required": ["a"]}
    assert ASKED.convert(schema) == schema
    assert SENT.convert(schema) == {**schema, "properties": {"a": {}, "b": {"default": 2}}}


def test_what_stands_beside_a_reference_stays() -> None:
    kind = Draft07({"#/$defs/A": "#/A"}, {"#/$defs/E": {"enum": [1], "title": "E"}}, is_sent=True)
    assert kind.convert({"$ref": "#/$defs/E", "title": "Own"}) == {"enum": [1], "title": "Own"}
    assert kind.convert({"$ref": "#/$defs/A", "title": "Own"}) == {"$ref": "#/A", "title": "Own"}
    more = {"required": ["a"]}
    combined = {"$ref": "#/$defs/A", "allOf": [more], "minProperties": 1}
    assert kind.convert(combined) == {"allOf": [{"$ref": "#/A"}, more], "minProperties": 1}
    alone = {"allOf": [{"$ref": "#/$defs/A"}], "title": "Own"}
    assert kind.convert(alone) == {"$ref": "#/A", "title": "Own"}
