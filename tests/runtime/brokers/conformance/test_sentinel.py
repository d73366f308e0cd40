"""A real Sentinel: when the master is killed, processes go on with the replica that takes its place."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel
from redis.exceptions import RedisError
from tests.parts import REDIS, require
from tests.runtime.brokers.conformance.processes import Process, Seen, running
from tests.runtime.greeting import ask, greeted
from tests.runtime.redis_server import RedisServer, free_port, redis_server
from tests.runtime.services import AAPL, until

from wsgen_runtime.brokers.redis import RedisBroker


@contextmanager
def sentinel_of(master: RedisServer, folder: Path) -> Iterator[int]:
    """Run a Sentinel that watches `master`; return its port."""
    port = free_port()
    settings = folder / "sentinel.conf"
    settings.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
        f"sentinel monitor mymaster 127.0.0.1 {master.port} 1\n"
        "sentinel down-after-milliseconds mymaster 200\nsentinel failover-timeout mymaster 2000\n"
    )
    command = [require(REDIS), str(settings), "--sentinel"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield port
    finally:
        running.kill()
        running.wait()


async def knows_replica(port: int) -> None:
    """Wait until the Sentinel at `port` knows a replica that can take the place of the master."""
    async with asyncio.timeout(30), Redis(port=port) as client:
        while True:
            try:
                replicas = await client.execute_command("SENTINEL", "REPLICAS", "mymaster")  # type: ignore[no-untyped-call, unused-ignore] # redis-py is partly typed
                if replicas:
                    return
            except RedisError:
                pass  # it has not started yet
            await asyncio.sleep(0.05)


def broker(port: int) -> RedisBroker:
    sentinel = Sentinel([("127.0.0.1", port)], socket_timeout=0.5)  # type: ignore[no-untyped-call, unused-ignore] # the same
    return RedisBroker(sentinel.master_for("mymaster"), lease=60.0)  # type: ignore[no-untyped-call, unused-ignore] # the same


@pytest.mark.slow
async def test_processes_follow_the_master_and_signal_what_was_lost(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("master", "replica", "sentinel")]
    for place in places:
        place.mkdir()
    with (
        redis_server(places[0]) as master,
        sentinel_of(master, places[2]) as port,
        redis_server(places[1], "--replicaof", "127.0.0.1", str(master.port)) as replica,
    ):
        await knows_replica(port)
        one, two = Process(broker(port)), Process(broker(port))
        assert "mymaster" in repr(one.app._broker)
        async with running(one, two), greeted(one.app) as here, greeted(two.app) as there:
            seen = [Seen(here), Seen(there)]
            for each in seen:
                each.take(await ask(each.client, AAPL))
            one.produce(1)
            for each in seen:
                await each.until(1)
            with master.client() as client:
                assert client.wait(1, 5000) == 1
            with replica.client() as client:
                client.config_set("masterauth", "wrong")  # it does not connect again
                client.client_kill_filter(_type="master")
            one.produce(2)
            for each in seen:
                await each.until(1, 2)
            master.stop()
            for each in seen:
                await each.until_reset()
            await until(lambda: one.app.stats.broker.connected)
            one.produce(3)
            for each in seen:
                await each.until(3)
                assert each.data == [3]
            assert seen[0].position == seen[1].position
