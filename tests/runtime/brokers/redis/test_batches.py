"""Updates are sent to Redis in batches, and gather between two of them."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.runtime.brokers.redis.redis_apps import APPLE, Process, close_of, running
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import AAPL, Bar

from wsgen_runtime.brokers.redis import session
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.state import Sending
from wsgen_runtime.testing import connect


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the sizes of the batches that are sent from now on."""
    sizes: list[int] = []
    publish = Link.publish

    async def noting(link: Link, batch: Sequence[Sending]) -> int:
        sizes.append(len(batch))
        return await publish(link, batch)

    monkeypatch.setattr(Link, "publish", noting)
    return sizes


async def test_updates_that_follow_a_batch_gather(
    server: RedisServer, batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_PAUSE", 0.2)
    process = Process(server.url)
    async with running(process), connect(process.app) as client:
        await client.subscribe("bars", AAPL)
        batches.clear()  # the connection was tested
        process.produce(0)
        assert await close_of(client) == 0  # it was sent at once
        for close in range(1, 5):
            process.produce(close)
            await asyncio.sleep(0)
        assert [await close_of(client) for _ in range(4)] == [1, 2, 3, 4]
        assert batches == [1, 4]


async def test_what_waits_for_a_batch_is_not_delayed(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_PAUSE", 3_600.0)
    process = Process(server.url)
    async with running(process):
        for close in range(3):
            process.router.publish(APPLE, Bar(close=close))
            await process.broker.flush(5.0)


async def test_a_full_batch_is_sent_at_once(
    server: RedisServer, batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_PAUSE", 3_600.0)
    monkeypatch.setattr(session, "_BATCH", 2)
    process = Process(server.url)
    async with running(process), connect(process.app) as client:
        await client.subscribe("bars", AAPL)
        batches.clear()
        for close in range(4):
            process.produce(close)
        assert [await close_of(client) for _ in range(4)] == [0, 1, 2, 3]
        assert batches == [2, 2]
