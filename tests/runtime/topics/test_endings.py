"""A producer that ends or fails: its subscribers are notified, and the next one starts the topic again."""

import asyncio
import threading

import pytest
from tests.runtime.brokers.redis.redis_apps import KEY, Process, close_of, running
from tests.runtime.brokers.test_brokers import Bus
from tests.runtime.brokers.test_brokers import Process as BusProcess
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRouter,
    Gated,
    Recorder,
    turns,
    until,
)

from wsgen_runtime import Limits, TopicUpdate, WsApp
from wsgen_runtime.testing import WsTestClient, connect


def app_of(service: Recorder) -> WsApp:
    return WsApp(routers=[BarRouter(service=service)])


async def ended(client: WsTestClient) -> str:
    """Return the reason why the next frame says that the subscription ended."""
    frame = await client.receive()
    assert frame["type"] == "bars.unsubscribed"
    assert frame["payload"]["topic"] == AAPL_TOPIC
    reason: str = frame["payload"]["reason"]
    return reason


async def test_a_producer_that_ends_ends_all_subscriptions_after_its_updates() -> None:
    service = Recorder()
    app = app_of(service)
    async with connect(app) as one, connect(app) as two:
        for client in (one, two):
            await client.subscribe("bars", AAPL)
        feed = service.feeds[AAPL_TOPIC]
        feed(Bar(close=1))
        feed.end("The market is closed")
        feed(Bar(close=2))
        feed.end("Twice")
        for client in (one, two):
            assert await close_of(client) == 1
            assert await ended(client) == "The market is closed"
        await until(lambda: app.topics == ())
        assert service.log == [("create", AAPL_TOPIC), ("remove", AAPL_TOPIC)]
        assert (app.stats.ended, app.stats.failures) == (1, 0)
        await one.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC](Bar(close=3))
        assert await close_of(one) == 3
        feed(Bar(close=4))
        feed.fail(ValueError())
        await turns()
        assert app.stats.ended == 1


async def test_a_producer_that_fails_is_logged_counted_and_shown_without_its_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Recorder()
    app = app_of(service)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC].fail(ConnectionError("upstream at 10.0.0.7 is away"))
        assert await ended(client) == "The data source failed"
        assert (app.stats.ended, app.stats.failures) == (1, 1)
        await until(lambda: app.topics == ())
    (record,) = caplog.records
    assert record.getMessage() == "a producer of the route bars failed"
    assert record.exc_info is not None
    assert "10.0.0.7" in str(record.exc_info[1])


async def test_a_thread_may_end_a_topic_and_its_updates_come_first() -> None:
    service = Recorder()
    app = app_of(service)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        feed = service.feeds[AAPL_TOPIC]

        def produce() -> None:
            for close in range(200):
                feed(Bar(close=close))
            feed.end()

        await asyncio.to_thread(produce)
        assert [await close_of(client) for _ in range(200)] == list(range(200))
        assert await ended(client) == "The data source ended"


async def test_an_ending_is_not_lost_when_threads_publish_too_fast() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)], limits=Limits(pending_updates=3))
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await client.subscribe("bars", {"symbol": "MSFT"})
        (apple, other) = service.feeds.values()

        def produce() -> None:
            apple.end("Over")
            for close in range(20):
                other(Bar(close=close))

        thread = threading.Thread(target=produce)
        thread.start()
        thread.join()  # on purpose: the event loop cannot take a single one meanwhile
        assert await ended(client) == "Over"
        assert [await close_of(client) for _ in range(3)] == [17, 18, 19]


async def test_a_producer_that_ends_before_its_topic_starts_ends_it_after_the_answers() -> None:
    service = Gated()
    app = app_of(service)
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: bool(service.feeds))
        feed = service.feeds[AAPL_TOPIC]
        feed(Bar(close=1))
        feed.end("Nothing more")
        await turns()
        service.create_gate.set()
        assert (await client.receive())["type"] == "bars.subscribe.response"
        assert await close_of(client) == 1
        assert await ended(client) == "Nothing more"
        await until(lambda: app.topics == ())
        assert [kind for kind, _ in service.log] == ["create", "remove"]


async def test_a_start_that_ends_and_then_fails_has_failed() -> None:
    service = Gated()
    service.error = RuntimeError("no")
    app = app_of(service)
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: bool(service.feeds))
        service.feeds[AAPL_TOPIC].end()
        service.create_gate.set()
        assert (await client.receive())["payload"]["code"] == "internal"
        await until(lambda: app.topics == ())
        assert app.stats.ended == 0


async def test_a_subscriber_who_comes_while_the_ended_producer_is_removed_gets_a_new_one() -> None:
    service = Gated()
    service.create_gate.set()
    app = app_of(service)
    async with connect(app) as client, connect(app) as late:
        await client.subscribe("bars", AAPL)
        service.remove_gate.clear()
        service.feeds[AAPL_TOPIC].end("Over")
        assert await ended(client) == "Over"
        await late.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await client.send({"type": "ping"})
        assert (await client.receive())["type"] == "pong"
        service.remove_gate.set()
        assert (await late.receive())["type"] == "bars.subscribe.response"
        assert [kind for kind, _ in service.log] == ["create", "remove", "create"]
        service.feeds[AAPL_TOPIC](Bar(close=2))
        assert await close_of(late) == 2


async def test_a_reason_must_be_text_that_can_be_sent() -> None:
    service = Recorder()
    async with connect(app_of(service)) as client:
        await client.subscribe("bars", AAPL)
        with pytest.raises(ValueError, match="surrogates"):
            service.feeds[AAPL_TOPIC].end("\ud800")


async def test_subscribers_are_notified_when_a_producing_task_dies() -> None:
    """As docs/reference/runtime.md shows it."""

    class Market(Recorder):
        async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
            await super().create_topic(topic, topic_update)
            self.task = asyncio.create_task(self.produce(topic_update))

        async def produce(self, topic_update: TopicUpdate) -> None:
            try:
                topic_update(Bar(close=1))
                raise ConnectionError("upstream is away")
            except Exception as error:
                topic_update.fail(error)

    async with connect(app_of(Market())) as client:
        await client.subscribe("bars", AAPL)
        assert await close_of(client) == 1
        assert await ended(client) == "The data source failed"


async def test_with_a_broker_without_end_the_process_ends_its_own_subscriptions() -> None:
    bus = Bus()
    one, two = BusProcess(bus), BusProcess(bus)
    async with connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        one.service.feeds[AAPL_TOPIC].end("Over")
        assert await ended(here) == "Over"
        await until(lambda: bool(two.service.feeds))  # which produces for its own from now on
        two.service.feeds[AAPL_TOPIC](Bar(close=2))
        assert await close_of(there) == 2


async def test_on_redis_all_processes_are_notified_and_the_lease_is_released(
    server: RedisServer,
) -> None:
    one, two = Process(server.url), Process(server.url)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        one.produce(1)
        one.service.feeds[AAPL_TOPIC].end("Over")
        for client in (here, there):
            assert await close_of(client) == 1
            assert await ended(client) == "Over"
        await until(lambda: one.app.topics == two.app.topics == ())
        with server.client() as redis:
            assert redis.get(KEY) is None
        await there.subscribe("bars", AAPL)
        assert two.produces
        two.produce(2)
        assert await close_of(there) == 2
        assert (one.app.stats.ended, two.app.stats.ended) == (1, 1)


async def test_on_redis_a_topic_that_has_ended_may_start_again_at_once(server: RedisServer) -> None:
    one, two = Process(server.url), Process(server.url)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        for close in range(1, 6):
            await here.subscribe("bars", AAPL)
            await there.subscribe("bars", AAPL)
            producer = one if one.produces else two
            producer.produce(close)
            assert [await close_of(client) for client in (here, there)] == [close, close]
            producer.service.feeds[AAPL_TOPIC].fail(ValueError(close))
            for client in (here, there):
                assert await ended(client) == "The data source failed"


async def test_without_redis_the_end_of_a_producer_is_notified_in_its_own_process(
    server: RedisServer,
) -> None:
    one = Process(server.url, lease=0.5)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        broker = one.app._broker
        session = broker._session  # type: ignore[attr-defined] # that of Redis
        session._state.outgoing.most = (
            0  # whatever is sent is dropped, as by a queue that overflows
        )
        one.service.feeds[AAPL_TOPIC].end("Over")
        assert await ended(client) == "Over"
        session._state.outgoing.most = 100
