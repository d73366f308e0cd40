"""`send` is called in the task and context of its connection if anything wraps it."""

import asyncio
import contextvars
import errno
import json
import threading
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

import anyio
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.testclient import TestClient
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.runtime.server import IMPLEMENTATIONS, serving
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRequest,
    BarRouter,
    Recorder,
    turns,
    until,
)
from websockets.asyncio.client import connect as ws_connect_to

from wsgen_runtime import Delivery, Limits, WsApp
from wsgen_runtime.outgoing.servers import own_send
from wsgen_runtime.testing import ClosedByServerError, WsTestClient, connect

SUBSCRIBE = {"type": "bars.subscribe", "payload": AAPL, "id": 7}
Wrap = Callable[[Send, Message], Awaitable[None]]


def wrapping(app: ASGIApp, wrap: Wrap) -> ASGIApp:
    """A middleware whose `send` is `wrap`."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        async def wrapped(message: Message) -> None:
            await wrap(send, message)

        await app(scope, receive, wrapped)

    return middleware


class Feeds:
    """An app with one route, and methods that publish on it."""

    def __init__(self, *, delivery: Delivery | None = None, limits: Limits | None = None) -> None:
        self.service = Recorder()
        self.router = BarRouter(service=self.service, delivery=delivery)
        self.app = WsApp(routers=[self.router], limits=limits)

    def publish(self, close: float = 1) -> None:
        self.router.publish(BarRequest(**AAPL), Bar(close=close))


async def closes(client: WsTestClient, count: int) -> list[float]:
    frames = [await client.receive() for _ in range(count)]
    return [frame["payload"]["payload"]["close"] for frame in frames]


# -- middlewares


async def test_send_runs_in_the_task_and_the_context_of_its_connection() -> None:
    feeds = Feeds()
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")
    seen: list[tuple[str, bool]] = []

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        own = asyncio.current_task()
        who.set(scope["path"])

        async def wrapped(message: Message) -> None:
            seen.append((who.get(), asyncio.current_task() is own))
            await send(message)

        await feeds.app(scope, receive, wrapped)

    async with connect(middleware, "/ann") as ann, connect(middleware, "/bob") as bob:
        for client in (ann, bob):
            await client.subscribe("bars", AAPL)
        seen.clear()
        who.set("the publisher")
        feeds.publish()
        assert await closes(ann, 1) == await closes(bob, 1) == [1]
        feeds.app.disconnect(min(feeds.app.clients), code=4000)
        with pytest.raises(ClosedByServerError):
            await ann.receive()
    assert sorted(seen) == [("/ann", True), ("/ann", True), ("/bob", True)]


async def test_a_timeout_around_send_affects_only_the_stalled_client() -> None:
    feeds = Feeds()

    async def wrap(send: Send, message: Message) -> None:
        async with asyncio.timeout(0.01):
            await send(message)

    app = wrapping(feeds.app, wrap)
    async with connect(app) as stalled, connect(app) as quick:
        for client in (stalled, quick):
            await client.subscribe("bars", AAPL)
        stalled.stall()
        feeds.publish(1)
        await until(lambda: feeds.app.stats.clients == 1)
        feeds.publish(2)
        assert await closes(quick, 2) == [1, 2]
    assert feeds.app.stats.failures == 1


@pytest.mark.parametrize("make", [anyio.Lock, asyncio.Lock, lambda: anyio.CapacityLimiter(1)])
async def test_a_lock_around_send_is_held_by_the_task_of_the_connection(
    make: Callable[[], Any],
) -> None:
    feeds = Feeds()

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        lock = make()

        async def wrapped(message: Message) -> None:
            async with lock:
                await send(message)

        await feeds.app(scope, receive, wrapped)

    async with connect(middleware) as client:
        await client.subscribe("bars", AAPL)
        feeds.publish(1)
        feeds.publish(2)
        assert await closes(client, 2) == [1, 2]
    assert feeds.app.stats.failures == 0


async def test_a_cancel_scope_around_send_is_exited_in_the_task_that_entered_it() -> None:
    feeds = Feeds()

    async def wrap(send: Send, message: Message) -> None:
        with anyio.fail_after(5):
            await anyio.lowlevel.checkpoint()
            await send(message)

    async with connect(wrapping(feeds.app, wrap)) as client:
        await client.subscribe("bars", AAPL)
        for number in range(3):
            feeds.publish(number)
        assert await closes(client, 3) == [0, 1, 2]


async def test_a_middleware_that_changes_messages_changes_them_once_for_each_client() -> None:
    feeds = Feeds()

    async def wrap(send: Send, message: Message) -> None:
        if "bars.update" in message.get("text", ""):
            message["text"] = message["text"].replace('"close":1', '"close":10')
        await send(message)

    app = wrapping(feeds.app, wrap)
    async with connect(app) as one, connect(app) as two:
        for client in (one, two):
            await client.subscribe("bars", AAPL)
        feeds.publish(1)
        assert await closes(one, 1) == await closes(two, 1) == [10]


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("no updates today"),
        ConnectionRefusedError("no updates today"),
        FileNotFoundError("no updates today"),
        OSError(errno.ENOSPC, "no updates today"),
        TimeoutError("no updates today"),
    ],
)
async def test_an_exception_of_send_is_logged_and_counted_once_and_closes_the_client(
    error: Exception,
    direct: bool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feeds = Feeds()

    async def wrap(send: Send, message: Message) -> None:
        if "bars.update" in message.get("text", ""):
            raise error
        await send(message)

    if direct:
        monkeypatch.setattr("wsgen_runtime.connections.sockets.own_send", lambda send: send)
    async with connect(wrapping(feeds.app, wrap)) as client:
        await client.subscribe("bars", AAPL)
        feeds.publish(1)
        feeds.publish(2)
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
    assert (caught.value.code, feeds.app.stats.failures) == (1011, 1)
    (record,) = [one for one in caplog.records if one.exc_info]
    assert record.exc_info is not None
    assert "no updates today" in str(record.exc_info[1])


@pytest.mark.parametrize(
    "error",
    [
        OSError(),
        BrokenPipeError(),
        ConnectionResetError(),
        anyio.BrokenResourceError(),
        ExceptionGroup("one", [OSError()]),
    ],
)
async def test_a_disconnected_socket_is_not_a_failure(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    feeds = Feeds()

    async def wrap(send: Send, message: Message) -> None:
        if "bars.update" in message.get("text", ""):
            raise error
        await send(message)

    async with connect(wrapping(feeds.app, wrap)) as client:
        await client.subscribe("bars", AAPL)
        feeds.publish(1)
        await until(lambda: feeds.app.stats.clients == 0)
    assert feeds.app.stats.failures == 0
    assert not [one for one in caplog.records if one.exc_info]


async def test_a_receive_that_fails_closes_with_1011() -> None:
    feeds = Feeds()

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        async def wrapped() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                raise ValueError("unreadable")
            return message

        await feeds.app(scope, wrapped, send)

    async with connect(middleware) as client:
        await client.send({"type": "ping"})
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
    assert (caught.value.code, feeds.app.stats.failures) == (1011, 1)


async def test_a_burst_to_a_client_that_reads_loses_nothing() -> None:
    feeds = Feeds(delivery=Delivery(queue=1))

    async def wrap(send: Send, message: Message) -> None:
        await send(message)

    async with connect(wrapping(feeds.app, wrap)) as client:
        await client.subscribe("bars", AAPL)
        for number in range(300):
            feeds.publish(number)
        assert await closes(client, 300) == list(range(300))
    assert feeds.app.stats.drops == 0


async def test_a_wrapped_client_that_stalls_is_bounded_and_leaves_nothing() -> None:
    feeds = Feeds(delivery=Delivery(queue=3))
    before = asyncio.all_tasks()

    async def wrap(send: Send, message: Message) -> None:
        await send(message)

    async with connect(wrapping(feeds.app, wrap)) as client:
        await client.subscribe("bars", AAPL)
        client.stall()
        feeds.publish(0)
        await turns()
        for number in range(1, 11):
            feeds.publish(number)
        assert (feeds.app.stats.drops, feeds.app.stats.queued) == (7, 3)
        client.resume()
        assert await closes(client, 4) == [0, 8, 9, 10]
        client.stall()
        feeds.publish()
        await turns()
        client.vanish()
        await until(lambda: feeds.app.stats.clients == 0)
    await until(lambda: asyncio.all_tasks() == before)


async def test_a_refused_close_code_is_replaced_by_one_from_4000() -> None:
    """As autobahn does, which daphne uses."""
    feeds = Feeds()

    async def wrap(send: Send, message: Message) -> None:
        if message["type"] == "websocket.close" and message["code"] < 3000:
            raise Exception("invalid close code")
        await send(message)

    async with connect(wrapping(feeds.app, wrap)) as client:
        await feeds.app.shutdown()
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
    assert (caught.value.code, feeds.app.stats.failures) == (4001, 0)


# -- sends that are known to be a server's own


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("path", ["/ws", "/endpoint"])
@pytest.mark.parametrize("wrapped", [True, False])
async def test_uvicorns_send_is_known_through_fastapi_and_its_middlewares(
    implementation: str, wrapped: bool, path: str
) -> None:
    found: list[bool] = []

    class Spy(WsApp):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":
                found.append(own_send(send) is not None)
            await super().__call__(scope, receive, send)

    async def passes(send: Send, message: Message) -> None:
        await send(message)

    app = FastAPI()
    app.add_middleware(GZipMiddleware)
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    app.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, call_next: call_next(request))
    if wrapped:
        app.add_middleware(wrapping, wrap=passes)
    ws_app = Spy(routers=[BarRouter(service=Recorder())])
    app.router.routes.extend(ws_app.routes("/ws"))
    app.include_router(ws_app.router("/included"))

    @app.websocket("/endpoint")
    async def endpoint(websocket: WebSocket) -> None:
        await ws_app(websocket.scope, websocket.receive, websocket.send)

    async with (
        serving(app, ws=implementation) as host,
        ws_connect_to(f"ws://{host}{path}") as client,
    ):
        await client.send(json.dumps(SUBSCRIBE))
        async with asyncio.timeout(10):
            assert json.loads(await client.recv())["id"] == 7
    assert found == [not wrapped]


async def test_a_wrapper_with_the_name_of_a_servers_send_is_recognised_as_a_wrapper() -> None:
    from functools import wraps

    from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

    class Changed(WSProtocol):
        pass

    own: Any = object.__new__(WSProtocol).send  # uvicorn types messages more narrowly
    assert own_send(own) == own

    @wraps(own)
    async def wrapped(message: Any) -> None:
        await own(message)

    assert own_send(wrapped) is None
    changed: Any = object.__new__(Changed).send
    assert own_send(changed) is None


# -- in memory, with FastAPI's test client


def within(seconds: float, action: Callable[[], None]) -> None:
    """Run `action` in a thread, and fail if it hangs, since the test client has no timeouts."""
    raised: list[BaseException] = []

    def act() -> None:
        try:
            action()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "the test client waits for ever"
    if raised:
        raise raised[0]


def mounted(feeds: Feeds) -> FastAPI:
    app = FastAPI(lifespan=feeds.app.lifespan)
    app.router.routes.extend(feeds.app.routes("/ws"))

    @app.websocket("/endpoint")
    async def endpoint(websocket: WebSocket) -> None:
        await feeds.app(websocket.scope, websocket.receive, websocket.send)

    @app.post("/plain")
    def plain() -> None:
        feeds.publish(1)

    @app.post("/coroutine")
    async def coroutine() -> None:
        feeds.publish(1)

    return app


@pytest.mark.parametrize("path", ["/ws", "/endpoint"])
@pytest.mark.parametrize("how", ["endpoint", "coroutine", "body", "feed"])
@pytest.mark.parametrize("entered", [True, False])
def test_fastapis_test_client_gets_what_is_published(path: str, how: str, entered: bool) -> None:
    feeds = Feeds()

    def publish(client: TestClient) -> None:
        if how == "endpoint":
            assert client.post("/plain").status_code == 200
        elif how == "coroutine":
            assert client.post("/coroutine").status_code == 200
        elif how == "feed":
            feeds.service.feeds[AAPL_TOPIC](Bar(close=1))
        else:
            feeds.publish(1)

    def play() -> None:
        client = TestClient(mounted(feeds))
        with client if entered else nullcontext():
            for _ in range(2):
                with client.websocket_connect(path) as socket:
                    socket.send_json(SUBSCRIBE)
                    assert socket.receive_json()["id"] == 7
                    publish(client)
                    assert socket.receive_json()["payload"]["payload"] == {"close": 1}

    within(30, play)
    assert (feeds.app.stats.failures, feeds.app.stats.clients) == (0, 0)
