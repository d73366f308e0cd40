"""Each message of a served document has an example, as the runtime would write the frame."""

from itertools import count
from typing import Any

import pytest
from pydantic import BaseModel, field_serializer, field_validator
from tests.asyncapi.documents import Json, example_errors, messages_of
from tests.asyncapi.models import Bar, Request

from wsgen_runtime import Command, CommandContext, WsCommands, WsRouter
from wsgen_runtime.asyncapi import describe
from wsgen_runtime.connections.conversation import FEATURES


class Service:
    async def create_topic(self, topic: str, topic_update: object) -> None: ...

    async def remove_topic(self, topic: str) -> None: ...

    async def snapshot(self, request: object) -> object: ...


class Refused(BaseModel):
    next: "Refused"


class Unnameable(BaseModel):
    symbol: str

    @field_serializer("symbol")
    def fail(self, value: str) -> str:
        raise RuntimeError("no database")


class Ending(BaseModel):
    symbol: str

    @field_validator("symbol")
    @classmethod
    def end(cls, value: str) -> str:
        raise SystemExit("no database")


class Changing(BaseModel):
    number: int

    @field_validator("number")
    @classmethod
    def replace(cls, value: int) -> int:
        return next(NUMBERS)


NUMBERS = count()


async def run(request: Request, context: CommandContext) -> Bar:
    raise NotImplementedError


def described(*routers: WsRouter) -> Json:
    command = Command(name="bars.buy", request_type=Request, response_type=Bar, run=run)
    document: Any = describe(routers, [WsCommands(command)], title="bars", version="1")
    return dict(document)


def router(**more: Any) -> WsRouter:  # Any: as WsRouter has it
    return WsRouter(
        service=Service(), **{"route": "bars", "request_type": None, "data_type": Bar, **more}
    )


def examples(document: Json) -> dict[str, Any]:
    return {
        name: message["examples"][0]["payload"]
        for name, message in messages_of(document).items()
        if "examples" in message
    }


def test_each_message_has_an_example() -> None:
    document = described(router(request_type=Request, snapshot_type=Bar))
    assert example_errors(document) == []
    found = examples(document)
    topic = 'bars:{"side":"buy","symbol":"AAPL"}'
    bar = found["bars.update"]["payload"]["payload"]
    assert bar["price"] == "1"
    assert bar["re-named"] == 1
    assert "hidden" not in bar
    assert found["bars.subscribe"] == {
        "type": "bars.subscribe",
        "payload": {"sym": "AAPL"},
        "id": 1,
    }
    for verb in ("subscribe.response", "unsubscribe.response", "update", "reset", "unsubscribed"):
        assert found[f"bars.{verb}"]["payload"]["topic"] == topic
    snapshot = {"topic": topic, "payload": bar, "epoch": "k3f9"}
    assert found["bars.snapshot"] == {"type": "bars.snapshot", "payload": snapshot, "seq": 0}
    assert found["bars.buy"] == {"type": "bars.buy", "payload": {"sym": "AAPL"}, "id": 1}
    assert found["bars.buy.response"]["payload"] == bar


def test_the_features_of_hello_are_those_of_the_server() -> None:
    found = examples(described(router()))
    assert tuple(found["hello.response"]["payload"]["features"]) == FEATURES


def test_a_route_without_a_request_asks_for_nothing() -> None:
    document = described(router())
    assert example_errors(document) == []
    found = examples(document)
    assert found["bars.subscribe"] == {"type": "bars.subscribe", "id": 1}
    assert found["bars.update"]["payload"]["topic"] == "bars:{}"


@pytest.mark.parametrize("kind", [Refused, Unnameable, Ending])
def test_a_route_whose_request_cannot_be_made_has_no_examples(kind: type[BaseModel]) -> None:
    document = described(router(request_type=kind))
    assert [name for name in examples(document) if name.startswith("bars.")] == [
        "bars.buy",
        "bars.buy.response",
    ]


def test_examples_may_be_left_out() -> None:
    routers = [router(request_type=Request)]
    whole, bare = (
        describe(routers, title="bars", version="1", examples=made) for made in (True, False)
    )
    assert examples(dict(bare)) == {}
    assert bare["channels"] == whole["channels"]  # with the contract


@pytest.mark.parametrize("kind", [Unnameable, Changing])
def test_data_that_is_not_the_same_each_time_or_cannot_be_sent_has_no_example(
    kind: type[BaseModel],
) -> None:
    found = examples(described(router(request_type=Request, data_type=kind, snapshot_type=kind)))
    assert "bars.subscribe" in found
    assert not {"bars.update", "bars.snapshot"} & found.keys()


def test_the_end_of_a_subscription_has_its_code() -> None:
    found = examples(described(router()))
    assert found["bars.unsubscribed"]["payload"]["code"] == "unauthorized"
