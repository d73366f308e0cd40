"""Intervals: a first update at once, then the newest at most once in each interval, and the last always."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRequest,
    BarRouter,
    Recorder,
    publish_all,
    turns,
    until,
)
from tests.runtime.virtual_time import VirtualLoop, in_virtual_time

from wsgen_runtime import Delivery, Limits, TopicUpdate, WsApp
from wsgen_runtime.testing import WsTestClient, connect
from wsgen_runtime.topics.interval import Pace, Wheel

INTERVAL = 0.1
TICK = 0.005
SPACED = Delivery(interval=INTERVAL)

Scenario = Callable[[TopicUpdate, WsTestClient, WsApp], Coroutine[Any, Any, None]]


def play(scenario: Scenario, *, limits: Limits | None = None) -> None:
    """Run `scenario` with a producer and a subscriber of one topic, in virtual time."""

    async def main() -> None:
        service = Recorder()
        app = WsApp(routers=[BarRouter(service=service, delivery=SPACED)], limits=limits)
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
            await scenario(service.feeds[AAPL_TOPIC], client, app)

    in_virtual_time(main())


def now() -> float:
    return asyncio.get_running_loop().time()


def timers() -> int:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop.timers


async def next_bar(client: WsTestClient) -> tuple[float, int]:
    frame = await client.receive()
    assert frame["type"] == "bars.update"
    return frame["payload"]["payload"]["close"], frame["seq"]


async def nothing(client: WsTestClient) -> None:
    """Check that the client has got everything that was published."""
    await client.send({"type": "ping"})
    assert await client.receive() == {"type": "pong"}


def test_the_first_comes_at_once_and_then_the_newest_when_the_interval_is_over() -> None:
    async def scenario(feed: TopicUpdate, client: WsTestClient, app: WsApp) -> None:
        for close in (1, 2, 3, 4):
            feed(Bar(close=close))
        assert await next_bar(client) == (1, 1)
        assert now() == 0
        assert await next_bar(client) == (4, 2)
        assert INTERVAL <= now() <= INTERVAL + TICK + 1e-9
        assert (app.stats.updates, app.stats.coalesced, app.stats.lost) == (2, 2, 0)

    play(scenario)


def test_no_timer_runs_while_the_topic_is_quiet() -> None:
    async def scenario(feed: TopicUpdate, client: WsTestClient, app: WsApp) -> None:
        before = timers()
        feed(Bar(close=1))
        assert timers() == before + 1
        await asyncio.sleep(2 * INTERVAL)
        assert timers() == before
        feed(Bar(close=2))
        assert await next_bar(client) == (1, 1)
        assert await next_bar(client) == (2, 2)
        assert now() == pytest.approx(2 * INTERVAL)

    play(scenario)


def test_an_end_comes_after_the_update_that_waits() -> None:
    async def scenario(feed: TopicUpdate, client: WsTestClient, app: WsApp) -> None:
        for close in (1, 2, 3):
            feed(Bar(close=close))
        feed.end("closed")
        assert [await next_bar(client) for _ in range(2)] == [(1, 1), (3, 2)]
        assert (await client.receive())["type"] == "bars.unsubscribed"
        assert now() == 0

    play(scenario)


def test_what_is_published_past_the_producer_comes_after_the_update_that_waits() -> None:
    async def scenario(feed: TopicUpdate, client: WsTestClient, app: WsApp) -> None:
        router = app.routers["bars"]
        assert isinstance(router, BarRouter)
        feed(Bar(close=1))
        feed(Bar(close=2))
        await asyncio.sleep(INTERVAL / 2)
        router.publish(BarRequest.model_validate(AAPL), Bar(close=3))
        router.publish(BarRequest.model_validate(AAPL), Bar(close=4))
        feed(Bar(close=5))
        assert [await next_bar(client) for _ in range(4)] == [(1, 1), (2, 2), (3, 3), (4, 4)]
        assert now() == pytest.approx(INTERVAL / 2)
        assert await next_bar(client) == (5, 5)
        assert now() >= 1.5 * INTERVAL - 1e-9

    play(scenario)


def test_the_last_update_reaches_those_who_listen_when_the_producer_is_closed() -> None:
    """Here, the subscribers of another process: in this one, nobody is left."""

    async def main() -> None:
        service = Recorder()
        app = WsApp(routers=[BarRouter(service=service, delivery=SPACED)])
        published: list[str] = []

        def publish(topic: str, data: str, *, produced: bool) -> None:
            assert topic == AAPL_TOPIC
            published.append(f"{data} {produced}")

        app._hub.updates.broker.publish = publish  # type: ignore[method-assign] # as one that is shared
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
            for close in (1, 2, 3):
                service.feeds[AAPL_TOPIC](Bar(close=close))
        await until(lambda: app.topics == ())
        assert published == ['{"close":1.0} True', '{"close":3.0} True']

    in_virtual_time(main())


def test_an_update_that_waits_is_forgotten_with_an_event_loop_that_has_ended() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service, delivery=SPACED)])

    async def leave() -> None:
        await app.startup()
        client = connect(app)
        connected = await client.__aenter__()
        await connected.subscribe("bars", AAPL)
        for close in (1, 2):
            service.feeds[AAPL_TOPIC](Bar(close=close))

    async def again() -> None:
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
            service.feeds[AAPL_TOPIC](Bar(close=3))
            assert await next_bar(client) == (3, 1)
            await nothing(client)

    in_virtual_time(leave())
    in_virtual_time(again())


def test_a_thread_that_publishes_fast_wakes_the_event_loop_once_and_loses_nothing() -> None:
    async def scenario(feed: TopicUpdate, client: WsTestClient, app: WsApp) -> None:
        updates = [Bar(close=number) for number in range(1_000)]
        thread = threading.Thread(target=publish_all, args=(feed, updates))
        thread.start()
        thread.join()  # on purpose: the event loop cannot take a single one meanwhile
        assert await next_bar(client) == (999, 1)
        assert (app.stats.coalesced, app.stats.lost) == (999, 0)

    play(scenario, limits=Limits(pending_updates=1))


def test_other_updates_of_threads_do_not_push_out_one_that_waits() -> None:
    async def main() -> None:
        slow, fast = Recorder(), Recorder()
        routers = [
            BarRouter(service=slow, delivery=SPACED),
            BarRouter(service=fast, route="fast"),
        ]
        app = WsApp(routers=routers, limits=Limits(pending_updates=5))
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
            await client.subscribe("fast", AAPL)
            (fast_feed,) = fast.feeds.values()

            def produce() -> None:
                slow.feeds[AAPL_TOPIC](Bar(close=1))
                publish_all(fast_feed, [Bar(close=number) for number in range(10)])

            thread = threading.Thread(target=produce)
            thread.start()
            thread.join()  # as above
            assert await next_bar(client) == (1, 1)
            assert app.stats.lost == 5

    in_virtual_time(main())


def test_updates_that_a_service_publishes_before_its_topic_starts_are_spaced_too() -> None:
    class Eager(Recorder):
        async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
            await super().create_topic(topic, topic_update)
            for close in (1, 2, 3):
                topic_update(Bar(close=close))

    async def main() -> None:
        async with connect(WsApp(routers=[BarRouter(service=Eager(), delivery=SPACED)])) as client:
            await client.subscribe("bars", AAPL)
            assert [await next_bar(client) for _ in range(2)] == [(1, 1), (3, 2)]

    in_virtual_time(main())


def test_a_flush_neither_ends_the_timing_nor_publishes_on_another_event_loop() -> None:
    published: list[tuple[str, str]] = []
    wheel = Wheel(lambda topic, data: published.append((topic, data)), lambda _: None)
    pace = Pace("topic", INTERVAL)

    async def start() -> None:
        wheel.start()
        assert pace.put("1")
        wheel.start_timing(pace)
        pace.flush()
        assert not pace.put("2")
        pace.flush()
        assert not pace.put("3")

    async def elsewhere() -> None:
        pace.flush()

    in_virtual_time(start())
    in_virtual_time(elsewhere())
    assert published == [("topic", "1"), ("topic", "2")]


def test_publishing_what_is_due_pauses_to_let_others_run() -> None:
    happened: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)

        def publish(topic: str, data: str) -> None:
            happened.append(topic + data)
            if topic == "b" and data == "2":
                loop.call_soon(happened.append, "other")
            loop.pass_time(0.003)

        wheel = Wheel(publish, lambda _: None)
        wheel.start()
        paces = [Pace(topic, INTERVAL) for topic in "abcd"]
        for data in "12":
            for pace in paces:
                if pace.put(data):
                    wheel.start_timing(pace)
            loop.pass_time(0.05)
        loop.pass_time(1)
        await asyncio.sleep(1)

    in_virtual_time(main())
    assert happened == ["a1", "b1", "c1", "d1", "a2", "b2", "other", "c2", "d2"]


def test_500_topics_at_100_hz_deliver_an_eighth_in_time_and_none_starves() -> None:
    seconds, topics = 2, 500
    late: list[float] = []
    counts: Counter[str] = Counter()

    async def main() -> None:
        first_unseen: dict[str, float] = {}

        def publish(topic: str, _: str) -> None:
            counts[topic] += 1
            late.append(now() - first_unseen.pop(topic))

        wheel = Wheel(publish, lambda _: None)
        wheel.start()
        paces = [Pace(f"t{number}", INTERVAL) for number in range(topics)]
        for round_ in range(seconds * 100):
            for part in range(10):
                for pace in paces[part::10]:
                    first_unseen.setdefault(pace.topic, now())
                    if pace.put(str(round_)):
                        wheel.start_timing(pace)
                await asyncio.sleep(0.001)
        await asyncio.sleep(1)
        assert not first_unseen, "the last values came"

    in_virtual_time(main())
    assert len(late) <= seconds * 100 * topics / 8
    assert sorted(late)[int(len(late) * 0.99)] <= INTERVAL + 0.02
    assert min(counts.values()) >= seconds / (INTERVAL + TICK) - 1


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([0, 0.001, 0.03, 0.1, 0.25])),
        max_size=40,
    )
)
def test_each_topic_gets_its_newest_value_in_time_and_never_two_in_an_interval(
    schedule: list[tuple[str, float]],
) -> None:
    async def main() -> None:
        service = Recorder()
        app = WsApp(routers=[BarRouter(service=service, delivery=SPACED)])
        delivered: dict[str, list[tuple[float, float]]] = {}
        published: dict[str, list[tuple[float, float]]] = {}
        async with connect(app) as client:
            for symbol in "abc":
                await client.subscribe("bars", {"symbol": symbol})

            async def receive() -> None:
                while True:
                    frame = await client.receive()
                    close = frame["payload"]["payload"]["close"]
                    delivered.setdefault(frame["payload"]["topic"], []).append((now(), close))

            receiving = asyncio.create_task(receive())
            for number, (symbol, pause) in enumerate(schedule):
                (topic,) = (it for it in service.feeds if f'"{symbol}"' in it)
                service.feeds[topic](Bar(close=number))
                published.setdefault(topic, []).append((now(), number))
                await asyncio.sleep(pause)
            await asyncio.sleep(1)
            await turns()
            receiving.cancel()
        assert delivered.keys() == published.keys()
        for topic, values in published.items():
            arrivals = delivered[topic]
            assert arrivals[0] == values[0]
            assert arrivals[-1][1] == values[-1][1]
            times = [time for time, _ in arrivals]
            assert all(b - a >= INTERVAL - 1e-9 for a, b in pairwise(times))
            for time, value in values:
                newest = next(at for at, close in arrivals if close >= value)
                assert newest - time <= INTERVAL + TICK + 1e-9

    in_virtual_time(main())
