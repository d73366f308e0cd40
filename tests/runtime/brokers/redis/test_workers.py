"""One uvicorn with two workers, which share their topics through Redis."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis
from tests.runtime.brokers.redis.takeover import SUBSCRIBE, reader
from tests.runtime.redis_server import free_port, redis_server
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed


@asynccontextmanager
async def uvicorn(redis_url: str, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run two workers; kill what is left of them at the end."""
    command = [sys.executable, "-m", "uvicorn", "--workers", "2", "--port", str(port)]
    command += ["--factory", "tests.runtime.brokers.redis.workers:app", "--log-level", "warning"]
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, "REDIS_URL": redis_url}, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def all_started(redis: Redis, process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until both workers have their two connections to Redis, and listen, which they do a little later."""
    async with asyncio.timeout(60):
        while len(redis.client_list()) < 5 or not await accepts(port):  # with the one that asks
            assert process.returncode is None, "uvicorn does not start"
            await asyncio.sleep(0.02)


async def accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


def worker_of(client: ClientConnection) -> int:
    assert client.response is not None
    return int(client.response.headers["x-worker"])


@asynccontextmanager
async def another(address: str, one: ClientConnection) -> AsyncIterator[ClientConnection]:
    """Connect to the other worker: that of `one` is paused meanwhile."""
    os.kill(worker_of(one), signal.SIGSTOP)
    try:
        two = await connect(address)
    finally:
        os.kill(worker_of(one), signal.SIGCONT)
    async with two:
        yield two


async def updates_of(client: ClientConnection, count: int) -> list[tuple[int, int]]:
    """Return the next updates: the producer's process id and its number."""
    updates: list[tuple[int, int]] = []
    async with asyncio.timeout(30):
        while len(updates) < count:
            frame = reader()(await client.recv())
            if frame["type"] == "ticks.update":
                pid, number = frame["payload"]["payload"]
                updates.append((pid, number))
    return updates


async def test_subscribers_of_either_worker_get_the_updates_of_one_producer(tmp_path: Path) -> None:
    address = f"ws://127.0.0.1:{(port := free_port())}/"
    with redis_server(tmp_path) as server, server.client() as redis:
        async with uvicorn(server.url, port) as process:
            await all_started(redis, process, port)
            async with connect(address) as one, another(address, one) as two:
                assert worker_of(one) != worker_of(two)
                for client in (one, two):
                    await client.send(SUBSCRIBE)
                got = [await updates_of(client, 50) for client in (one, two)]
                producer = got[0][0][0]
                assert producer in (worker_of(one), worker_of(two))
                for updates in got:
                    first = updates[0][1]
                    assert updates == [(producer, first + count) for count in range(50)]
                # Production ends with the worker's last subscriber; the other worker goes on.
                mine, others = (one, two) if producer == worker_of(one) else (two, one)
                await mine.close()
                async with asyncio.timeout(30):
                    while (await updates_of(others, 1))[0][0] == producer:
                        pass
                process.terminate()
                with pytest.raises(ConnectionClosed) as closed:
                    await updates_of(others, 10**6)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1001
                async with asyncio.timeout(30):
                    await process.wait()
        assert redis.keys("*") == []
