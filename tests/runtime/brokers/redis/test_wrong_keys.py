"""Others have written under the names of the broker: that is replaced, and no client misses anything silently."""

from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis
from tests.runtime.brokers.conformance.processes import Process, Seen, running
from tests.runtime.greeting import ask, greeted
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import AAPL, AAPL_TOPIC, until

from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.brokers.redis.messages import RedisNames

NAMES = RedisNames("wsgen:conformance", 0)
STATE, HISTORY, LEASE = (
    name(AAPL_TOPIC).decode() for name in (NAMES.state, NAMES.history, NAMES.lease)
)
LOGGED = "keys of this app in Redis held what none of its processes has written"

Write = Callable[[Redis], Any]  # redis-py does not say what a client returns


def of_another_kind(client: Redis) -> None:
    for key in (STATE, HISTORY):
        client.delete(key)
        client.sadd(key, "x")


STATES: dict[str, Write] = {
    "both of another kind": of_another_kind,
    "a list as the state": lambda client: (client.delete(STATE), client.rpush(STATE, "x")),
    "no epoch": lambda client: client.hset(STATE, "epoch", "of another app"),
    "a long generation": lambda client: client.hset(STATE, "epoch", "9" * 20 + ".a"),
    "no number": lambda client: client.hset(STATE, "seq", "one"),
    "not a number": lambda client: client.hset(STATE, "n", "nan"),
    "too large": lambda client: client.hset(STATE, "size", "1e300"),
}
HISTORIES: dict[str, Write] = {
    "of another kind": lambda client: (client.delete(HISTORY), client.set(HISTORY, "x")),
    "entries of another form": lambda client: client.xadd(HISTORY, {"x": "y"}, id="7-0"),
    "entries of later numbers": lambda client: client.xadd(HISTORY, {"x": "y"}),
}


def process(server: RedisServer, *, published: bool) -> Process:
    return Process(RedisBroker(server.url, lease=2.0), replay=9, published=published)


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("write", STATES.values(), ids=STATES)
async def test_a_state_that_cannot_be_one_counts_as_lost(
    server: RedisServer, write: Write, published: bool, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = (process(server, published=published) for _ in range(2))
    add = one.publish if published else one.produce
    with server.client() as client:
        write(client)
        async with running(one, two), greeted(one.app) as here, greeted(two.app) as there:
            seen = [Seen(here), Seen(there)]
            for each in seen:
                each.take(await ask(each.client, AAPL))
            add(1)
            for each in seen:
                await each.until(1)
            write(client)
            add(2)
            for each in seen:
                await each.until_reset()
            add(3)
            for each in seen:
                await each.until(3)
            assert seen[0].position == seen[1].position
            assert one.app.stats.broker.reconnects == two.app.stats.broker.reconnects == 0
        rejected = one.app.stats.broker.rejected + two.app.stats.broker.rejected
        assert rejected >= 1
        assert 1 <= caplog.text.count(LOGGED) <= 2


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("write", HISTORIES.values(), ids=HISTORIES)
async def test_a_history_that_cannot_be_one_is_lost_and_the_position_is_not(
    server: RedisServer, write: Write, published: bool
) -> None:
    one, two = (process(server, published=published) for _ in range(2))
    add = one.publish if published else one.produce
    with server.client() as client:
        write(client)
        async with running(one), greeted(one.app) as here:
            seen = Seen(here)
            seen.take(await ask(here, AAPL))
            add(1)
            await seen.until(1)
            write(client)
            add(2, 3)
            await seen.until(1, 2, 3)
            async with running(two), greeted(two.app) as there:
                late = Seen(there)
                late.take(await ask(there, AAPL))
                await late.until(3)
                add(4)
                await late.until(3, 4)
                await seen.until(1, 2, 3, 4)
                assert (seen.resets, late.resets) == (0, 0)
                assert seen.position == late.position
            assert one.app.stats.broker.reconnects == two.app.stats.broker.reconnects == 0


async def test_a_key_that_is_no_lease_is_replaced(server: RedisServer) -> None:
    one = Process(RedisBroker(server.url, lease=0.5), history=None)
    with server.client() as client:
        client.hset(LEASE, "a", "b")
        async with running(one), greeted(one.app) as here:
            await ask(here, AAPL)
            assert one.produces
            client.delete(LEASE)
            client.hset(LEASE, "a", "b")
            one.produce(1)  # it is refused
            await until(lambda: one.app.stats.broker.dropped == 1)
            await until(lambda: client.type(LEASE) == b"string")
            one.produce(2)
            assert (await here.receive())["payload"]["payload"] == {"close": 2}
            assert one.app.stats.broker.reconnects == 0
