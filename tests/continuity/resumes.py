"""Many clients that come back at once, as after the restart of a proxy: what Redis has to answer for them.

One process produces a topic, another one serves the clients, and is killed. When it is back, all of them resume.
"""

import asyncio
import contextlib
import random
import resource
import tempfile
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.continuity.client import Client
from tests.continuity.services import BURST
from tests.continuity.world import World
from wsgen_runtime.brokers.redis.messages import RedisNames

_AT_ONCE = 100  # connections that are opened at once in the beginning


async def resume_at_once(count: int) -> tuple[list[str], str]:
    """Let `count` clients resume one topic at once; return what went wrong, and what was measured."""
    _allow_files(2 * count + 500)
    with tempfile.TemporaryDirectory(prefix="resumes-") as folder:
        world = World(Path(folder), check_every=600.0, lease=10.0)
        clients: list[Client] = []
        try:
            await world.start()
            world.truth.order("burst 1")
            producing, serving = world.servers
            chance = random.Random(1)

            def client(port: int) -> Client:
                made = Client(lambda: (port, ""), chance)
                made.follow("bars", {"name": "all"})
                clients.append(made)
                made.start()
                return made

            first = client(producing.port)
            await _updated(first, BURST)
            for start in range(0, count, _AT_ONCE):
                more = [client(serving.port) for _ in range(start, min(start + _AT_ONCE, count))]
                await _answered(more, 1)
            assert world.redis is not None
            await serving.kill()
            world.truth.order("burst 2")  # this is missed
            await _updated(first, 2 * BURST)
            world.truth.order("quiet")
            reads: list[str] = []
            watching = asyncio.create_task(asyncio.to_thread(_watch, world.redis.client(), reads))
            await asyncio.sleep(0.5)
            await serving.start(world.log)
            await _answered(clients[1:], 2)
            await asyncio.sleep(0.5)
            world.redis.stop()
            await watching
            return _judge(clients, len(reads))
        finally:
            await asyncio.gather(*(each.stop() for each in clients))
            await world.stop()


def _judge(clients: list[Client], reads: int) -> tuple[list[str], str]:
    answers = [
        next(event for event in reversed(client.transcripts[0]) if event.kind == "answer")
        for client in clients[1:]
    ]
    recovered = sum(answer.recovered for answer in answers)
    places = {client.followings[0].at for client in clients}
    told = (
        f"{len(answers):,} clients came back, {recovered:,} recovered, {reads} reads of the history"
    )
    wrong = [said for client in clients for said in client.wrong]
    if recovered != len(answers):
        wrong.append(f"{len(answers) - recovered} did not recover")
    if reads > 1:
        wrong.append(f"the history was read {reads} times for one topic and process")
    if len(places) != 1:
        wrong.append(f"they are at {places}")
    return wrong, told


def _watch(redis: Redis, reads: list[str]) -> None:
    """Collect the commands that read the history of the topic, until Redis ends."""
    history = RedisNames("wsgen:continuity", 0).history('bars:{"name":"all"}').decode()
    with contextlib.suppress(RedisError), redis.monitor() as monitor:  # type: ignore[no-untyped-call] # redis-py is partly typed
        commands = (heard["command"] for heard in monitor.listen() if heard is not None)
        reads.extend(command for command in commands if command.startswith(f"XRANGE {history}"))


async def _answered(clients: list[Client], times: int) -> None:
    """Wait until all clients have been answered so often."""
    async with asyncio.timeout(240):
        while any(_answers(client) < times for client in clients):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def _updated(client: Client, count: int) -> None:
    """Wait until a client has had so many updates, so that Redis is quiet."""
    async with asyncio.timeout(60):
        while sum(event.kind == "update" for event in client.transcripts[0]) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)


def _answers(client: Client) -> int:
    return sum(event.kind == "answer" for event in client.transcripts[0])


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
