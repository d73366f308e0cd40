"""A server that offers prepared messages gets one of an update for all its clients."""

import json
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from tests.runtime.services import AAPL, Bar, BarRequest, BarRouter, Recorder

from wsgen_runtime import WsApp
from wsgen_runtime.testing import connect


class Offering:
    """A middleware that offers the extension for its connections, as a server does."""

    def __init__(self, app: ASGIApp, version: int = 1) -> None:
        self.app = app
        self.version = version
        self.prepared: list[str] = []
        self.written: list[bytes] = []
        self.writable = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        def write(prepared: bytes) -> bool:
            if self.writable:
                self.written.append(prepared)
            return self.writable

        offer = {"version": self.version, "prepare": self.prepare, "write": write}
        scope["extensions"] = {"websocket.prepared": offer}
        await self.app(scope, receive, send)

    def prepare(self, text: str) -> bytes:
        self.prepared.append(text)
        return text.encode()


def bars() -> tuple[BarRouter, WsApp]:
    router = BarRouter(service=Recorder())
    return router, WsApp(routers=[router])


def closes(written: list[bytes]) -> list[float]:
    frames: list[dict[str, Any]] = [json.loads(text) for text in written]  # Any: as sent
    return [frame["payload"]["payload"]["close"] for frame in frames]


async def test_an_update_is_prepared_once_for_each_server_and_answers_are_sent() -> None:
    router, app = bars()
    one, other = Offering(app), Offering(app)
    async with connect(one) as ann, connect(one) as bob, connect(other) as eve, connect(app) as joe:
        for client in (ann, bob, eve, joe):
            await client.subscribe("bars", AAPL)
        for close in (1, 2):
            router.publish(BarRequest(**AAPL), Bar(close=close))
            assert (await joe.receive())["payload"]["payload"]["close"] == close
    assert [len(server.prepared) for server in (one, other)] == [2, 2]
    assert closes(one.written) == [1, 1, 2, 2]
    assert closes(other.written) == [1, 2]
    assert app.stats.deliveries == 8


async def test_what_the_server_does_not_write_is_sent() -> None:
    router, app = bars()
    server = Offering(app)
    async with connect(server) as client:
        await client.subscribe("bars", AAPL)
        server.writable = False
        router.publish(BarRequest(**AAPL), Bar(close=1))
        assert (await client.receive())["payload"]["payload"]["close"] == 1
    assert server.written == []


async def test_a_queued_update_is_never_overtaken() -> None:
    router, app = bars()
    server = Offering(app)
    async with connect(server) as client:
        await client.subscribe("bars", AAPL)
        server.writable = False
        client.stall()
        router.publish(BarRequest(**AAPL), Bar(close=1))
        server.writable = True
        router.publish(BarRequest(**AAPL), Bar(close=2))
        assert server.written == []
        client.resume()
        received = [await client.receive() for _ in range(2)]
        assert [frame["payload"]["payload"]["close"] for frame in received] == [1, 2]
        router.publish(BarRequest(**AAPL), Bar(close=3))
    assert closes(server.written) == [3]


async def test_another_version_of_the_extension_is_not_used() -> None:
    router, app = bars()
    server = Offering(app, version=2)
    async with connect(server) as client:
        await client.subscribe("bars", AAPL)
        router.publish(BarRequest(**AAPL), Bar(close=1))
        assert (await client.receive())["payload"]["payload"]["close"] == 1
    assert server.prepared == []
