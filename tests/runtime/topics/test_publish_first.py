"""Publishing before the app has started: it starts the app, or raises with a hint."""

import asyncio
import logging
import threading
from collections.abc import Callable

import anyio.to_thread
import pytest
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRequest, BarRouter, Recorder, until

from wsgen_runtime import BrokerHost, BrokerStats, WsApp
from wsgen_runtime.testing import connect

APPLE = BarRequest(symbol="AAPL")


class SlowBroker:
    """A shared broker that starts when the test lets it, unless it fails, and records what is published."""

    shared = True
    stats = BrokerStats()

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.error: Exception | None = None
        self.starts = 0
        self.published: list[str] = []
        self.started = False

    async def start(self, host: BrokerHost) -> None:
        self.starts += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.started = True

    async def stop(self) -> None:
        self.started = False

    async def open(self, topic: str) -> bool:
        return bool(topic)

    async def close(self, topic: str) -> None:
        pass

    def publish(self, topic: str, data: str, *, produced: bool) -> None:
        assert self.started
        self.published.append(data)


def app_on(broker: SlowBroker) -> tuple[WsApp, BarRouter]:
    router = BarRouter(service=Recorder())
    return WsApp(routers=[router], broker=broker), router


def data(*closes: float) -> list[str]:
    return [Bar(close=close).model_dump_json() for close in closes]


async def test_the_first_update_starts_the_app_and_none_is_lost_meanwhile() -> None:
    broker = SlowBroker()
    app, router = app_on(broker)
    router.publish(APPLE, Bar(close=1))
    router.publish(APPLE, Bar(close=2))
    await until(lambda: broker.starts == 1)
    await asyncio.to_thread(router.publish, APPLE, Bar(close=3))
    router.publish(APPLE, Bar(close=4))
    assert broker.published == []
    broker.gate.set()
    await until(lambda: len(broker.published) == 4)
    router.publish(APPLE, Bar(close=5))
    assert broker.published == data(1, 2, 3, 4, 5)
    await app.shutdown()
    assert (broker.starts, app.stats.lost) == (1, 0)


async def test_updates_published_while_the_lifespan_starts_the_app_are_queued() -> None:
    broker = SlowBroker()
    app, router = app_on(broker)
    starting = asyncio.create_task(app.startup())
    await until(lambda: broker.starts == 1)
    router.publish(APPLE, Bar(close=1))
    broker.gate.set()
    await starting
    await until(lambda: broker.published == data(1))
    await app.shutdown()


async def test_a_plain_function_on_a_thread_of_the_server_starts_the_app() -> None:
    broker = SlowBroker()
    app, router = app_on(broker)
    broker.gate.set()
    await anyio.to_thread.run_sync(router.publish, APPLE, Bar(close=1))
    await until(lambda: broker.published == data(1))
    await app.shutdown()


def outcome_on_a_thread(publish: Callable[[], None]) -> BaseException | None:
    found: list[BaseException] = []

    def run() -> None:
        try:
            publish()
        except RuntimeError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0] if found else None


def test_publishing_without_an_event_loop_raises_with_a_hint() -> None:
    for app in (WsApp(routers=[BarRouter(service=Recorder())]), app_on(SlowBroker())[0]):
        with pytest.raises(RuntimeError, match=r"pass `lifespan=ws_app\.lifespan`"):
            app.routers["bars"]._publish(APPLE, Bar(close=1))


async def test_publishing_in_a_thread_without_an_event_loop_raises() -> None:
    app, router = app_on(SlowBroker())
    error = outcome_on_a_thread(lambda: router.publish(APPLE, Bar(close=1)))
    assert "startup" in str(error)
    assert app.stats.lost == 0


def test_publishing_with_a_router_of_no_app_raises() -> None:
    with pytest.raises(RuntimeError, match="belongs to no WsApp"):
        BarRouter(service=Recorder()).publish(APPLE, Bar(close=1))


async def test_with_one_process_nothing_needs_to_start_before_the_first_subscriber() -> None:
    service = Recorder()
    router = BarRouter(service=service)
    app = WsApp(routers=[router])
    router.publish(APPLE, Bar(close=0))
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        router.publish(APPLE, Bar(close=1))
        assert (await client.receive())["seq"] == 1
    assert AAPL_TOPIC in [topic for _, topic in service.log]


async def test_after_the_shutdown_updates_are_lost_and_counted() -> None:
    broker = SlowBroker()
    app, router = app_on(broker)
    broker.gate.set()
    await app.startup()
    await app.shutdown()
    router.publish(APPLE, Bar(close=1))
    assert outcome_on_a_thread(lambda: router.publish(APPLE, Bar(close=2))) is None
    assert (broker.starts, app.stats.lost) == (1, 2)


async def test_a_failed_start_is_logged_once_and_queued_updates_are_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "wsgen_runtime")
    broker = SlowBroker()
    broker.gate.set()
    broker.error = ConnectionError("Redis is away")
    app, router = app_on(broker)
    for close in (1, 2, 3):
        router.publish(APPLE, Bar(close=close))
        await until(lambda close=close: broker.starts == close)  # type: ignore[misc] # a lambda's default
        await until(lambda: app._start._task is not None and app._start._task.done())
    broker.error = None
    router.publish(APPLE, Bar(close=4))
    await until(lambda: len(broker.published) == 4)
    assert broker.published == data(1, 2, 3, 4)
    messages = [(record.getMessage(), record.exc_info) for record in caplog.records]
    assert messages == [
        ("the app could not start: Redis is away", None),
        ("the app has started", None),
    ]
    await app.shutdown()


async def test_an_app_started_by_another_thread_moves_to_the_loop_of_the_server() -> None:
    broker = SlowBroker()
    app, router = app_on(broker)
    first, last = threading.Event(), threading.Event()

    async def produce() -> None:
        broker.gate = asyncio.Event()
        broker.gate.set()
        router.publish(APPLE, Bar(close=1))
        await until(lambda: broker.published == data(1))
        first.set()
        while not last.is_set():  # noqa: ASYNC110 - it is another thread's
            await asyncio.sleep(0.01)
        router.publish(APPLE, Bar(close=2))

    thread = threading.Thread(target=asyncio.run, args=(produce(),))
    thread.start()
    await asyncio.to_thread(first.wait)
    broker.gate = asyncio.Event()
    broker.gate.set()
    async with app.lifespan():
        assert broker.starts == 2
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
        last.set()
        await until(lambda: broker.published == data(1, 2))
    await asyncio.to_thread(thread.join)


async def test_an_app_started_on_the_loop_of_the_server_stays_there() -> None:
    broker = SlowBroker()
    broker.gate.set()
    app, router = app_on(broker)
    router.publish(APPLE, Bar(close=1))
    async with connect(app):  # which makes this the event loop of the server

        async def start() -> None:
            with pytest.raises(RuntimeError, match="one event loop at a time"):
                await app.startup()

        await asyncio.to_thread(asyncio.run, start())
    await app.shutdown()


def test_each_event_loop_starts_the_app_again() -> None:
    broker = SlowBroker()
    app, router = app_on(broker)

    async def session(close: float) -> None:
        broker.gate = asyncio.Event()
        broker.gate.set()
        router.publish(APPLE, Bar(close=close))
        await until(lambda: data(close)[0] in broker.published)

    asyncio.run(session(1))
    asyncio.run(session(2))
    assert broker.starts == 2
    assert app.stats.lost == 0
