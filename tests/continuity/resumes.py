"""Many clients that come back at once, as after the restart of a proxy: what Redis has to answer for them.

One process produces a topic, another one serves the clients, and is killed. When it is back, all of them resume.
"""

import asyncio
import random
import resource
import tempfile
from pathlib import Path

from redis import Redis

from tests.continuity.client import Client
from tests.continuity.world import World

_AT_ONCE = 100  # connections that are opened at once in the beginning


async def resume_at_once(count: int) -> tuple[list[str], str]:
    """Let `count` clients resume one topic at once; return what went wrong, and what was measured."""
    _allow_files(2 * count + 500)
    with tempfile.TemporaryDirectory(prefix="resumes-") as folder:
        world = World(Path(folder), check_every=600.0)
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
            await _answered([first], 1)
            for start in range(0, count, _AT_ONCE):
                more = [client(serving.port) for _ in range(start, min(start + _AT_ONCE, count))]
                await _answered(more, 1)
            assert world.redis is not None
            await serving.kill()
            world.truth.order("burst 2")  # this is missed
            await asyncio.sleep(1.0)
            world.truth.order("quiet")
            with world.redis.client() as redis:
                before = _reads(redis)
                await serving.start(world.log)
                await _answered(clients[1:], 2)
                await asyncio.sleep(1.0)
                after = _reads(redis)
            return _judge(clients, before, after)
        finally:
            await asyncio.gather(*(each.stop() for each in clients))
            await world.stop()


def _judge(clients: list[Client], before: int, after: int) -> tuple[list[str], str]:
    answers = [
        next(event for event in reversed(client.transcripts[0]) if event.kind == "answer")
        for client in clients[1:]
    ]
    recovered = sum(answer.recovered for answer in answers)
    places = {client.followings[0].at for client in clients}
    told = f"{len(answers):,} clients came back, {recovered:,} recovered, {after - before} reads of the history"
    wrong = [said for client in clients for said in client.wrong]
    if recovered != len(answers):
        wrong.append(f"{len(answers) - recovered} did not recover")
    if after - before > 1:
        wrong.append(f"the history was read {after - before} times for one topic and process")
    if len(places) != 1:
        wrong.append(f"they are at {places}")
    return wrong, told


def _reads(redis: Redis) -> int:
    """Return how often a history was read: with no updates, nothing else makes Redis do so."""
    stats: dict[str, dict[str, int]] = redis.info("commandstats")
    return stats.get("cmdstat_xrange", {}).get("calls", 0)


async def _answered(clients: list[Client], times: int) -> None:
    """Wait until all clients have been answered so often."""
    async with asyncio.timeout(240):
        while any(_answers(client) < times for client in clients):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _answers(client: Client) -> int:
    return sum(event.kind == "answer" for event in client.transcripts[0])


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
