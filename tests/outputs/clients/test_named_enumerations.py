"""Which titles of enumerations become the names of types."""

import pytest

from wsgen.outputs.clients.typescript.named_enumerations import named_enumerations, own_keywords

SIDE = {"title": "Side", "enum": ["buy", "sell"]}


def test_a_title_names_an_enumeration_wherever_it_is() -> None:
    schemas = {
        "Bar": {"properties": {"side": {"anyOf": [SIDE, {"type": "null"}]}}},
        "Order": {"properties": {"side": {**SIDE, "default": "buy"}}},
    }
    assert named_enumerations(schemas) == {"Side"}


@pytest.mark.parametrize(
    "others",
    [
        {"Side": {"type": "object"}},
        {"Order": {"properties": {"side": {**SIDE, "enum": ["buy"]}}}},
    ],
)
def test_a_title_of_anything_else_names_none(others: dict[str, object]) -> None:
    assert named_enumerations({"Bar": {"properties": {"side": SIDE}}, **others}) == frozenset()


@pytest.mark.parametrize("title", ["of an order", "string", "", 1])
def test_a_title_that_is_no_name_names_none(title: object) -> None:
    assert named_enumerations({"Bar": {"items": {**SIDE, "title": title}}}) == frozenset()


def test_what_a_property_says_is_not_part_of_the_enumeration() -> None:
    assert own_keywords({**SIDE, "default": "buy", "deprecated": True}) == SIDE
