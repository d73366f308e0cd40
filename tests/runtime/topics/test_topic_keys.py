"""Requests with None and with "", whose topics have the same name."""

import asyncio
import pickle
from collections.abc import AsyncIterator
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel
from tests.runtime.brokers.test_brokers import Bus, Process
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRequest, BarRouter, Recorder, until

from wsgen_runtime import Topic, WsApp, WsRouter
from wsgen_runtime.protocol.distinct import nullable_fields
from wsgen_runtime.protocol.topic_names import name_of, topic_key, topic_name
from wsgen_runtime.testing import ErrorFrameError, connect

EMPTY = {"symbol": "AAPL", "resolution": ""}


async def test_none_and_an_empty_text_are_two_topics_with_one_name() -> None:
    service = Recorder()
    router = BarRouter(service=service)
    app = WsApp(routers=[router])
    async with connect(app) as none, connect(app) as empty:
        for client, request in ((none, AAPL), (empty, EMPTY)):
            answer = await client.subscribe("bars", request)
            assert answer["topic"] == AAPL_TOPIC
        (first, second) = service.feeds
        assert isinstance(first, Topic)
        assert isinstance(second, Topic)
        assert (first.request.resolution, second.request.resolution) == (None, "")
        assert (first.route, second.route) == ("bars", "bars")
        assert first == second.replace("", "") == AAPL_TOPIC
        assert first != second
        assert pickle.loads(pickle.dumps(second)) == second
        service.feeds[first](Bar(close=1))
        service.feeds[second](Bar(close=2))
        router.publish(BarRequest(symbol="AAPL"), Bar(close=3))
        router.publish(BarRequest(symbol="AAPL", resolution=""), Bar(close=4))
        for client, expected in ((none, [1, 3]), (empty, [2, 4])):
            for close in expected:
                frame = await client.receive()
                assert frame["payload"] == {"topic": AAPL_TOPIC, "payload": {"close": close}}
        assert app.topics == (AAPL_TOPIC,)
        await none.unsubscribe("bars", AAPL)
        await until(lambda: len(service.feeds) == 1)
        assert tuple(service.feeds) == (second,)
        await none.subscribe("bars", AAPL)
        assert app.cancel(AAPL_TOPIC, "over") == 2
        for client in (none, empty):
            assert (await client.receive())["payload"] == {"topic": AAPL_TOPIC, "reason": "over"}


@pytest.mark.parametrize(("one", "other"), [(AAPL, EMPTY), (EMPTY, AAPL)])
async def test_one_client_cannot_have_both_since_frames_name_the_topic(
    one: dict[str, str], other: dict[str, str]
) -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())])
    async with connect(app) as client:
        await client.subscribe("bars", one)
        with pytest.raises(ErrorFrameError, match="invalid_payload") as caught:
            await client.subscribe("bars", other)
        assert caught.value.payload["details"] == [
            {
                "loc": ["payload"],
                "message": 'The client has another topic with this name, in which null is ""',
                "type": "alike",
            }
        ]
        with pytest.raises(ErrorFrameError, match="not_subscribed"):
            await client.unsubscribe("bars", other)
        await client.unsubscribe("bars", one)
        await client.subscribe("bars", other)


async def test_a_stream_gets_the_request_itself() -> None:
    async def bars(request: BarRequest) -> AsyncIterator[Bar]:
        yield Bar(close=1 if request.resolution is None else 2)
        await asyncio.Event().wait()

    app = WsApp(
        routers=[WsRouter(service=bars, route="bars", request_type=BarRequest, data_type=Bar)]
    )
    async with connect(app) as none, connect(app) as empty:
        for client, request, close in ((none, AAPL, 1), (empty, EMPTY, 2)):
            await client.subscribe("bars", request)
            assert (await client.receive())["payload"]["payload"] == {"close": close}


class Colour(Enum):
    RED = ""


class Inner(BaseModel):
    note: str | None = None


class Wide(BaseModel):
    plain: str = ""
    colour: Colour = Colour.RED
    marked: Annotated[str, Field(max_length=9)] = ""
    chosen: Literal["", "a"] = ""
    texts: list[str] = []
    either: str | int = ""
    maybe: str | None = None
    inner: Inner = Inner()
    notes: dict[str, str | None] = {}
    anything: Any = 1


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class Root(RootModel[str | None]):
    pass


def key(request: BaseModel) -> str:
    return topic_key(topic_name("r", request), request, nullable_fields(type(request)))


def test_only_fields_that_may_be_none_make_a_key_of_their_own() -> None:
    assert nullable_fields(Wide) == {"maybe", "inner", "notes", "anything"}
    plain = Wide(texts=[""])
    assert key(plain) == topic_name("r", plain)
    for alike in (
        Wide(maybe=""),
        Wide(inner=Inner(note="")),
        Wide(notes={"a": ""}),
        Wide(anything=[("",)]),
        Open.model_validate({"more": ""}),
        Root(""),
    ):
        assert name_of(key(alike)) == topic_name("r", alike)
        assert key(alike) != topic_name("r", alike)
    requests = [Wide(notes={"a": a, "b": b}) for a in ("", None) for b in ("", None)]
    assert len({topic_name("r", request) for request in requests}) == 1
    assert len(set(map(key, requests))) == 4
    assert key(Root(None)) == topic_name("r", Root(None))


async def test_the_request_is_that_of_a_subscriber_here_when_another_process_takes_over() -> None:
    bus = Bus()
    one, two = Process(bus), Process(bus)
    async with connect(one.app) as here, connect(two.app) as there:
        for request in (AAPL, EMPTY):
            await here.subscribe("bars", request)
            await there.subscribe("bars", request)
            await here.unsubscribe("bars", request)
            await until(lambda: len(two.service.feeds) == 1)
            (topic,) = two.service.feeds
            assert isinstance(topic, Topic)
            assert topic.request == BarRequest.model_validate(request)
            await there.unsubscribe("bars", request)
            await until(lambda: not two.app.topics)
