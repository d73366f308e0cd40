"""Outages: Redis stops, hangs, loses its keys, or something else answers in its place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.runtime.brokers.redis.redis_apps import (
    APPLE,
    Process,
    close_of,
    running,
    status_of,
)
from tests.runtime.redis_server import free_port, redis_server
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRequest,
    until,
)

from wsgen_runtime import WsApp
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.brokers.redis.address import Address
from wsgen_runtime.testing import connect


async def test_clients_are_notified_of_an_outage_and_get_updates_after_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_server(tmp_path) as server:
        one, two = Process(server.url), Process(server.url)
        log = two.service.log = one.service.log
        async with running(one, two), connect(one.app) as here, connect(two.app) as there:
            await here.subscribe("bars", AAPL)
            await there.subscribe("bars", AAPL)
            server.stop()
            assert [await status_of(here), await status_of(there)] == ["disconnected"] * 2
            assert not one.app.stats.broker.connected
            # A client that connects now is notified, is subscribed at once, and gets updates later.
            async with connect(two.app) as late:
                assert await status_of(late) == "disconnected"
                await late.subscribe("bars", {"symbol": "LATE"})
                one.router.publish(APPLE, Bar(close=1))
                server.start()
                for client in (here, there, late):
                    assert await status_of(client) == "connected"
                assert one.app.stats.broker.connected
                assert await close_of(here) == 1  # it waited; others may have come back later
                await until(lambda: one.produces != two.produces)
                producer = one if one.produces else two
                producer.produce(2)
                assert await close_of(here) == 2
                while await close_of(there) != 2:
                    pass
                await until(lambda: 'bars:{"resolution":"","symbol":"LATE"}' in two.service.feeds)
                two.router.publish(BarRequest(symbol="LATE"), Bar(close=2))
                assert await close_of(late) == 2
        assert one.app.stats.broker.reconnects == 1
    # Redis has lost the lease; still, nobody has started before the producer has stopped.
    kinds = [kind for kind, topic in log if topic == AAPL_TOPIC]
    assert kinds == ["create", "remove"] * (len(kinds) // 2)
    assert caplog.text.count("went away") == 2  # once for each process


async def test_a_long_outage_ends_production_and_memory_is_bounded(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        one = Process(server.url, lease=0.5, queue=100)
        async with running(one), connect(one.app) as client:
            await client.subscribe("bars", AAPL)
            server.stop()
            assert await status_of(client) == "disconnected"
            await until(lambda: not one.produces)
            for close in range(1_000):
                one.router.publish(APPLE, Bar(close=close))
            stats = one.app.stats.broker
            assert (stats.queued, stats.dropped, stats.leases) == (100, 900, 0)
            server.start()
            assert await status_of(client) == "connected"
            assert [await close_of(client) for _ in range(100)] == list(range(900, 1_000))
            await until(lambda: one.produces)


async def test_a_connection_to_a_hanging_redis_is_given_up(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        one = Process(server.url, lease=0.5)
        async with running(one), connect(one.app) as client:
            await client.subscribe("bars", AAPL)
            server.pause()
            assert await status_of(client) == "disconnected"
            await client.subscribe("bars", {"symbol": "LATE"})  # does not wait for it
            server.resume()
            assert await status_of(client) == "connected"
            await until(lambda: len(one.service.feeds) == 2)


# redis-py expects none of them, and raises undocumented exceptions for some.
NONSENSE = [b":x\r\n", b"*1\r\n$3\r\nabc\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"+OK\r\n"]


@asynccontextmanager
async def answering_nonsense(port: int, answers: list[bytes]) -> AsyncIterator[list[bytes]]:
    """Listen in place of Redis; yield the answers so far, one for each connection."""
    given: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonsense = answers[len(given) % len(answers)]
        given.append(nonsense)
        while nonsense and await reader.read(65_536):
            writer.write(nonsense)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield given


@pytest.mark.parametrize("answer", NONSENSE)
async def test_a_server_that_is_not_redis_fails_the_start_with_a_reason(answer: bytes) -> None:
    port = free_port()
    app = WsApp(
        title="outages", routers=[], broker=RedisBroker(f"redis://127.0.0.1:{port}", lease=0.5)
    )
    async with answering_nonsense(port, [answer]):
        with pytest.raises(
            ConnectionError, match=f"Redis at 127.0.0.1:{port} .* cannot be used: ."
        ):
            await app.startup()


async def test_reconnection_goes_on_whatever_answers_in_place_of_redis(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_server(tmp_path) as server:
        one = Process(server.url, lease=0.5)
        async with running(one), connect(one.app) as client:
            await client.subscribe("bars", AAPL)
            server.stop()
            async with answering_nonsense(server.port, NONSENSE[:2]) as given:
                assert await status_of(client) == "disconnected"
                await until(lambda: len(given) >= 2)
            with monkeypatch.context() as patched:
                failed = asyncio.Event()

                def fail(self: object) -> None:
                    failed.set()
                    raise AttributeError("a mistake in redis-py")

                patched.setattr(Address, "connection", fail)
                await failed.wait()
            server.start()
            assert await status_of(client) == "connected"
            await until(lambda: one.produces)
    assert "AttributeError: a mistake in redis-py" in caplog.text
