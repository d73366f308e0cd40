"""Two apps on a real Redis: one produces, both deliver, and the other takes over."""

import asyncio
import subprocess
import sys

import pytest
from redis import Redis
from tests.runtime.brokers.redis.redis_apps import (
    APPLE,
    CHANNEL,
    KEY,
    LEASE,
    Process,
    close_of,
    running,
)
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRouter,
    Recorder,
    turns,
    until,
)

from wsgen_runtime import WsApp
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.testing import connect


async def test_one_process_produces_and_all_deliver_in_the_same_order(server: RedisServer) -> None:
    one, two = Process(server.url), Process(server.url)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        assert (one.produces, two.produces) == (True, False)
        for close in range(50):
            one.produce(close)
            two.router.publish(APPLE, Bar(close=1_000 + close))
        frames = [[await client.receive() for _ in range(100)] for client in (here, there)]
        assert frames[0] == frames[1]
        closes = [frame["payload"]["payload"]["close"] for frame in frames[0]]
        assert [close for close in closes if close < 1_000] == list(range(50))
        assert [close for close in closes if close >= 1_000] == list(range(1_000, 1_050))
        assert [frame["seq"] for frame in frames[0]] == list(range(1, 101))
        assert (one.app.stats.broker.leases, two.app.stats.broker.leases) == (1, 0)


async def test_a_process_that_was_not_started_publishes_to_other_processes(
    server: RedisServer,
) -> None:
    one, two = Process(server.url), Process(server.url)
    async with running(one), connect(one.app) as here:
        await here.subscribe("bars", AAPL)
        for close in range(3):
            two.router.publish(APPLE, Bar(close=close))
        assert [await close_of(here) for _ in range(3)] == [0, 1, 2]
        await two.app.shutdown()


async def test_concurrent_first_subscribers_get_one_producer(server: RedisServer) -> None:
    one, two = Process(server.url), Process(server.url)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        for symbol in ("A", "B", "C", "D"):
            request = {"symbol": symbol}
            await asyncio.gather(here.subscribe("bars", request), there.subscribe("bars", request))
        assert len(one.service.feeds) + len(two.service.feeds) == 4


async def test_a_process_that_leaves_releases_the_lease_at_once(server: RedisServer) -> None:
    # Otherwise, the lease would last longer than the timeouts of this test.
    one, two = Process(server.url, lease=600), Process(server.url, lease=600)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        for close in range(600):
            one.produce(close)
        await here.unsubscribe("bars", AAPL)
        await until(lambda: two.produces)
        two.produce(600)
        # Updates of the process that has left come before those of the other.
        assert [await close_of(there) for _ in range(601)] == list(range(601))
        await here.subscribe("bars", AAPL)
        await two.app.shutdown()
        await until(lambda: one.produces)


async def test_cancel_affects_all_processes(server: RedisServer) -> None:
    one, two = Process(server.url, lease=600), Process(server.url, lease=600)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        assert one.app.cancel(AAPL_TOPIC, "delisted") == 1
        for client in (here, there):
            assert (await client.receive())["payload"]["reason"] == "delisted"
        await until(lambda: not two.produces and not one.produces)


async def test_a_process_that_loses_the_lease_stops_publishing(server: RedisServer) -> None:
    one, two = Process(server.url), Process(server.url, lease=600)
    async with running(one, two), connect(one.app) as here:
        await here.subscribe("bars", AAPL)
        feed = one.service.feeds[AAPL_TOPIC]
        with server.client() as client:
            client.set(KEY, "another's", px=60_000)
        feed(
            Bar(close=1)
        )  # this process still believes to have the lease, but Redis refuses the update
        await until(lambda: one.app.stats.broker.dropped == 1)
        await until(lambda: not one.produces)
        feed(Bar(close=2))
        two.router.publish(APPLE, Bar(close=3))
        assert await close_of(here) == 3
        with server.client() as client:
            client.delete(KEY)
            client.publish(CHANNEL.decode(), "1 r")
        await until(lambda: one.produces)


async def test_long_topics_have_short_names(server: RedisServer) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", {"symbol": "x" * 4_000})
        with server.client() as redis:
            (channel,) = [
                name
                for name in redis.pubsub_channels()
                if b":topic:" in name  # type: ignore[union-attr, unused-ignore]
            ]
            assert len(channel) == len(CHANNEL)
            assert len(redis.keys("wsgen:0:lease:*")) == 1  # type: ignore[arg-type, unused-ignore]
            ttl = redis.pttl(redis.keys("wsgen:0:lease:*")[0])  # type: ignore[index, unused-ignore]
            assert isinstance(ttl, int)
            assert 0 < ttl <= LEASE * 1_000


async def test_apps_of_other_titles_share_nothing(server: RedisServer) -> None:
    services = [Recorder(), Recorder()]
    apps = [
        WsApp(title=str(number), routers=[BarRouter(service=service)], broker=server.url)
        for number, service in enumerate(services)
    ]
    async with connect(apps[0]) as here, connect(apps[1]) as there:
        for client in (here, there):
            await client.subscribe("bars", AAPL)
        assert all(AAPL_TOPIC in service.feeds for service in services)
    for app in apps:
        await app.shutdown()


@pytest.mark.parametrize("bad", [{"lease": 0}, {"queue": -1}, {"queue_bytes": 0}])
def test_limits_of_the_broker_must_be_positive(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        RedisBroker("redis://localhost", **bad)  # type: ignore[arg-type] # ints, each of them


def test_without_redis_py_the_error_names_the_extra() -> None:
    code = "import sys; sys.modules['redis'] = None\nfrom wsgen_runtime import WsApp\n"
    code += "WsApp(routers=[], broker='redis://localhost')"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert "pip install 'wsgen-runtime[redis]'" in found.stderr.splitlines()[-1]


async def test_nothing_is_left_in_redis(server: RedisServer) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        tasks = asyncio.all_tasks()
    await turns()
    assert len(asyncio.all_tasks() & tasks) == 1
    with server.client() as redis:
        assert redis.keys("*") == []
        assert isinstance(redis, Redis)
