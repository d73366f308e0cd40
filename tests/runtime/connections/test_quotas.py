"""Limits of the memory that clients can use: for names, requests and answers."""

import json

import pytest
from pydantic import BaseModel, model_validator
from tests.runtime.services import AAPL, AAPL_TOPIC, BarRequest, BarRouter, Gated, Recorder, until

from wsgen_runtime import ErrorCode, Limits, WsApp, WsRouter
from wsgen_runtime.protocol.events import Event, Fault, Subscribe
from wsgen_runtime.protocol.incoming import ServerProtocol
from wsgen_runtime.testing import ErrorFrameError, WsTestClient, connect
from wsgen_runtime.topics.subscriptions import TopicIndex

SIZE = len(AAPL_TOPIC)


def app_with(limits: Limits) -> WsApp:
    return WsApp(routers=[BarRouter(service=Recorder())], limits=limits)


async def refusal(client: WsTestClient, symbol: str, verb: str = "subscribe") -> str:
    """Return the code of the error that answers."""
    ask = client.subscribe if verb == "subscribe" else client.unsubscribe
    with pytest.raises(ErrorFrameError) as caught:
        await ask("bars", {"symbol": symbol})
    return caught.value.code


@pytest.mark.parametrize("symbol", ["é" * 32_600, '"' * 3_000, "\\" * 3_000, "x" * 5_000])
@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
async def test_a_topic_name_that_is_too_long_is_an_invalid_payload(symbol: str, verb: str) -> None:
    app = app_with(Limits(frame_bytes=1 << 20))  # the test's client escapes what it sends
    async with connect(app) as client:
        assert await refusal(client, symbol, verb) == "invalid_payload"
        assert app.topics == ()


async def test_the_longest_name_of_a_topic_is_a_limit() -> None:
    async with connect(app_with(Limits(topic_bytes=SIZE))) as client:
        await client.subscribe("bars", AAPL)
        assert await refusal(client, "AAPL1") == "invalid_payload"


async def test_a_name_that_is_too_long_is_refused_before_authorize_is_asked() -> None:
    asked: list[object] = []

    def authorize(user: object, router: WsRouter, request: BaseModel) -> bool:
        asked.append(request)
        return True

    app = WsApp(routers=[BarRouter(service=Recorder())], authorize=authorize)
    async with connect(app) as client:
        assert await refusal(client, "x" * 5_000) == "invalid_payload"
    assert asked == []


async def test_the_names_of_one_clients_topics_have_a_bounded_size() -> None:
    app = app_with(Limits(subscriptions_bytes=2 * SIZE))
    async with connect(app) as client, connect(app) as other:
        await client.subscribe("bars", AAPL)
        await client.subscribe("bars", {"symbol": "MSFT"})
        await client.subscribe("bars", AAPL)  # again: nothing more is kept
        assert await refusal(client, "A") == "too_many_subscriptions"
        await other.subscribe("bars", {"symbol": "A"})
        await client.unsubscribe("bars", AAPL)
        await client.subscribe("bars", {"symbol": "GOOG"})


async def test_the_names_of_all_topics_have_a_bounded_size() -> None:
    app = app_with(Limits(topics_bytes=SIZE))
    async with connect(app) as client, connect(app) as other:
        await client.subscribe("bars", AAPL)
        await other.subscribe("bars", AAPL)  # one topic, one name
        assert await refusal(other, "A") == "too_many_subscriptions"
        for each in (client, other):
            await each.unsubscribe("bars", AAPL)
        await until(lambda: app.topics == ())
        await other.subscribe("bars", {"symbol": "A"})


async def test_requests_for_one_topic_that_does_not_start_are_bounded() -> None:
    service = Gated()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        for number in range(17):
            await client.send({"type": "bars.subscribe", "payload": AAPL, "id": number})
        answer = await client.receive()
        assert (answer["id"], answer["payload"]["code"]) == (16, "too_many_subscriptions")
        service.create_gate.set()
        assert [(await client.receive())["id"] for _ in range(16)] == list(range(16))


def read(frame: object, model: type[BaseModel] = BarRequest) -> Event:
    return ServerProtocol({"bars": model}, Limits(), 0.0).receive_text(json.dumps(frame), 0.0)


@pytest.mark.parametrize("identity", ["x" * 257, 2**63, -(2**63) - 1, 10**4_000])
def test_an_id_has_a_bounded_size(identity: object) -> None:
    event = read({"type": "bars.subscribe", "payload": AAPL, "id": identity})
    assert isinstance(event, Fault)
    assert (event.code, event.id) == (ErrorCode.INVALID_PAYLOAD, None)
    assert event.details[0].loc == ("id",)


@pytest.mark.parametrize("identity", ["x" * 256, "é" * 256, 2**63 - 1, -(2**63), 0, "", None])
def test_ids_that_clients_use_are_echoed(identity: object) -> None:
    event = read({"type": "bars.subscribe", "payload": AAPL, "id": identity})
    assert isinstance(event, Subscribe)
    assert event.id == identity


class Node(BaseModel):
    """A request that may be deeply nested, and whose validator quotes its input."""

    child: "dict[str, Node] | None" = None

    @model_validator(mode="after")
    def childless(self) -> "Node":
        if self.child is None:
            raise ValueError("x" * 10_000)
        return self


def test_details_have_a_bounded_size_however_deep_and_long_what_they_quote() -> None:
    payload: dict[str, object] = {}
    for _ in range(60):
        payload = {"child": {"k" * 200: payload}}
    event = read({"type": "bars.subscribe", "payload": payload}, Node)
    assert isinstance(event, Fault)
    (detail,) = event.details
    assert len(detail.loc) <= 33
    assert len(detail.message) <= 501


async def test_a_client_with_too_many_unread_answers_is_closed() -> None:
    limits = Limits(outbox_bytes=64 * 1024, frames_per_second=None)
    app = app_with(limits)
    async with connect(app) as client:
        client.stall()
        for _ in range(200):  # each pong is 15 bytes long, and takes more to keep
            await client.send({"type": "ping"})
        await until(lambda: all(each.closing for each in app.clients.values()))


def test_all_members_of_a_topic_share_one_string_for_its_name() -> None:
    index: TopicIndex[str, int] = TopicIndex()
    first, second = "".join(["bars", ":{}"]), "".join(["bars", ":{}"])
    assert first is not second
    index.join(first, "a", 0)
    index.join(second, "b", 0)
    names = [name for member in "ab" for name in index.held_by(member).names]
    assert names[0] is names[1]
    assert (index.size, index.held_by("a").size) == (7, 7)
