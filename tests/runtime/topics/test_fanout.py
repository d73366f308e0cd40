"""A server that offers prepared messages gets one of an update for all its clients."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.runtime.ledger import Ledger, ledger_router
from tests.runtime.services import AAPL, Bar, BarRequest, BarRouter, Recorder, turns

from wsgen_runtime import WsApp
from wsgen_runtime.testing import connect
from wsgen_runtime.topics import slices

WRAPPED = (
    "the server takes prepared messages, but updates are sent to each client, because a middleware wraps `send`: "
    "WsApp(prepared=True) writes past it, and prepared=False says that this is meant"
)


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
                sending = send({"type": "websocket.send", "text": prepared.decode()})
                with pytest.raises(StopIteration):  # the client takes it at once
                    sending.__await__().__next__()
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


def frames(written: list[bytes]) -> list[dict[str, Any]]:  # Any: as sent
    return [json.loads(text) for text in written]


def closes(written: list[bytes]) -> list[float]:
    updates = [frame for frame in frames(written) if frame["type"] == "bars.update"]
    return [frame["payload"]["payload"]["close"] for frame in updates]


async def test_an_update_is_prepared_once_for_each_server() -> None:
    router, app = bars()
    one, other = Offering(app), Offering(app)
    async with connect(one) as ann, connect(one) as bob, connect(other) as eve, connect(app) as joe:
        for client in (ann, bob, eve, joe):
            await client.subscribe("bars", AAPL)
        for close in (1, 2):
            router.publish(BarRequest(**AAPL), Bar(close=close))
            assert (await joe.receive())["payload"]["payload"]["close"] == close
    answers = (2, 1)
    assert [len(server.prepared) for server in (one, other)] == [2 + each for each in answers]
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
        await client.send({"type": "ping"})
        assert (await client.receive())["type"] == "pong"
    assert closes(server.written) == []


async def test_answers_are_written_in_order_unless_something_is_queued() -> None:
    router, app = bars()
    server = Offering(app)
    async with connect(server) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await turns()
        router.publish(BarRequest(**AAPL), Bar(close=1))
        await client.send({"type": "ping"})
        await turns()
        kinds = ["bars.subscribe.response", "bars.update", "pong"]
        assert [frame["type"] for frame in frames(server.written)] == kinds
        assert [(await client.receive())["type"] for _ in kinds] == kinds
        server.writable = False
        client.stall()
        await client.send({"type": "ping"})
        await turns()
        server.writable = True
        await client.send({"type": "bars.unsubscribe", "payload": AAPL})
        await turns()
        assert len(server.written) == 3
        client.resume()
        late = ["pong", "bars.unsubscribe.response"]
        assert [(await client.receive())["type"] for _ in late] == late


async def test_a_state_is_prepared_once_for_all_who_wait_for_it() -> None:
    ledger = Ledger()
    ledger.pause = 5  # turns, in which both come to wait
    app = WsApp(routers=[ledger_router(ledger)])
    server = Offering(app)
    async with connect(server, hello=True) as ann, connect(server, hello=True) as bob:
        for client in (ann, bob):
            await client.send({"type": "ledger.subscribe", "payload": {"name": "main"}, "id": 1})
        for client in (ann, bob):
            while (await client.receive())["type"] != "ledger.snapshot":
                pass
    written = [frame["type"] for frame in frames(server.written)]
    assert written.count("ledger.snapshot") == 2
    assert sum('"type":"ledger.snapshot"' in text for text in server.prepared) == 1


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
        assert closes(server.written) == []
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


@pytest.mark.parametrize(
    ("prepared", "direct", "wrapped"), [(None, 2, 0), (True, 2, 2), (False, 0, 0)]
)
async def test_what_wraps_send_sees_all_updates_unless_asked_for(
    prepared: bool | None, direct: int, wrapped: int, caplog: pytest.LogCaptureFixture
) -> None:
    router = BarRouter(service=Recorder())
    app = WsApp(routers=[router], prepared=prepared)

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        async def passed_on(message: Message) -> None:
            await send(message)

        await app(scope, receive, passed_on)

    one, other = Offering(app), Offering(middleware)
    async with connect(one) as ann, connect(other) as bob, connect(other):
        for client in (ann, bob):
            await client.subscribe("bars", AAPL)
        await turns()
        for close in (1, 2):
            router.publish(BarRequest(**AAPL), Bar(close=close))
        await turns()
    assert (len(closes(one.written)), len(closes(other.written))) == (direct, wrapped)
    # Answers are what a middleware may want to see.
    assert len(one.written) - direct == (0 if prepared is False else 1)
    assert len(other.written) == wrapped
    told = [record.getMessage() for record in caplog.records if "prepared" in record.getMessage()]
    assert told == ([WRAPPED] if prepared is None else [])


async def test_an_update_does_not_overtake_what_the_task_of_the_connection_sends() -> None:
    router = BarRouter(service=Recorder())
    app = WsApp(routers=[router], prepared=True)
    passing = asyncio.Event()
    passing.set()

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        async def passed_on(message: Message) -> None:
            await passing.wait()
            await send(message)

        await app(scope, receive, passed_on)

    server = Offering(middleware)
    async with connect(server) as client:
        await client.subscribe("bars", AAPL)
        await turns()
        passing.clear()
        await client.send({"type": "ping"})
        await turns()
        for close in (1, 2):
            router.publish(BarRequest(**AAPL), Bar(close=close))
        assert server.written == []
        passing.set()
        assert (await client.receive())["type"] == "pong"
        received = [await client.receive() for _ in range(2)]
        assert [frame["payload"]["payload"]["close"] for frame in received] == [1, 2]
        await turns()
        router.publish(BarRequest(**AAPL), Bar(close=3))
        assert closes(server.written) == [3]
        app.disconnect(min(app.clients))
        router.publish(BarRequest(**AAPL), Bar(close=4))
        assert closes(server.written) == [3]


async def test_an_update_that_is_sent_in_slices_is_prepared_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "SLICE", 1)
    router, app = bars()
    server = Offering(app)
    async with connect(server) as ann, connect(server) as bob, connect(server) as eve:
        for client in (ann, bob, eve):
            await client.subscribe("bars", AAPL)
        router.publish(BarRequest(**AAPL), Bar(close=1))
        await turns()
    assert len(server.prepared) == 3 + 1  # with the answers
    assert closes(server.written) == [1, 1, 1]
