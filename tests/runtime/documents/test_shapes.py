"""The shapes of schemas in documents, which generators make types of."""

from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from jsonschema import Draft7Validator
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from wsgen_runtime.asyncapi import fill

T = TypeVar("T")
Json = dict[str, Any]  # taken apart freely


class Side(StrEnum):
    """A side of an order."""

    BUY = "buy"
    SELL = "sell"


Month = StrEnum("Month", ["may", "june", "july", "august", "october", "november"])


class Venue(BaseModel):
    """Where it is traded."""

    code: str = "X"


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"


class Trade(BaseModel):
    side: Side
    other_side: Side | None = Field(default=None, description="The other one.")
    venue: Venue = Field(default=Venue(), description="Of the trade.")
    month: Month = Month.may
    unit: Literal["share", "lot"] = "lot"
    close_price: float = Field(title="Close price")
    size: int = Field(default=1, title="How many were traded")
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class TradeRequest(Trade):
    """A trade as clients ask for it."""


def schemas(**slots: tuple[Any, str]) -> Json:
    """Return the components of a document with these slots, each a type and a mode."""
    document = fill(
        {
            "slots": {
                name: {"x-python-type": name, "x-python-mode": mode}
                for name, (_, mode) in slots.items()
            }
        },
        resolve={name: kind for name, (kind, _) in slots.items()}.__getitem__,
    )
    components: Any = document["components"]  # any JSON value
    found: Json = components["schemas"]
    for schema in found.values():
        Draft7Validator.check_schema(schema)
    return found


@pytest.fixture(scope="module")
def found() -> Json:
    return schemas(sent=(Trade, "serialization"), asked=(TradeRequest, "validation"))


def test_a_small_enum_stands_where_it_is_used_with_its_name(found: Json) -> None:
    assert found["Trade"]["properties"]["side"] == {
        "title": "Side",
        "description": "A side of an order.",
        "enum": ["buy", "sell"],
        "type": "string",
    }
    other, nothing = found["Trade"]["properties"]["other_side"]["anyOf"]
    assert (other["title"], nothing) == ("Side", {"type": "null"})
    assert "Side" not in found


def test_a_large_enum_is_one_component_for_both_sides(found: Json) -> None:
    assert found["Month"]["enum"] == [month.value for month in Month]
    assert found["Trade"]["properties"]["month"] == {"$ref": "#/components/schemas/Month"}
    assert found["TradeRequest"]["properties"]["month"] == {
        "$ref": "#/components/schemas/Month",
        "default": "may",
    }
    assert "MonthInput" not in found


def test_an_enum_keeps_its_name_when_it_gets_another_value() -> None:
    enum_of: Any = StrEnum  # type checkers want the values as literals
    for values in (["a"] * 1, ["a", "b"], list("abcde"), list("abcdef")):
        kind = enum_of("Kind", values)
        slots = {"x-python-type": "kind", "x-python-mode": "serialization"}
        text = str(fill({"slots": slots}, resolve={"kind": kind}.__getitem__))
        assert "'title': 'Kind'" in text


def test_what_describes_a_field_stands_beside_its_reference(found: Json) -> None:
    assert found["Trade"]["properties"]["venue"] == {
        "$ref": "#/components/schemas/Venue",
        "description": "Of the trade.",
    }
    assert found["TradeRequest"]["properties"]["venue"]["default"] == {"code": "X"}
    assert "allOf" not in str(found)


def test_what_is_always_sent_has_no_default(found: Json) -> None:
    sent, asked = found["Trade"], found["TradeRequest"]
    assert sent["required"] == list(sent["properties"])
    assert not [name for name, item in sent["properties"].items() if "default" in item]
    assert asked["properties"]["size"]["default"] == 1
    assert "default" not in found["Venue"]["properties"]["code"]
    assert found["VenueInput"]["properties"]["code"]["default"] == "X"


def test_a_property_has_a_title_only_if_it_says_more_than_its_name(found: Json) -> None:
    properties = found["Trade"]["properties"]
    assert properties["size"]["title"] == "How many were traded"
    assert "title" not in properties["close_price"]


def test_values_without_a_name_are_named_after_their_place(found: Json) -> None:
    assert found["Trade"]["properties"]["unit"]["title"] == "TradeUnit"
    assert found["TradeRequest"]["properties"]["unit"]["title"] == "TradeRequestUnit"


def test_the_title_of_a_place_is_not_that_of_a_model() -> None:
    class TradeUnit(BaseModel):
        code: int

    sent = schemas(sent=(Trade, "serialization"), unit=(TradeUnit, "serialization"))
    assert sent["Trade"]["properties"]["unit"]["title"] == "TradeUnitValue"
    assert sent["TradeUnit"]["title"] == "TradeUnit"


def test_a_title_that_a_model_has_itself_describes_it() -> None:
    class Titled(BaseModel):
        model_config = ConfigDict(title="What a trader sees")

    class Box(BaseModel, Generic[T]):
        item: T

    sent = schemas(titled=(Titled, "serialization"), box=(Box[Venue], "serialization"))
    assert (sent["Titled"]["title"], sent["Titled"]["description"]) == (
        "Titled",
        "What a trader sees",
    )
    assert sent["BoxVenue"]["title"] == "BoxVenue"
    assert "description" not in sent["BoxVenue"]


def test_a_discriminator_has_a_title_for_generators_that_make_a_type_of_it(found: Json) -> None:
    titles = {key: found[key]["properties"]["kind"]["title"] for key in ("Cat", "DogInput")}
    assert titles == {"Cat": "CatKind", "DogInput": "DogInputKind"}


def test_a_discriminator_is_required_of_each_member(found: Json) -> None:
    for union, members in (("Trade", ("Cat", "Dog")), ("TradeRequest", ("CatInput", "DogInput"))):
        assert found[union]["properties"]["pet"]["discriminator"] == "kind"
        for member in members:
            assert found[member]["required"] == ["kind"]


def test_constraints_beside_a_reference_stay_in_force() -> None:
    extra: dict[str, JsonValue] = {"minProperties": 2}

    class Strict(BaseModel):
        venue: Annotated[Venue, Field(json_schema_extra=extra)]

    sent = schemas(sent=(Strict, "serialization"))["Strict"]["properties"]["venue"]
    assert sent == {"allOf": [{"$ref": "#/components/schemas/Venue"}], **extra}
