"""A rolling upgrade: processes of the version before and of this one on one Redis, one replaced after the other.

Clients of the route that both versions have follow it without `hello`, as before. Nothing may be lost or come
twice on a connection, and each producer that ends in an orderly way is heard to its end. The route with history,
which only new processes have, keeps its promises while processes of both versions run.
"""

import asyncio
import os
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.continuity.checker import Topic
from tests.continuity.client import Client
from tests.continuity.kinds import Kind
from tests.continuity.truth import Truth
from tests.continuity.world import LEASE, Server
from tests.runtime.redis_server import free_port, redis_server

BEFORE = "3bffced"
"""The last commit of the version before."""
_ROOT = Path(__file__).parents[2]


def unpack(folder: Path) -> Path:
    """Unpack the runtime of the version before into `folder`; return what its processes import from."""
    folder.mkdir()
    archive = folder / "runtime.tar"
    command = ["git", "archive", "-o", str(archive), BEFORE, "src/wsgen_runtime"]
    subprocess.run(command, cwd=_ROOT, check=True, timeout=60)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True, timeout=60)
    return folder / "src"


async def rolling(seed: int) -> list[str]:
    """Replace two old processes by new ones, one after the other; return what went wrong."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="rolling-") as name:
        folder = Path(name)
        truth = Truth(folder / "truth")
        truth.folder.mkdir()
        truth.order("run 0.005")
        before = unpack(folder / "before")
        with redis_server(folder) as redis:
            settings = {"truth": str(truth.folder), "redis": redis.url, "lease": LEASE}
            ports = [free_port(), free_port()]

            def process(index: int, *, new: bool) -> Server:
                path = {} if new else {"PYTHONPATH": os.pathsep.join([str(before), str(_ROOT)])}
                module = "tests.continuity.rolling_server"
                return Server({**settings, "new": new}, path, module, ports[index])

            servers = [process(0, new=False), process(1, new=False)]
            log = folder / "servers.log"
            try:
                await asyncio.gather(*(server.start(log) for server in servers))
                return await _upgrade(servers, process, truth, chance, log)
            finally:
                for server in servers:
                    await server.kill()


async def _upgrade(
    servers: list[Server],
    process: Callable[..., Server],
    truth: Truth,
    chance: random.Random,
    log: Path,
) -> list[str]:
    def follower(index: int, route: str, *, founding: bool) -> Client:
        client = Client(
            lambda: (servers[index].port, servers[index].name), chance, founding=founding
        )
        client.follow(route, {"name": "all"})
        client.start()
        return client

    plain = [follower(index, "plain", founding=True) for index in (0, 1)]
    kept: list[Client] = []
    await asyncio.sleep(1.0)
    for index in (0, 1):
        await servers[index].end()
        servers[index] = process(index, new=True)
        await servers[index].start(log)
        kept.append(follower(index, "bars", founding=False))
        await asyncio.sleep(LEASE + 1.0)
        kept[0].drop()
        await asyncio.sleep(0.5)
    truth.order("quiet")
    await asyncio.sleep(0.5)
    for client in (*plain, *kept):
        await client.stop()
    wrong = [said for client in (*plain, *kept) for said in client.wrong]
    wrong += _judge("plain", Kind(numbered=False), plain, truth)
    wrong += _judge("bars", Kind(), kept, truth)
    wrong += _unheard(plain, truth.last("plain:all"))
    resumes = [event for event in kept[0].transcripts[0] if event.since is not None]
    if not resumes or not all(event.recovered for event in resumes):
        wrong.append(f"the route with history did not recover: {resumes}")
    return wrong


def _judge(route: str, kind: Kind, clients: list[Client], truth: Truth) -> list[str]:
    transcripts = {str(each): client.transcripts[0] for each, client in enumerate(clients)}
    said = Topic(kind, transcripts).violations(truth.last(f"{route}:all"))
    # Nothing was overloaded: a gap is a loss.
    gaps = [
        event
        for events in transcripts.values()
        for event in events
        if event.kind == "gap" and event.count
    ]
    return [f"{route}: client {each}" for each in said] + [f"{route}: {gap}" for gap in gaps]


def _unheard(clients: list[Client], made: dict[str, int]) -> list[str]:
    """Return the producers of which somebody who stayed connected did not hear the end."""
    heard: dict[str, int] = {}
    for client in clients:
        for event in client.transcripts[0]:
            if event.kind == "update":
                source, number = event.data["source"], event.data["number"]
                heard[source] = max(number, heard.get(source, 0))
    return [
        f"plain: {source} made {made[source]} updates, and {last} were heard"
        for source, last in heard.items()
        if last != made[source]
    ]
