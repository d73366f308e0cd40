"""The examples of a module become examples of its messages, unless their models refuse them."""

from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, field_validator

from wsgen_runtime.documents.frame_examples import put_examples

Json = dict[str, Any]


class Asked(BaseModel):
    symbol: str

    @field_validator("symbol")
    @classmethod
    def check(cls, value: str) -> str:
        if value == "none":
            raise RuntimeError("no database")
        return value


class Told(BaseModel):
    price: int = Field(alias="p")
    size: int = 1


KINDS: dict[str, TypeAdapter[Any]] = {"asked": TypeAdapter(Asked), "told": TypeAdapter(Told)}


def put(*given: Json, asked: str = "asked") -> tuple[Json, list[Any]]:
    """Return the examples of each message by its name, and what was refused."""
    schemas: Json = {
        "Question": {
            "properties": {"type": {}, "payload": {"slot": asked}},
            "required": ["payload"],
        },
        "Update": {"properties": {"type": {}, "payload": {"$ref": "#/components/schemas/Payload"}}},
        "Payload": {"properties": {"payload": {"slot": "told"}}},
        "Frame": {"properties": {"type": {}, "payload": {}}, "required": []},
    }
    kinds = {
        "bars.subscribe": "Question",
        "bars.update": "Update",
        "bars.reset": "Frame",
        "ping": "Frame",
    }
    messages: Json = {
        name: {"name": name, "payload": {"$ref": f"#/components/schemas/{kind}"}}
        for name, kind in kinds.items()
    }
    messages["ping"]["examples"] = ["its own"]
    document: Json = {
        "channels": {
            "a": {
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "x-module": "market",
            }
        },
        "operations": {
            "o": {
                "channel": {"$ref": "#/channels/a"},
                "messages": [{"$ref": "#/components/messages/bars.subscribe"}],
                "x-python-examples": [*given],
            }
        },
        "components": {"messages": messages, "schemas": schemas},
    }
    refused = put_examples(document, document, lambda schema: KINDS.get(schema.get("slot", "")))
    assert "x-python-examples" not in document["operations"]["o"]
    return {name: message.get("examples") for name, message in messages.items()}, refused


def test_those_that_are_given_come_first() -> None:
    found, refused = put(
        {"name": "one", "summary": "The first.", "request": {"symbol": "A"}, "data": {"p": 2}},
        {"request": {"symbol": "B"}},
    )
    assert refused == []
    question = {"type": "bars.subscribe", "payload": {"symbol": "A"}}
    texts = {"name": "one", "summary": "The first."}
    assert found["bars.subscribe"] == [
        {**texts, "payload": question},  # without an id, of which the schema says nothing
        {"payload": {**question, "payload": {"symbol": "B"}}},
    ]
    (update,) = found["bars.update"]
    assert update["payload"]["payload"]["payload"] == {"p": 2, "size": 1}
    (reset,) = found["bars.reset"]
    assert reset["payload"]["payload"]["topic"] == 'bars:{"symbol":"A"}'
    assert found["ping"] == ["its own"]


def test_those_that_a_model_refuses_are_left_out() -> None:
    found, refused = put(
        {"request": {"symbol": 1}},
        {"request": {"symbol": "none"}},
        {"request": {"symbol": "A"}, "data": {"p": "x"}},
    )
    places = [(each.module, each.route, each.index, each.part, each.loc) for each in refused]
    assert places == [
        ("market", "bars", 0, "request", ("symbol",)),
        ("market", "bars", 1, "request", ()),
        ("market", "bars", 2, "data", ("p",)),
    ]
    assert refused[1].text == "RuntimeError: no database"
    (made,) = found["bars.subscribe"]
    assert made["payload"]["payload"] == {"symbol": "string"}


def test_a_request_of_an_unknown_type_has_no_example() -> None:
    found, refused = put({"request": {"symbol": "A"}}, asked="unknown")
    assert refused == []
    assert found["bars.subscribe"] is None
    assert found["bars.reset"] is None
