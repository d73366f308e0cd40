"""Two uvicorn processes and Redis: kill the producing one with SIGKILL, and measure how long the other takes.

    python -m tests.runtime.brokers.redis.takeover [--rounds 20] [--lease 1.0] [--pause]

Each round also checks that no update came twice or out of order, per topic and producer. `--pause` stops the
producer instead, and lets it go on later: it must not produce any more then. Exits with 1 when an update did, or
when a takeover took longer than the lease.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jsonschema import ValidationError
from tests.runtime.brokers.redis.takeover_server import ticks_router
from tests.runtime.documented import Read, reader_of
from tests.runtime.redis_server import redis_server
from tests.runtime.services import AAPL
from websockets.asyncio.client import connect

SUBSCRIBE = json.dumps({"type": "ticks.subscribe", "payload": AAPL, "id": 1})


@cache
def reader() -> Read:
    """Return a function that decodes a frame of these processes and checks it against their document."""
    return reader_of([ticks_router()])


@dataclass
class Server:
    """One uvicorn process and a subscriber of it."""

    process: asyncio.subprocess.Process
    port: int
    updates: "asyncio.Queue[tuple[int, int, int]]" = field(default_factory=asyncio.Queue)
    """(`seq`, the producer's process id, its number), in the order of arrival."""

    async def read(self) -> None:
        async with connect(f"ws://127.0.0.1:{self.port}/") as client:
            await client.send(SUBSCRIBE)
            async for text in client:
                frame = reader()(text)
                if frame["type"] == "ticks.update":
                    pid, number = frame["payload"]["payload"]
                    self.updates.put_nowait((frame["seq"], pid, number))

    async def next(self) -> tuple[int, int, int]:
        async with asyncio.timeout(30):
            return await self.updates.get()

    async def next_of(self, pid: int) -> tuple[int, int, int]:
        """Return the next update whose producer is `pid`."""
        while (update := await self.next())[1] != pid:
            pass
        return update


@asynccontextmanager
async def server(url: str, lease: float) -> AsyncIterator[Server]:
    """Start a process and subscribe to it; kill it at the end, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.runtime.brokers.redis.takeover_server",
        url,
        str(lease),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            port = int(await process.stdout.readline())
        started = Server(process, port)
        reading = asyncio.create_task(started.read())
        try:
            yield started
        finally:
            reading.cancel()
            (result,) = await asyncio.gather(reading, return_exceptions=True)
            if isinstance(result, ValidationError | KeyError):
                raise result  # an undocumented frame; any other error means that the process has ended
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def check_order(updates: list[tuple[int, int, int]]) -> str:
    """Return what is wrong with the updates that one subscriber got, or nothing."""
    last: dict[int, int] = {}
    producers: list[int] = []
    for before, after in zip([(0, 0, 0), *updates], updates, strict=False):
        seq, pid, number = after
        if seq <= before[0]:
            return f"seq {seq} after {before[0]}"
        if number <= last.get(pid, -1):
            return f"update {number} of {pid} after {last[pid]}"
        last[pid] = number
        if not producers or producers[-1] != pid:
            if pid in producers:
                return f"updates of {pid} among those of {producers[-1]}"
            producers.append(pid)
    return ""


async def one_round(url: str, lease: float, *, pause: bool = False) -> tuple[float, str]:
    """Kill or pause a producer; return how long the subscriber of its successor waited, and what was wrong."""
    async with AsyncExitStack() as stack:
        starting = (stack.enter_async_context(server(url, lease)) for _ in range(2))
        one, two = await asyncio.gather(*starting)
        first, second = await one.next(), await two.next()
        victim, heir = (one, two) if first[1] == one.process.pid else (two, one)
        got = [second if heir is two else first]
        got += [await heir.next() for _ in range(50)]
        os.kill(victim.process.pid, signal.SIGSTOP if pause else signal.SIGKILL)
        stopped_at = time.monotonic()
        while got[-1][1] != heir.process.pid:
            got.append(await heir.next())
        waited = time.monotonic() - stopped_at
        got += [await heir.next() for _ in range(50)]
        wrong = ""
        if pause:
            os.kill(victim.process.pid, signal.SIGCONT)
            wrong = check_order(await after_pause(victim, heir.process.pid))
        got += [await heir.next() for _ in range(50)]
        return waited, wrong or check_order(got)


async def after_pause(victim: Server, heir: int) -> list[tuple[int, int, int]]:
    """Return what the subscriber of the paused process got, up to the present updates of its successor."""
    got = [await victim.next()]
    while got[-1][1] != heir:
        got.append(await victim.next())
    return got + [await victim.next() for _ in range(200)]


async def main(rounds: int, lease: float, *, pause: bool) -> bool:
    """Run and print all rounds; return whether all succeeded."""
    fine = True
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as redis:
        for number in range(1, rounds + 1):
            waited, wrong = await one_round(redis.url, lease, pause=pause)
            fine = fine and waited <= lease and not wrong
            sys.stdout.write(f"{number}: updates again after {waited:.3f} of {lease} s {wrong}\n")
            sys.stdout.flush()
    return fine


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--lease", type=float, default=1.0)
    parser.add_argument("--pause", action="store_true")
    options = parser.parse_args()
    sys.exit(0 if asyncio.run(main(options.rounds, options.lease, pause=options.pause)) else 1)
