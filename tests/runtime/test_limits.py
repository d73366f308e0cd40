"""Every limit, and the close code or the error that belongs to it."""

import asyncio
import math
import time
from contextlib import AsyncExitStack
from dataclasses import fields
from typing import Any

import pytest
from starlette.types import Message
from tests.runtime.services import AAPL, BarRouter, Gated, Recorder, until

from wsgen_runtime import CloseCode, Delivery, Limits, WsApp
from wsgen_runtime.connections import conversation
from wsgen_runtime.connections.timers import Timers
from wsgen_runtime.testing import (
    ClosedByServerError,
    ErrorFrameError,
    RefusedByServerError,
    WsTestClient,
    connect,
)


def app_with(**limits: float) -> WsApp:
    return WsApp(routers=[BarRouter(service=Recorder())], limits=Limits(**limits))  # type: ignore[arg-type] # each test knows its own


async def close_code(client: WsTestClient) -> int:
    """Read to the end and return the close code."""
    try:
        while True:
            await client.receive()
    except ClosedByServerError as closed:
        return closed.code


async def test_too_many_bad_frames_in_a_row_close_with_1008() -> None:
    async with connect(app_with(bad_frames=3)) as client:
        for _ in range(3):
            await client.send_text("x")
        assert await close_code(client) == CloseCode.POLICY_VIOLATION


async def test_a_served_frame_resets_the_count_of_faults() -> None:
    async with connect(app_with(bad_frames=2)) as client:
        for _ in range(5):
            await client.send_text("x")
            assert (await client.receive())["payload"]["code"] == "invalid_json"
            await client.send({"type": "ping"})
            assert (await client.receive())["type"] == "pong"


async def test_a_frame_too_large_closes_with_1009() -> None:
    async with connect(app_with(frame_bytes=100)) as client:
        await client.send_text("x" * 101)
        assert await close_code(client) == CloseCode.TOO_LARGE


async def test_a_binary_frame_is_an_error_and_the_socket_stays() -> None:
    async with connect(app_with()) as client:
        await client.send_bytes(b'{"type":"ping"}')
        assert (await client.receive())["payload"]["code"] == "invalid_json"
        await client.subscribe("bars", AAPL)


async def test_unsubscribing_without_a_subscription_is_an_error() -> None:
    async with connect(app_with()) as client:
        with pytest.raises(ErrorFrameError, match="not_subscribed"):
            await client.unsubscribe("bars", AAPL)


async def test_too_many_subscriptions_are_an_error_and_then_1008() -> None:
    async with connect(app_with(subscriptions=1, bad_frames=2)) as client:
        await client.subscribe("bars", AAPL)
        await client.subscribe("bars", AAPL)
        with pytest.raises(ErrorFrameError, match="too_many_subscriptions"):
            await client.subscribe("bars", {"symbol": "MSFT"})
        await client.unsubscribe("bars", AAPL)
        await client.subscribe("bars", {"symbol": "MSFT"})
        for symbol in ("A", "B"):
            frame = {"type": "bars.subscribe", "payload": {"symbol": symbol}}
            await client.send(frame)
        assert await close_code(client) == 1008


async def test_the_number_of_topics_is_limited() -> None:
    app = app_with(topics=1)
    async with connect(app) as one, connect(app) as two:
        await one.subscribe("bars", AAPL)
        await two.subscribe("bars", AAPL)
        with pytest.raises(ErrorFrameError, match="too_many_subscriptions"):
            await two.subscribe("bars", {"symbol": "MSFT"})


async def test_frames_too_fast_are_an_error_and_then_1008() -> None:
    limits = {"frames_per_second": 0.001, "frame_burst": 2, "bad_frames": 2}
    async with connect(app_with(**limits)) as client:
        for _ in range(4):
            await client.send({"type": "ping"})
        frames = [await client.receive() for _ in range(4)]
        assert [frame["type"] for frame in frames] == ["pong", "pong", "error", "error"]
        assert frames[2]["payload"]["code"] == "rate_limited"
        assert await close_code(client) == 1008


async def test_a_full_server_refuses_with_503() -> None:
    app = app_with(clients=1)
    async with connect(app):
        with pytest.raises(RefusedByServerError) as caught:
            async with connect(app):
                pass
        assert caught.value.status == 503
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)


async def test_silence_closes_with_3008_unless_frames_come() -> None:
    async with connect(app_with(heartbeat=0.05)) as client:
        await client.send({"type": "ping"})
        assert (await client.receive())["type"] == "pong"
        assert await close_code(client) == CloseCode.TIMEOUT


async def test_frames_sent_while_authorize_is_running_count_for_the_heartbeat() -> None:
    async def authorize(user: object, router: object, request: object) -> bool:
        await asyncio.sleep(0.3)
        return True

    router = BarRouter(service=Recorder())
    app = WsApp(routers=[router], authorize=authorize, limits=Limits(heartbeat=0.1))
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await client.send({"type": "ping"})
        assert (await client.receive())["type"] == "bars.subscribe.response"
        assert (await client.receive())["type"] == "pong"
        assert await close_code(client) == CloseCode.TIMEOUT


async def test_a_client_is_not_silent_while_the_event_loop_is_blocked() -> None:
    async with connect(app_with(heartbeat=0.3)) as client:
        ping = {"type": "websocket.receive", "text": '{"type": "ping"}'}
        # It arrives like from a socket, in the turn of the event loop that runs the late timers.
        asyncio.get_running_loop().call_soon(client._to_app.put_nowait, ping)
        time.sleep(0.5)  # noqa: ASYNC251 - what blocks the loop
        assert (await client.receive())["type"] == "pong"
        assert await close_code(client) == CloseCode.TIMEOUT


@pytest.mark.parametrize(
    ("server", "heartbeat"),
    [("hypercorn", 45.0), ("granian", 45.0), ("uvicorn", None), ("daphne", None), ("", None)],
)
def test_servers_that_do_not_notice_vanished_clients_have_a_heartbeat(
    server: str, heartbeat: float | None
) -> None:
    assert Limits().on(server).heartbeat == heartbeat
    assert Limits(heartbeat=math.inf).on(server).heartbeat == math.inf
    assert Limits(heartbeat=3).on(server).heartbeat == 3


async def test_connections_that_started_together_end_at_different_times() -> None:
    app = app_with(lifespan=1_000)
    async with AsyncExitStack() as stack:
        watches: list[Timers] = []
        start = Timers.start

        def started(watch: Timers, *arguments: Any) -> None:
            start(watch, *arguments)
            watches.append(watch)

        stack.enter_context(pytest.MonkeyPatch.context()).setattr(Timers, "start", started)
        for _ in range(20):
            await stack.enter_async_context(connect(app))
        ends = [watch._timers["lifespan"].when() for watch in watches]
        assert max(ends) - min(ends) > 10
        assert max(ends) - asyncio.get_running_loop().time() <= 1_000


async def test_the_maximum_lifetime_closes_with_1001() -> None:
    async with connect(app_with(lifespan=0.01)) as client:
        assert await close_code(client) == CloseCode.GOING_AWAY


async def test_shutdown_closes_with_1001_stops_producers_and_refuses_new_clients() -> None:
    service = Gated()
    service.create_gate.set()
    service.remove_gate.clear()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        shutdown = asyncio.create_task(app.shutdown())
        assert await close_code(client) == 1001
        await until(lambda: service.log[-1][0] == "remove")
        with pytest.raises(RefusedByServerError):
            async with connect(app):
                pass
        assert not shutdown.done()
        service.remove_gate.set()
        await shutdown
    async with connect(app) as client:  # it may be started again
        await client.subscribe("bars", AAPL)


async def test_the_shutdown_is_limited_although_clients_and_producers_hang() -> None:
    service = Gated()
    app = WsApp(routers=[BarRouter(service=service)], limits=Limits(shutdown_timeout=0.01))
    async with connect(app) as client, connect(app) as other:
        client.stall()
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await other.send({"type": "bars.subscribe", "payload": AAPL})
        await until(lambda: service.log != [])
        await app.shutdown()
        await until(lambda: app.stats.clients == 0)
    assert not service.create_gate.is_set()


async def test_shutdown_without_a_start_does_nothing() -> None:
    await app_with().shutdown()


def test_every_limit_must_be_positive() -> None:
    for field in fields(Limits):
        for value in (0, -1, math.nan):
            with pytest.raises(ValueError, match=field.name):
                Limits(**{field.name: value})  # type: ignore[arg-type] # nan is a float


def test_some_limits_are_required() -> None:
    Limits(clients=None, heartbeat=None)
    with pytest.raises(ValueError, match="outbox_bytes must have a limit"):
        Limits(outbox_bytes=None)  # type: ignore[arg-type] # as careless code does


class Handshake:
    """A client whose acceptance takes as long as the test wants."""

    def __init__(self, app: WsApp) -> None:
        self.sent: list[str] = []
        self.code: int | None = None
        self.accepted = asyncio.Event()
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
        self.task = asyncio.create_task(app(scope, self._incoming.get, self._send))

    async def _send(self, message: Message) -> None:
        self.sent.append(message["type"])
        self.code = message.get("code")
        if message["type"] == "websocket.accept":
            await self.accepted.wait()

    def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})


@pytest.mark.parametrize("again", [False, True])
async def test_a_client_that_is_accepted_during_a_shutdown_is_closed(again: bool) -> None:
    app = app_with()
    late = Handshake(app)
    await until(lambda: late.sent == ["websocket.accept"])
    await app.shutdown()
    if again:
        await app.startup()
    late.accepted.set()
    await late.task
    assert (late.sent, late.code) == (["websocket.accept", "websocket.close"], 1001)
    assert app.stats.clients == 0


async def test_clients_that_are_being_accepted_count_towards_the_limit() -> None:
    app = app_with(clients=1)
    first = Handshake(app)
    await until(lambda: first.sent == ["websocket.accept"])
    second = Handshake(app)
    await second.task
    assert second.sent == ["websocket.close"]
    first.accepted.set()
    first.leave()
    await first.task


async def test_a_client_that_sends_continuously_does_not_block_other_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conversation, "_TURN", 0.0)
    app = app_with()
    frames, turn, turns_at = 50, 0, [0]

    async def receive() -> Message:  # like a server that always has a frame ready
        nonlocal turn
        turn += 1
        if turn == 1:
            return {"type": "websocket.connect"}
        if turn > frames:
            return {"type": "websocket.disconnect", "code": 1000}
        return {"type": "websocket.receive", "text": '{"type":"ping"}'}

    async def send(_: Message) -> None:
        pass

    async def other() -> None:
        while True:
            turns_at.append(turn)
            await asyncio.sleep(0)

    await app.startup()
    running = asyncio.create_task(other())
    scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    await app(scope, receive, send)
    running.cancel()
    assert len([turn for turn in turns_at if 1 < turn < frames]) > 10


def test_a_delivery_is_checked() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Delivery(queue=0)
    with pytest.raises(ValueError, match="drop-newest"):
        Delivery(overflow="drop-newest")  # type: ignore[arg-type] # what a typo looks like at run time


def test_every_close_code_has_a_description() -> None:
    assert all(code.description for code in CloseCode)
    assert CloseCode(1001) is CloseCode.GOING_AWAY


async def test_an_unforeseen_failure_closes_with_1011_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("wsgen_runtime.topics.hub.Hub.subscribe", broken)
    app = app_with()
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        assert await close_code(client) == CloseCode.INTERNAL
        await until(lambda: app.stats.clients == 0)
    assert "boom" in caplog.text
