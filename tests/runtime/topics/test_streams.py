"""Streams: their start, their end and their pace, and what clients see of each."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRequest, turns, until

from wsgen_runtime import Limits, ServiceError, WsApp, WsRouter
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.testing import ErrorFrameError, Frame, WsTestClient, connect

Service = Callable[..., Any] | object


def app_of(service: Any, request_type: Any = BarRequest, **limits: Any) -> WsApp:
    router = WsRouter(service=service, route="bars", request_type=request_type, data_type=Bar)
    return WsApp(routers=[router], limits=Limits(**limits))


async def closes(client: WsTestClient, count: int) -> list[float]:
    return [(await client.receive())["payload"]["payload"]["close"] for _ in range(count)]


async def ended(client: WsTestClient) -> Frame:
    frame = await client.receive()
    assert frame["type"] == "bars.unsubscribed"
    payload: Frame = frame["payload"]
    return payload


class Ticks:
    """A stream that yields what the test puts into its queue, and notes its own life."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self.log: list[str] = []

    async def stream(self, request: BarRequest) -> AsyncIterator[Any]:
        self.log.append(f"start {request.symbol}")
        try:
            while True:
                item = await self.queue.get()
                if item is None:
                    return
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            self.log.append("end")


async def test_a_stream_starts_with_its_first_subscriber_and_is_closed_after_the_last() -> None:
    ticks = Ticks()
    app = app_of(ticks)
    async with connect(app) as one, connect(app) as two:
        for client in (one, two):
            await client.subscribe("bars", AAPL)
        ticks.queue.put_nowait(Bar(close=1))
        assert [await closes(client, 1) for client in (one, two)] == [[1], [1]]
        await one.unsubscribe("bars", AAPL)
        assert ticks.log == ["start AAPL"]
        await two.unsubscribe("bars", AAPL)
        await until(lambda: not app.topics)
        assert ticks.log == ["start AAPL", "end"]
        await one.subscribe("bars", AAPL)
        assert ticks.log[2:] == ["start AAPL"]
    await until(lambda: not app.topics)
    assert (app.stats.failures, app.stats.ended) == (0, 0)


async def test_an_async_generator_function_is_a_service_and_its_end_ends_the_topic() -> None:
    async def bars(request: BarRequest) -> AsyncIterator[Bar]:
        yield Bar(close=len(request.symbol))
        yield Bar(close=2)

    app = app_of(bars)
    async with connect(app) as client:
        for _ in range(2):  # the next subscriber starts it anew
            await client.subscribe("bars", AAPL)
            assert await closes(client, 2) == [4, 2]
            assert await ended(client) == {"topic": AAPL_TOPIC, "reason": "The data source ended"}
        await until(lambda: not app.topics)
        assert app.stats.ended == 2


async def test_without_a_request_the_stream_has_no_argument_and_the_payload_may_be_missing() -> (
    None
):
    async def status() -> AsyncIterator[Bar]:
        yield Bar(close=1)
        await asyncio.Event().wait()

    app = app_of(status, None)
    async with connect(app) as client:
        frames: tuple[Frame, ...] = ({}, {"payload": None}, {"payload": {}})
        for frame in frames:
            await client.send({"type": "bars.subscribe", **frame})
            assert (await client.receive())["payload"]["topic"] == "bars:{}"
            if not frame:
                assert await closes(client, 1) == [1]
        await client.send({"type": "bars.subscribe", "payload": {"symbol": "AAPL"}})
        assert (await client.receive())["payload"]["code"] == "invalid_payload"
        assert app.topics == ("bars:{}",)
        assert (await client.subscribe("bars"))["topic"] == "bars:{}"
        await client.unsubscribe("bars")
        await until(lambda: not app.topics)


@pytest.mark.parametrize("waits", [False, True])
async def test_a_service_error_at_the_start_is_the_answer_to_all_who_wait(waits: bool) -> None:
    gate = asyncio.Event()

    async def bars(request: BarRequest) -> AsyncIterator[Bar]:
        if waits:
            await gate.wait()
        if request.symbol == "AAPL":
            raise ServiceError("unknown symbol", code="not_found")
        yield Bar(close=1)
        await asyncio.Event().wait()

    app = app_of(bars)
    async with connect(app) as one, connect(app) as two:
        for client in (one, two):
            await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await turns()
        gate.set()
        for client in (one, two):
            frame = await client.receive()
            assert frame == {
                "type": "error",
                "payload": {"code": "not_found", "message": "unknown symbol", "details": []},
                "id": 1,
            }
        assert app.topics == ()
        assert (app.stats.errors, app.stats.refusals, app.stats.failures) == (2, 1, 0)
        await one.subscribe("bars", {"symbol": "MSFT"})
        assert await closes(one, 1) == [1]


async def test_a_stream_that_fails_at_its_start_is_logged_and_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def bars(_: BarRequest) -> AsyncIterator[Bar]:
        raise ConnectionError("upstream at 10.0.0.7 is away")
        yield

    app = app_of(bars)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal: The data source failed"):
            await client.subscribe("bars", AAPL)
    assert "a topic of the route bars failed to start" in caplog.text
    assert (app.stats.refusals, app.stats.failures) == (0, 1)


@pytest.mark.parametrize("positions", [False, True])
async def test_a_stream_that_raises_later_ends_its_topic_with_a_reason_and_a_code(
    positions: bool, caplog: pytest.LogCaptureFixture
) -> None:
    ticks = Ticks()
    app = app_of(ticks)
    async with connect(app) as client:
        for each in app.clients.values():
            each.hello = positions
        for error, payload, code in (
            (
                ServiceError("market closed", code="closed", retry_after=60),
                {"reason": "market closed"},
                {"code": "closed", "retry_after": 60.0},
            ),
            (
                ValueError("secret"),
                {"reason": "The data source failed"},
                {"code": "internal", "retry_after": 1.0},
            ),
            (None, {"reason": "The data source ended"}, {"code": "ended"}),
        ):
            await client.subscribe("bars", AAPL)
            ticks.queue.put_nowait(Bar(close=1))
            assert await closes(client, 1) == [1]
            ticks.queue.put_nowait(error)
            expected = {"topic": AAPL_TOPIC, **payload, **(code if positions else {})}
            assert await ended(client) == expected
        await until(lambda: not app.topics)
    assert (app.stats.ended, app.stats.refusals, app.stats.failures) == (3, 1, 1)
    assert "market closed" not in caplog.text
    assert "a producer of the route bars failed" in caplog.text


async def test_wrong_data_ends_the_topic_after_the_stream_was_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ticks = Ticks()
    app = app_of(ticks)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        ticks.queue.put_nowait({"close": "a-secret"})
        assert (await ended(client))["reason"] == "The data source failed"
        await until(lambda: not app.topics)
        assert ticks.log == ["start AAPL", "end"]
    assert "a producer of the route bars failed" in caplog.text
    assert "Bar: close (float_parsing)" in caplog.text
    assert "a-secret" not in caplog.text


async def test_a_stream_that_never_waits_lets_others_run_and_ends() -> None:
    yielded = 0

    async def endless(_: BarRequest) -> AsyncIterator[Bar]:
        nonlocal yielded
        while True:
            yielded += 1
            yield Bar(close=yielded)

    app = app_of(endless)
    async with connect(app) as client, connect(app) as slow, connect(app) as other:
        await client.subscribe("bars", AAPL)
        await slow.subscribe("bars", AAPL)
        slow.stall()
        assert await closes(client, 300) == list(range(1, 301))
        await other.send({"type": "ping", "id": 1})
        assert await other.receive() == {"type": "pong", "id": 1}
        slow.resume()
        slow.vanish()
        await client.send({"type": "bars.unsubscribe", "payload": AAPL})
        await until(lambda: not app.topics)
        last = yielded
        await turns()
        assert yielded == last


async def test_an_iterator_without_aclose_is_a_stream() -> None:
    class Countdown:
        def __init__(self, request: BarRequest) -> None:
            self.left = len(request.symbol)

        def __aiter__(self) -> "Countdown":
            return self

        async def __anext__(self) -> Bar:
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return Bar(close=self.left)

    def bars(request: BarRequest) -> AsyncIterator[Bar]:
        return Countdown(request)

    async with connect(app_of(bars)) as client:
        await client.subscribe("bars", AAPL)
        assert await closes(client, 4) == [3, 2, 1, 0]
        await ended(client)


async def test_what_is_no_stream_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with connect(app_of(lambda _: [Bar(close=1)])) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
    assert "an object of the type `list`, which is not an async iterator" in caplog.text


async def test_a_stream_runs_in_one_task_with_the_context_of_the_start() -> None:
    user = contextvars.ContextVar("user", default="nobody")
    tasks: set[object] = set()
    gate = asyncio.Event()

    async def bars(_: BarRequest) -> AsyncIterator[Bar]:
        tasks.add(asyncio.current_task())
        assert user.get() == "nobody"
        user.set("stream")
        try:
            async with asyncio.timeout(60):
                yield Bar(close=1)
                tasks.add(asyncio.current_task())
                await gate.wait()
        finally:
            tasks.add(asyncio.current_task())
            assert user.get() == "stream"
            await asyncio.sleep(0)  # a stream may wait at its end

    app = app_of(bars)
    await app.startup()
    user.set("ada")
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        assert await closes(client, 1) == [1]
        await client.unsubscribe("bars", AAPL)
        await until(lambda: not app.topics)
    assert len(tasks) == 1
    assert app.stats.failures == 0


async def test_a_stream_that_ignores_its_cancellation_is_named_and_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    release = asyncio.Event()

    async def bars(_: BarRequest) -> AsyncIterator[Bar]:
        yield Bar(close=1)
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    app = app_of(bars, service_timeout=0.01)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await closes(client, 1)
        await client.unsubscribe("bars", AAPL)
        await until(lambda: not app.topics)
        assert "a stream of the route bars has not ended 0.01 seconds after" in caplog.text
        await client.subscribe("bars", AAPL)
        assert await closes(client, 1) == [1]
        release.set()
        assert (await ended(client))["reason"] == "The data source ended"
    assert app.stats.failures == 1


async def test_a_stream_that_goes_on_after_its_cancellation_is_closed() -> None:
    log: list[str] = []

    async def bars(_: BarRequest) -> AsyncIterator[Bar]:
        try:
            while True:
                yield Bar(close=1)
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    log.append("ignored")
        finally:
            log.append("closed")

    app = app_of(bars)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await closes(client, 1)
        await client.unsubscribe("bars", AAPL)
        await until(lambda: not app.topics)
    assert log == ["ignored", "closed"]


async def test_a_stream_that_fails_at_its_end_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def bars(_: BarRequest) -> AsyncIterator[Bar]:
        try:
            yield Bar(close=1)
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("the socket is gone")

    app = app_of(bars)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await client.unsubscribe("bars", AAPL)
        await until(lambda: not app.topics)
    assert "a stream of the route bars failed at its end" in caplog.text
    assert app.stats.failures == 1


async def test_a_shutdown_closes_streams_and_names_those_that_do_not_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsgen_runtime.topics.lifecycle._STUBBORN", 0.05)
    release = asyncio.Event()
    ticks = Ticks()

    async def stubborn(_: BarRequest) -> AsyncIterator[Bar]:
        yield Bar(close=1)
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    app = WsApp(
        routers=[
            WsRouter(service=ticks, route="bars", request_type=BarRequest, data_type=Bar),
            WsRouter(service=stubborn, route="stuck", request_type=BarRequest, data_type=Bar),
        ],
        limits=Limits(shutdown_timeout=0.02),
    )
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await client.subscribe("stuck", AAPL)
        async with asyncio.timeout(10):
            await app.shutdown()
    assert ticks.log == ["start AAPL", "end"]
    assert "services of the routes stuck do not end" in caplog.text
    release.set()
    await turns()


async def test_eager_tasks_run_streams_as_well() -> None:
    async def bars(request: BarRequest) -> AsyncIterator[Bar]:
        if request.symbol == "NONE":
            raise ServiceError("unknown symbol", code="not_found")
        yield Bar(close=1)
        yield Bar(close=2)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(getattr(asyncio, "eager_task_factory", None))  # from Python 3.12 on
    try:
        async with connect(app_of(bars)) as client:
            with pytest.raises(ErrorFrameError, match="not_found"):
                await client.subscribe("bars", {"symbol": "NONE"})
            await client.subscribe("bars", AAPL)
            assert await closes(client, 2) == [1, 2]
            await ended(client)
    finally:
        loop.set_task_factory(None)


async def test_on_redis_an_endless_stream_waits_for_its_updates_to_be_sent(
    server: RedisServer,
) -> None:
    yielded = 0

    async def endless(_: BarRequest) -> AsyncIterator[Bar]:
        nonlocal yielded
        while True:
            yielded += 1
            yield Bar(close=yielded)

    router = WsRouter(service=endless, route="bars", request_type=BarRequest, data_type=Bar)
    broker = RedisBroker(server.url, prefix="streams", queue=100)
    app = WsApp(routers=[router], broker=broker)
    async with app.lifespan(), connect(app) as client:
        await client.subscribe("bars", AAPL)
        await until(lambda: app.stats.updates > 2_000)
        assert broker.stats.dropped == 0
        await client.send({"type": "bars.unsubscribe", "payload": AAPL})
        await until(lambda: not app.topics)


class Panic(BaseException):
    """As libraries in Rust raise, which are used by way of PyO3."""


@pytest.mark.parametrize("panic", [Panic, GeneratorExit])
async def test_a_panic_of_a_library_is_a_failure_of_the_stream(panic: type[BaseException]) -> None:
    ticks = Ticks()
    app = app_of(ticks)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await ticks.queue.put(panic())
        assert (await ended(client))["reason"] == "The data source failed"
        await ticks.queue.put(panic())
        with pytest.raises(ErrorFrameError, match="The data source failed"):
            await client.subscribe("bars", AAPL)
        assert app.stats.failures == 2
