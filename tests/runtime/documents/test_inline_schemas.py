"""Parts of schemas that have no name get a title from the place where they stand."""

from typing import Any

from wsgen_runtime.documents.inline_schemas import name_inline

ENUM = {"enum": ["a"]}
TWO = {"anyOf": [{"enum": ["a"]}, {"enum": ["b"]}]}


def titles(**properties: Any) -> list[str]:
    """Return the titles that parts of a schema `Bar` get, in their order."""
    schemas = {"Bar": {"title": "Bar", "properties": properties}}
    name_inline(schemas, schemas)
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, dict):
            if "title" in value:
                found.append(value["title"])
            walk(list(value.values()))

    walk(schemas["Bar"]["properties"])
    return found


def test_each_place_has_a_name() -> None:
    assert titles(close_of={**ENUM}) == ["BarCloseOf"]
    assert titles(a={"items": {**ENUM}}) == ["BarAItem"]
    assert titles(a={"items": [{**ENUM}, {"enum": ["b"]}]}) == ["BarAItem1", "BarAItem2"]
    for keyword in ("additionalProperties", "contains", "propertyNames"):
        assert titles(a={keyword: {**ENUM}}) == ["BarAValue"]
    assert titles(a={"patternProperties": {"^x": {**ENUM}}}) == ["BarAValue"]


def test_two_parts_of_one_place_have_two_names() -> None:
    assert titles(a=TWO) == ["BarA", "BarAValue"]
