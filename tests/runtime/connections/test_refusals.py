"""Refusals: what is logged, and what the client gets."""

import asyncio
import logging
import threading
from collections.abc import Callable

import pytest
from pydantic import BaseModel
from starlette.exceptions import HTTPException, WebSocketException
from starlette.types import Message
from tests.runtime.connections.test_origins import seen_as
from tests.runtime.services import AAPL, BarRouter, Recorder, until

from wsgen_runtime import Connection, Limits, RefusedError, WsApp
from wsgen_runtime.testing import ErrorFrameError, RefusedByServerError, connect

FORGED = "no\r\n2026-01-01 INFO all is well\u2028\x1b[2J\u202e"


async def refused(app: WsApp, **headers: str) -> int:
    with pytest.raises(RefusedByServerError) as caught:
        async with connect(app, headers=headers):
            pass
    return caught.value.status


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


async def test_a_refused_origin_is_one_warning_that_names_the_setting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())])
    for origin in ("https://app.example", "https://app.example:443", "null", "https://app.example"):
        assert await refused(app, Origin=origin) == 403
    first, second = warnings_of(caplog)
    assert 'WsApp(origins=["https://app.example"])' in first
    assert 'WsApp(origins=["null"])' in second


async def test_a_refused_host_is_one_warning_that_names_the_setting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = WsApp(routers=[], hosts=["a.example"])
    for _ in range(2):
        assert await refused(app, Host="b.example:8000") == 403
    (warning,) = warnings_of(caplog)
    assert 'WsApp(hosts=["b.example"])' in warning


async def test_a_stranger_cannot_fill_the_log_or_hide_other_refusals(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = WsApp(routers=[], authenticate=lambda _: None)
    for number in range(150):
        await refused(app, Origin=f"https://{number}.example")
    assert 100 <= len(warnings_of(caplog)) <= 101
    caplog.clear()
    await refused(app)
    await refused(app)
    (warning,) = warnings_of(caplog)
    assert "not authenticated" in warning


@pytest.mark.parametrize("origin", [FORGED, "https://x.example" + FORGED, "x" * 10_000])
async def test_a_hostile_origin_is_one_short_line_in_the_log(
    origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = WsApp(routers=[])
    sent = [(b"host", b"x"), (b"origin", origin.encode("latin-1", "replace"))]
    with pytest.raises(RefusedByServerError):
        async with connect(seen_as(app, headers=sent)):
            pass
    (warning,) = warnings_of(caplog)
    assert warning.isprintable()
    assert len(warning) < 500


async def test_the_text_of_a_refusal_is_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def authenticate(connection: Connection) -> None:
        raise RefusedError(FORGED)

    await refused(WsApp(routers=[], authenticate=authenticate))
    (warning,) = warnings_of(caplog)
    assert warning.isprintable()
    assert "no\\r\\n2026" in warning


async def test_an_exception_of_user_code_is_one_line_in_the_log_whatever_a_client_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def authorize(*_: object) -> bool:
        error = ValueError(f"unknown symbol {FORGED}")
        error.add_note(FORGED)
        raise error from KeyError(FORGED)

    app = WsApp(routers=[BarRouter(service=Recorder())], authorize=authorize)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
    formatted = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert "unknown symbol no\\r\\n2026" in formatted
    assert not [line for line in formatted.splitlines() if line.startswith("2026")]
    assert "\x1b" not in formatted


def grouped() -> None:
    raise ExceptionGroup(FORGED, [ValueError(FORGED), KeyError("x")])


def compiled() -> None:
    compile(f"x = {FORGED}", FORGED, "exec")


def with_a_broken_text() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise ValueError(FORGED)

    raise Broken


@pytest.mark.parametrize("fail", [grouped, compiled, with_a_broken_text])
async def test_every_kind_of_exception_is_logged_without_forged_lines(
    fail: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    async def authorize(*_: object) -> bool:
        fail()
        return True

    app = WsApp(routers=[BarRouter(service=Recorder())], authorize=authorize)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
    formatted = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert not [line for line in formatted.splitlines() if line.lstrip(" |").startswith("2026")]
    assert not {"\x1b", "\r", "\u2028"} & set(formatted)


class Nested(BaseModel):
    values: dict[str, int]


async def test_keys_of_a_client_are_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def authorize(*_: object) -> bool:
        Nested.model_validate({"values": {FORGED: "x"}})
        return True

    app = WsApp(routers=[BarRouter(service=Recorder())], authorize=authorize)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
    formatted = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert not [line for line in formatted.splitlines() if line.startswith("2026")]


async def messages_of(app: WsApp, *, extensions: bool = True) -> list[Message]:
    """Return what `app` sends to a client that connects."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    found: dict[str, object] = {"websocket.http.response": {}} if extensions else {}
    scope = {"type": "websocket", "path": "/", "headers": [], "extensions": found}
    await app(scope, receive, send)
    return sent


async def test_an_http_exception_of_authenticate_is_the_answer_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def authenticate(connection: Connection) -> None:
        headers = {"WWW-Authenticate": "Bearer", "Bad": "a\r\nb", "Content-Length": "1"}
        raise HTTPException(401, "No token", headers=headers)

    app = WsApp(routers=[], authenticate=authenticate)
    start, body = await messages_of(app)
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    assert dict(start["headers"]) == {
        b"content-type": b"application/json",
        b"content-length": b"21",
        b"www-authenticate": b"Bearer",
    }
    assert body["body"] == b'{"detail":"No token"}'
    assert [message["type"] for message in await messages_of(app, extensions=False)] == [
        "websocket.close"
    ]
    assert [record.exc_info for record in caplog.records] == [None]
    assert app.stats.failures == 0


@pytest.mark.parametrize("status", [101, 200, 299, 600, -1])
async def test_an_http_exception_that_refuses_nothing_is_a_403(status: int) -> None:
    def authenticate(connection: Connection) -> None:
        raise HTTPException(status, "what")

    (message,) = await messages_of(WsApp(routers=[], authenticate=authenticate))
    assert message["type"] == "websocket.close"


async def test_a_websocket_exception_of_authenticate_closes_with_its_code() -> None:
    def authenticate(connection: Connection) -> None:
        raise WebSocketException(4401, "Log in first")

    (message,) = await messages_of(WsApp(routers=[], authenticate=authenticate))
    assert message == {"type": "websocket.close", "code": 4401, "reason": "Log in first"}


@pytest.mark.parametrize("error", [HTTPException(403), WebSocketException(1008)])
async def test_an_http_exception_of_authorize_is_unauthorized_without_a_traceback(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def authorize(*_: object) -> bool:
        raise error

    app = WsApp(routers=[BarRouter(service=Recorder())], authorize=authorize)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="unauthorized"):
            await client.subscribe("bars", AAPL)
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_plain_function_may_block_while_others_are_served() -> None:
    gate = threading.Event()
    threads: set[str] = set()

    def authenticate(connection: Connection) -> str:
        threads.add(threading.current_thread().name)
        if connection.query_params.get("slow"):
            assert gate.wait(10)
        return "ann"

    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate)

    async def slow() -> None:
        async with connect(app, query={"slow": "1"}):
            pass

    task = asyncio.create_task(slow())
    await until(lambda: bool(threads))
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        assert not task.done()
    gate.set()
    await task
    assert threading.current_thread().name not in threads


async def test_a_plain_function_that_hangs_refuses_after_the_timeout() -> None:
    gate = threading.Event()

    def authenticate(connection: Connection) -> str:
        gate.wait(10)
        return "ann"

    app = WsApp(routers=[], authenticate=authenticate, limits=Limits(auth_timeout=0.01))
    try:
        assert await refused(app) == 403
    finally:
        gate.set()


def exhausted(connection: Connection) -> str:
    return next(iter(()))


def stray(connection: Connection) -> str:
    raise asyncio.CancelledError


@pytest.mark.parametrize("authenticate", [exhausted, stray])
async def test_any_exception_of_a_plain_function_refuses(authenticate: object) -> None:
    app = WsApp(routers=[], authenticate=authenticate)  # type: ignore[arg-type] # of either function
    assert await refused(app) == 403


async def test_handshakes_in_progress_count_as_clients() -> None:
    gate = asyncio.Event()
    asked = 0

    async def authenticate(connection: Connection) -> str:
        nonlocal asked
        asked += 1
        await gate.wait()
        return "ann"

    app = WsApp(
        routers=[BarRouter(service=Recorder())],
        authenticate=authenticate,
        limits=Limits(clients=5),
    )

    async def try_it() -> int:
        try:
            async with connect(app):
                await until(lambda: app.stats.clients == 5)
                return 101
        except RefusedByServerError as refusal:
            return refusal.status

    tasks = [asyncio.create_task(try_it()) for _ in range(50)]
    await until(lambda: app.stats.refused == 45)
    await until(lambda: asked == 5)
    gate.set()
    assert sorted(await asyncio.gather(*tasks)) == [101] * 5 + [503] * 45
