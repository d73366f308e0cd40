"""Messages in Redis: all updates arrive, and messages of others do no harm."""

import asyncio

import pytest
from pydantic import BaseModel, ConfigDict
from tests.runtime.brokers.redis.redis_apps import (
    CHANNEL,
    KEY,
    Process,
    close_of,
    running,
)
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import (
    AAPL,
    BarRequest,
    Recorder,
    turns,
)

from wsgen_runtime import WsApp, WsRouter
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.patience import Patience
from wsgen_runtime.brokers.redis.session import RedisSession
from wsgen_runtime.testing import connect


async def test_messages_of_others_on_the_channels_do_no_harm(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        one.produce(1)
        assert await close_of(client) == 1
        malformed = [
            b"",
            b"1",
            b"\xff\x00",
            b"1 p",
            b"1 p {",
            b'1 p 1}},"seq":1}',
            b"1 p nan",
            b"1 p " + '"x"'.encode("utf-16"),
            b"1 p \xff",
            b"1 p " + b"[" * 100_000,
            b'1 e token 1 "\\ud800"',
            b"1 e token 1 7",
            b"1 u token",
            b"1 u token x 1",
            b"1 u token -1 1",
            b"1 u token " + b"9" * 5_000 + b" 1",
            b"2 p 1",
        ]
        with server.client() as stranger:
            token = stranger.get(KEY)
            assert isinstance(token, bytes)
            malformed += [b"1 u %b 1 7" % token, b"1 u %b 9007199254740992 7" % token]
            for message in malformed:
                stranger.publish(CHANNEL.decode(), message)
            stranger.publish(CHANNEL.decode(), "1 r")
        one.produce(2)
        frame = await client.receive()
        assert (frame["payload"]["payload"]["close"], frame["seq"]) == (2, 2)
        assert one.app.stats.broker.rejected == len(malformed)
        assert one.app.stats.broker.reconnects == 0
    assert [record.getMessage() for record in caplog.records] == [
        "a message on a channel of this app in Redis is ignored: it is of an unknown kind"
    ]


class Anything(BaseModel):
    """A value that pydantic writes as JSON, or a little more."""

    model_config = ConfigDict(ser_json_inf_nan="constants")

    value: object


async def test_whatever_pydantic_writes_arrives(server: RedisServer) -> None:
    deepest: list[object] = []
    for _ in range(250):  # pydantic itself refuses a few more
        deepest = [deepest]
    values = [float("nan"), float("-inf"), "\u2028\0\U0001f600", -(10**4_000), deepest, None]
    service = Recorder()
    router = WsRouter(service=service, route="any", request_type=BarRequest, data_type=Anything)
    app = WsApp(title="messages", routers=[router], broker=RedisBroker(server.url))
    async with connect(app) as client:
        await client.subscribe("any", AAPL)
        (feed,) = service.feeds.values()
        for value in values:
            feed(Anything(value=value))
        arrived = [(await client.receive())["payload"]["payload"]["value"] for _ in values]
        # repr: NaN is not equal to itself.
        assert list(map(repr, arrived)) == list(map(repr, values))
        assert app.stats.broker.rejected == 0
    await app.shutdown()


class Flooded(Link):
    """A link on which there is always a message to receive."""

    def __init__(self) -> None:
        self.patience = Patience(2.0)
        self.heard = 0

    async def receive(self) -> tuple[bytes, bytes, object]:
        self.heard += 1
        if self.heard > 200_000:
            raise EOFError("nothing else ran meanwhile")
        return b"message", CHANNEL, b'1 p {"close":1}'


async def test_a_flood_of_updates_does_not_block_the_event_loop(server: RedisServer) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        assert isinstance(one.app._broker, RedisBroker)
        assert one.app._broker._state is not None
        link = Flooded()
        session = RedisSession(link, one.app._broker._state, silence=60, ready=lambda: None)
        listening = asyncio.create_task(session._listen())
        await turns(3)
        assert not listening.done()
        listening.cancel()
        assert 0 < link.heard < 200_000


async def test_lost_updates_are_a_gap_in_seq(server: RedisServer) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        one.produce(1)
        assert (await client.receive())["seq"] == 1
        with server.client() as stranger:
            token = stranger.get(KEY)
            assert isinstance(token, bytes)
            stranger.publish(CHANNEL.decode(), b'1 u %b 5 {"close":5}' % token)
        assert (await client.receive())["seq"] == 5
        assert (one.app.stats.lost, one.app.stats.broker.missed) == (3, 3)
