"""Slots are filled with the schemas of pydantic, in draft 07."""

import json
from enum import Enum, Flag, IntEnum, IntFlag
from typing import Any, Literal, NamedTuple

import pytest
from jsonschema import Draft7Validator
from pydantic import TypeAdapter
from tests.asyncapi import models
from tests.asyncapi.documents import Json, module, official_errors, ref, router

from wsgen.model import TypeRef
from wsgen.outputs.channels.stub import render_channels
from wsgen_runtime.asyncapi import UnfillableError, fill, resolve_type

HERE = "tests.asyncapi.models"


def slot(expression: str, mode: str = "serialization") -> Json:
    return {"x-python-type": expression, "x-python-mode": mode}


def filled(**slots: Json) -> Json:
    return fill({"slots": slots})


def valid(document: Json, name: str, value: Any) -> bool:
    schema = {**document["slots"][name], "components": document.get("components", {})}
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema).is_valid(value)


def test_schemas_of_requests_and_of_data_differ() -> None:
    document = filled(sent=slot(f"{HERE}:Bar"), asked=slot(f"{HERE}:Bar", "validation"))
    made = models.Bar.model_validate(
        {"price": "1.5", "when": "2024-01-01T00:00:00Z", "pair": [1, "a"]}
    )
    bar: Json = json.loads(made.model_dump_json(by_alias=True))
    assert valid(document, "sent", bar)
    for name in bar:
        assert not valid(document, "sent", {k: v for k, v in bar.items() if k != name}), name
    assert valid(
        document, "asked", {"price": 1.5, "when": "2024-01-01T00:00:00Z", "pair": [1, "a"]}
    )
    assert not valid(document, "sent", {**bar, "price": 1.5})
    assert not valid(document, "sent", {**bar, "pair": [1, 2]})
    assert not valid(document, "sent", {**bar, "pair": [1]})
    assert "hidden" not in json.dumps(document["slots"]["sent"])


def test_aliases_defaults_and_enums() -> None:
    document = filled(asked=slot(f"{HERE}:Request", "validation"))
    assert valid(document, "asked", {"sym": "A"})
    assert not valid(document, "asked", {"symbol": "A"})
    assert not valid(document, "asked", {"sym": "A", "side": "up"})
    side = document["components"]["schemas"]["Request"]["properties"]["side"]
    assert (side["title"], side["enum"]) == ("Side", ["buy", "sell"])
    assert side["description"] == "Which half of the book."
    assert "Side" not in document["components"]["schemas"]


class _Colour(Enum):
    RED = 1
    CRIMSON = 1  # noqa: PIE796 - as a model may have it
    BLUE = 2


class _Level(IntEnum):
    LOW = 1


class _Rights(IntFlag):
    READ = 1
    WRITE = 2


class _Right(Flag):
    READ = 1


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (_Colour, [1, 2]),
        (Literal[_Colour.RED, _Level.LOW, True], [1, True]),
        (dict[str, _Colour], [1, 2]),
    ],
)
def test_values_that_have_several_names_are_listed_once(kind: Any, values: list[object]) -> None:
    found: Any = fill({"slot": slot("a:Kind")}, resolve=lambda _: kind)["slot"]
    assert found.get("additionalProperties", found)["enum"] == values
    Draft7Validator.check_schema(found)


class _Place(NamedTuple):
    x: int
    y: int = 0


def test_a_named_tuple_is_sent_with_all_its_items() -> None:
    slots = {"sent": slot("a:Kind"), "asked": slot("a:Kind", "validation")}
    found: Any = fill({"slots": slots}, resolve=lambda _: _Place)
    sent = json.loads(TypeAdapter(_Place).dump_json(_Place(1)))
    assert valid(found, "sent", sent)
    assert not valid(found, "sent", [1])
    assert valid(found, "asked", [1])


@pytest.mark.parametrize("kind", [_Rights, _Right])
def test_flags_have_more_values_than_names(kind: Any) -> None:
    found: Any = fill({"slot": slot("a:Kind")}, resolve=lambda _: kind)
    schema = {**found["slot"], "components": found.get("components", {})}
    for value in (0, TypeAdapter(kind).dump_python(~kind(0), mode="json")):
        assert Draft7Validator(schema).is_valid(value)
    assert not Draft7Validator(schema).is_valid("READ")


def test_a_discriminator_becomes_the_name_of_its_property() -> None:
    text = json.dumps(filled(a=slot(f"{HERE}:Bar")))
    assert '"discriminator": "kind"' in text
    assert "prefixItems" not in text


def test_recursive_and_generic_models_have_schemas() -> None:
    document = filled(a=slot(f"{HERE}:Tree"), b=slot(f"{HERE}:Page[{HERE}:Tree]"))
    assert valid(document, "a", {"children": [{"children": []}]})
    assert not valid(document, "a", {"children": [{"children": 1}]})
    assert valid(document, "b", {"items": [{"children": []}]})


def test_models_with_the_same_name_get_different_schemas() -> None:
    document = filled(a=slot(f"{HERE}:Bar"), b=slot("tests.asyncapi.others:Bar"))
    assert valid(document, "b", {"other": "x"})
    assert not valid(document, "a", {"other": "x"})


@pytest.mark.parametrize(
    ("expression", "good", "bad"),
    [
        (f"list[{HERE}:Point]", [{"x": 1, "y": 2}], [{"y": 1}]),
        (f"dict[str, {HERE}:Side]", {"a": "buy"}, {"a": "up"}),
        (f"{HERE}:Side | None", None, 3),
        ("tuple[int, str]", [1, "a"], ["a", 1]),
        ("tuple[int, ...]", [1, 2, 3], ["a"]),
    ],
)
def test_type_expressions_are_resolved(expression: str, good: object, bad: object) -> None:
    document = filled(a=slot(expression))
    assert valid(document, "a", good)
    assert not valid(document, "a", bad)


@pytest.mark.parametrize(
    "expression", ["", "1", "os.system('x')", "__import__('os')", "list[", "_0", "a:b(c:d)"]
)
def test_nothing_else_is_evaluated(expression: str) -> None:
    with pytest.raises((ValueError, ImportError)):
        resolve_type(expression)


def test_the_error_names_the_types_that_failed() -> None:
    slots = {"a": slot("nowhere:X"), "b": slot(f"{HERE}:Absent"), "c": slot(f"{HERE}:Bar")}
    with pytest.raises(UnfillableError) as caught:
        fill(slots)
    assert set(caught.value.reasons) == {"nowhere:X", f"{HERE}:Absent"}
    lenient = fill(slots, strict=False)
    assert lenient["a"] == {}
    assert lenient["c"] == {"$ref": "#/components/schemas/Bar"}


def test_the_caller_may_pass_a_resolver() -> None:
    types: dict[str, Any] = {"one": int}
    assert fill({"a": slot("one")}, resolve=types.__getitem__) == {"a": {"type": "integer"}}


def test_filled_stub_is_valid_and_the_same_each_time() -> None:
    spec = module(router(), router("quotes", data=TypeRef(name="list", args=(ref("Tree"),))))
    stub = json.loads(render_channels(spec))
    document = fill(stub)
    assert official_errors(document) == []
    assert "x-python" not in json.dumps(document)
    assert json.dumps(fill(stub)) == json.dumps(document)
    assert "x-python-type" in json.dumps(stub)
