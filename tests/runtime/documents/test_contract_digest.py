"""The contract of an endpoint changes with what its frames may be, and with nothing else."""

from typing import Any

import pytest

from wsgen_runtime.documents.contract_digest import contract_of

Json = dict[str, Any]


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


BAR = {
    "title": "Bar",
    "type": "object",
    "properties": {"close": {"type": "number"}, "of": ref("C")},
}
OTHER = {"title": "Other", "type": "object", "properties": {"of": ref("C")}}
SCHEMAS: Json = {
    "Bar": BAR,
    "Other": OTHER,
    "C": {"properties": {"of": ref("D")}},
    "D": {"properties": {"title": {"type": "string"}}},
}


def contract(schemas: Json, frames: Json | None = None) -> str:
    """Return the contract of a channel whose messages have these schemas, by their names."""
    frames = frames or {"bars": "Bar", "others": "Other"}
    messages = {name: {"name": name, "payload": ref(schema)} for name, schema in frames.items()}
    listed = {name: {"$ref": f"#/components/messages/{name}"} for name in frames}
    components = {"messages": messages, "schemas": schemas}
    return contract_of({"channels": {"a": {"messages": listed}}, "components": components})


@pytest.mark.parametrize("place", ["Bar", "D"])
def test_another_type_changes_it(place: str) -> None:
    changed = {**SCHEMAS[place], "maxProperties": 3}
    assert contract({**SCHEMAS, place: changed}) != contract(SCHEMAS)


def test_another_schema_of_a_message_changes_it() -> None:
    assert contract(SCHEMAS, {"bars": "Other", "others": "Bar"}) != contract(SCHEMAS)


def test_a_property_that_is_called_as_a_keyword_counts() -> None:
    for name in ("title", "properties"):
        schemas = {**SCHEMAS, "D": {"properties": {name: {"type": "string", "title": "A"}}}}
        same = {**SCHEMAS, "D": {"properties": {name: {"type": "string", "title": "B"}}}}
        other = {**SCHEMAS, "D": {"properties": {name: {"type": "null"}}}}
        assert contract(schemas) == contract(same)
        assert contract(schemas) != contract(other)


def test_names_texts_order_and_other_channels_do_not_count() -> None:
    renamed = {
        "Candle": {**BAR, "title": "Candle", "description": "A bar."},
        "Other": OTHER,
        "C": SCHEMAS["C"],
        "D": SCHEMAS["D"],
    }
    assert contract(renamed, {"bars": "Candle", "others": "Other"}) == contract(SCHEMAS)
    inner = {
        "Bar": {**BAR, "properties": {"of": ref("X"), "close": {"type": "number"}}},
        "Other": {**OTHER, "properties": {"of": ref("X")}},
        "X": SCHEMAS["C"],
        "D": SCHEMAS["D"],
    }
    assert contract(inner) == contract(SCHEMAS)
    assert contract({**SCHEMAS, "Unused": {"type": "null"}}) == contract(SCHEMAS)


def test_each_reference_on_the_way_counts() -> None:
    chain = {f"S{number}": {"properties": {"of": ref(f"S{number + 1}")}} for number in range(5)}
    ends = ({"type": "string"}, {"type": "null"})
    one, two = (contract({**chain, "S5": end}, {"bars": "S0"}) for end in ends)
    assert one != two
