"""Misbehaving user code: it cancels itself, hangs, ignores cancellation, calls from threads, raises secrets."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Generator, Iterator

import pytest
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRequest,
    BarRouter,
    Gated,
    Recorder,
    turns,
    until,
)

from wsgen_runtime import Connection, Limits, Session, TopicUpdate, WsApp
from wsgen_runtime.testing import (
    ClosedByServerError,
    ErrorFrameError,
    RefusedByServerError,
    WsTestClient,
    connect,
)
from wsgen_runtime.user_code.calls import PanicError, StrayCancellationError, call, in_threads

SECRET = "a-secret"


async def awaits_a_cancelled_task() -> None:
    """Raise CancelledError as `task.cancel(); await task` does."""
    task = asyncio.create_task(asyncio.Event().wait())
    await asyncio.sleep(0)
    task.cancel()
    await task


class Careless(Recorder):
    """A service that awaits a task that it has cancelled, while the test says so."""

    def __init__(self, *, when: str) -> None:
        super().__init__()
        self.when = when

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        if self.when == "create":
            await awaits_a_cancelled_task()
        await super().create_topic(topic, topic_update)

    async def remove_topic(self, topic: str) -> None:  # type: ignore[override] # both forms are allowed
        super().remove_topic(topic)
        if self.when == "remove":
            await awaits_a_cancelled_task()


async def forever(*_: object) -> None:
    await asyncio.Event().wait()


async def closed_with(client: WsTestClient) -> int:
    while True:
        try:
            await client.receive()
        except ClosedByServerError as closed:
            return closed.code


@pytest.mark.parametrize("when", ["create", "remove"])
async def test_a_service_that_cancels_itself_has_failed_and_the_topic_can_start_again(
    when: str, caplog: pytest.LogCaptureFixture
) -> None:
    service = Careless(when=when)
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        if when == "create":
            with pytest.raises(ErrorFrameError, match="internal"):
                await client.subscribe("bars", AAPL)
        else:
            await client.subscribe("bars", AAPL)
            await client.unsubscribe("bars", AAPL)
            await until(lambda: not app.topics)
        assert app.stats.failures == 1
        assert "StrayCancellationError" in caplog.text
        service.when = ""
        await client.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC](Bar(close=1))
        assert (await client.receive())["seq"] == 1


async def test_an_authorize_that_cancels_itself_is_an_internal_error() -> None:
    async def authorize(*_: object) -> bool:
        await awaits_a_cancelled_task()
        return True

    app = WsApp(routers=[BarRouter(service=Recorder())], authorize=authorize)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
        await client.send({"type": "ping"})
        assert await client.receive() == {"type": "pong"}


async def test_an_authenticate_that_cancels_itself_refuses() -> None:
    async def authenticate(_: Connection) -> str:
        await awaits_a_cancelled_task()
        return "ada"

    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate)
    with pytest.raises(RefusedByServerError, match="403"):
        async with connect(app):
            pass


async def test_a_service_that_hangs_has_failed_after_the_timeout() -> None:
    app = WsApp(routers=[BarRouter(service=Gated())], limits=Limits(service_timeout=0.01))
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
        assert app.topics == ()


async def test_authenticate_and_authorize_that_hang_refuse_after_the_timeout() -> None:
    limits = Limits(auth_timeout=0.01)
    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=forever, limits=limits)
    with pytest.raises(RefusedByServerError, match="403"):
        async with connect(app):
            pass

    async def authorize(*_: object) -> bool:
        await forever()
        return True

    app = WsApp(routers=[BarRouter(service=Recorder())], authorize=authorize, limits=limits)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)


async def hangs(_: Connection) -> Session:
    await forever()
    return Session("ada")


async def expires_at_no_number(_: Connection) -> Session:
    return Session("ada", expires_at="tomorrow")  # type: ignore[arg-type] # as careless code does


async def raises(_: Connection) -> Session:
    raise RuntimeError("the database is away")


@pytest.mark.parametrize("renew", [hangs, expires_at_no_number, raises])
async def test_a_failed_renewal_closes_the_socket(
    renew: Callable[[Connection], Awaitable[Session]],
) -> None:
    first = True

    async def authenticate(connection: Connection) -> Session:
        nonlocal first
        if first:
            first = False
            return Session("ada", expires_at=time.time() + 0.01)
        return await renew(connection)

    app = WsApp(
        routers=[BarRouter(service=Recorder())],
        authenticate=authenticate,
        limits=Limits(auth_timeout=0.01),
    )
    async with connect(app) as client:
        assert await closed_with(client) == 3000


async def test_after_a_renewal_each_subscription_is_authorized_again() -> None:
    service, users = Recorder(), ["admin", "guest"]

    def authenticate(_: Connection) -> Session:
        user = users.pop(0)
        return Session(user, expires_at=time.time() + 0.05 if users else None)

    app = WsApp(
        routers=[BarRouter(service=service)],
        authenticate=authenticate,
        authorize=lambda user, _, request: user == "admin" or request == BarRequest(symbol="MSFT"),
    )
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await client.subscribe("bars", {"symbol": "MSFT"})
        assert await client.receive() == {
            "type": "bars.unsubscribed",
            "payload": {"topic": AAPL_TOPIC, "reason": "Subscription no longer authorized"},
        }
        await until(lambda: ("remove", AAPL_TOPIC) in service.log)
        assert len(app.topics) == 1


async def test_cancel_and_disconnect_on_another_thread_raise_and_change_nothing() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        (client_id,) = app.clients
        with pytest.raises(RuntimeError, match="async def"):
            await asyncio.to_thread(app.cancel, AAPL_TOPIC, "over")
        with pytest.raises(RuntimeError, match="async def"):
            await asyncio.to_thread(app.disconnect, client_id)
        service.feeds[AAPL_TOPIC](Bar(close=1))
        assert (await client.receive())["seq"] == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [(999, ""), (1005, ""), (1006, ""), (2000, ""), (5000, ""), (3000, "é" * 62)],
)
async def test_an_invalid_close_code_or_reason_raises_in_the_caller(code: int, reason: str) -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())])
    async with connect(app) as client:
        (client_id,) = app.clients
        with pytest.raises(ValueError, match="close frame"):
            app.disconnect(client_id, code=code, reason=reason)
        assert app.disconnect(client_id, code=4999, reason="é" * 61)
        assert await closed_with(client) == 4999


async def test_a_service_that_ignores_its_cancellation_does_not_delay_the_shutdown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    release = asyncio.Event()

    class Stubborn(Recorder):
        async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
            await super().create_topic(topic, topic_update)
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    continue

    service = Stubborn()
    app = WsApp(routers=[BarRouter(service=service)], limits=Limits(shutdown_timeout=0.02))
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await until(lambda: AAPL_TOPIC in service.feeds)
        async with asyncio.timeout(10):
            await app.shutdown()
    assert "do not end" in caplog.text
    late = service.feeds[AAPL_TOPIC]
    service.create_topic = Recorder().create_topic  # type: ignore[method-assign] # as repaired
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        release.set()
        await turns()
        late(Bar(close=1))  # from before the shutdown: it reaches nobody
        await client.unsubscribe("bars", AAPL)
        await until(lambda: not app.topics)


async def test_producers_stop_although_a_client_does_not_read() -> None:
    service = Recorder()
    limits = Limits(shutdown_timeout=0.1)  # shorter than the time a client has for its close frame
    app = WsApp(routers=[BarRouter(service=service)], limits=limits)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        client.stall()
        await app.shutdown()
        assert service.log[-1] == ("remove", AAPL_TOPIC)
        client.resume()


async def test_two_shutdowns_at_once_end_together() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        first = asyncio.create_task(app.shutdown())
        await asyncio.sleep(0)
        await app.shutdown()
        assert service.log[-1] == ("remove", AAPL_TOPIC)
        await first


async def test_what_a_client_sent_and_its_token_are_not_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    class Wrong(Recorder):
        async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
            try:
                topic_update({"close": SECRET})
            except ValueError as error:
                raise RuntimeError("no update") from error

    def authenticate(connection: Connection) -> str:
        names: dict[str, str] = {}
        return names.get("", "ada") if not connection.query_params else names[SECRET]

    app = WsApp(routers=[BarRouter(service=Wrong())], authenticate=authenticate)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
    with pytest.raises(RefusedByServerError):
        async with connect(app, query={"token": SECRET}):
            pass
    assert "no update" in caplog.text
    assert "close (float_parsing)" in caplog.text
    assert "KeyError" in caplog.text
    assert "in create_topic" in caplog.text
    assert SECRET not in caplog.text


async def test_a_task_that_was_marked_as_cancelled_before_does_not_end_with_a_stray_cancellation() -> (
    None
):
    async def stray() -> None:
        raise asyncio.CancelledError

    task = asyncio.current_task()
    assert task is not None
    # Until Python 3.13, a TaskGroup that fails while it waits for its tasks leaves its task like this.
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(0)
    with pytest.raises(StrayCancellationError):
        await call(stray, within=None)
    task.uncancel()


class Pausing:
    """An awaitable that is no coroutine, as libraries return; it waits `times` times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __await__(self) -> Generator[None, None, str]:
        for _ in range(self.times):
            yield
        return "done"


@pytest.mark.parametrize("times", [0, 1, 3])
async def test_any_awaitable_is_awaited_and_only_one_that_waits_is_watched(times: int) -> None:
    entered: list[int] = []

    @contextlib.contextmanager
    def waiting() -> Iterator[None]:
        entered.append(times)
        yield

    async def coroutine() -> str:
        return await Pausing(times)

    for function in (lambda: Pausing(times), coroutine):
        entered.clear()
        assert await call(function, within=1.0, waiting=waiting()) == "done"
        assert len(entered) == (times > 0)


class Panic(BaseException):
    """As libraries in Rust raise, which are used by way of PyO3."""


@pytest.mark.parametrize("wrap", [lambda function: function, in_threads])
@pytest.mark.parametrize("panic", [Panic, GeneratorExit])
async def test_an_exception_that_is_no_exception_does_not_end_the_task(
    wrap: Callable[[Callable[[], object]], Callable[[], object]], panic: type[BaseException]
) -> None:
    def panics() -> object:
        raise panic("unwrap")

    async def panics_after(times: int) -> object:
        await Pausing(times)
        raise panic("unwrap")

    for function in (panics, lambda: panics_after(0), lambda: panics_after(1)):
        for within in (5, None):
            with pytest.raises(PanicError, match=panic.__name__) as caught:
                await call(wrap(function), within=within)
            assert isinstance(caught.value.__cause__, panic)


async def test_a_call_may_be_closed() -> None:
    waiting = call(lambda: Pausing(5), within=5)
    task = asyncio.create_task(waiting)
    await asyncio.sleep(0)
    waiting.close()
    await asyncio.wait({task})
    assert "reuse" in str(task.exception())
