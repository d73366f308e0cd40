"""Three long runs: clients that come and vanish, a reader that stalls, a hundred thousand malformed frames.

    python -m tests.runtime.soak [--seconds 120] [churn] [stalled] [malformed]

Prints what it found and exits with 1 when anything was left behind, harmed or delayed.
"""

import argparse
import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.runtime.malformed import malformed_frames
from tests.runtime.server import serving
from tests.runtime.services import BarRequest, Recorder
from websockets.asyncio.client import connect as ws_connect_to

from wsgen_runtime import Limits, WsApp, WsRouter

TIMES = 'times:{"resolution":"","symbol":"all"}'
BLOBS = 'blobs:{"resolution":"","symbol":"all"}'
Ask = Callable[..., Coroutine[Any, Any, Any]]  # the answers are JSON


def report(line: str) -> None:
    """Print a line at once: a run takes minutes."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def times_app(service: Recorder) -> WsApp:
    """Return an app with a route whose updates are the time they were published, and one for large ones."""
    times = WsRouter(service=service, route="times", request_type=BarRequest, data_type=float)
    blobs = WsRouter(service=service, route="blobs", request_type=BarRequest, data_type=str)
    limits = Limits(bad_frames=None, frames_per_second=None)
    return WsApp(routers=[times, blobs], limits=limits)


@asynccontextmanager
async def client_process() -> AsyncIterator[Ask]:
    """Yield a function that asks the process of the clients."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.runtime.soak.sockets",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 26,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def ask(*command: object) -> object:
        stdin.write(json.dumps(command).encode() + b"\n")
        return json.loads(await stdout.readline())

    try:
        yield ask
    finally:
        stdin.close()
        await process.wait()


def resident() -> float:
    """Return this process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


async def publish_all(service: Recorder) -> None:
    """Publish to every topic, again and again."""
    while True:
        for feed in list(service.feeds.values()):
            feed(time.monotonic())
        await asyncio.sleep(0.01)


async def churn(seconds: float) -> bool:
    """2,000 clients come and go, a third of them without a word: afterwards nothing is left."""
    service = Recorder()
    app = times_app(service)
    async with serving(app, ws_per_message_deflate=False) as host, client_process() as ask:
        port = int(host.split(":")[1])
        tasks = asyncio.all_tasks()
        await ask("churn", port, 2_000, 5.0, 0)  # so that what is allocated once is not counted
        await drained(app)
        gc.collect()
        before = resident()
        producer = asyncio.create_task(publish_all(service))
        total = await ask("churn", port, 2_000, seconds, 1)
        producer.cancel()
        await asyncio.wait({producer})
        await drained(app)
        gc.collect()
        after, left = resident(), asyncio.all_tasks() - tasks
        created = sum(kind == "create" for kind, _ in service.log)
    report(f"churn: {total} clients, {created} producers, {app.stats.deliveries} deliveries")
    report(f"  memory {before:.1f} -> {after:.1f} MiB, tasks left {len(left)}, {app.stats}")
    clean = created * 2 == len(service.log) and not service.feeds and not left
    return clean and app.stats.topics == 0 and after - before < 20


async def drained(app: WsApp) -> None:
    """Wait until all clients and topics have gone."""
    async with asyncio.timeout(60):
        while app.stats.clients or app.stats.topics:  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)  # the server's own tasks end after ours


async def stalled(seconds: float) -> bool:
    """Compare the 99th percentile latency of 1,000 clients beside a guest that reads and one that never does."""
    service = Recorder()
    app = times_app(service)
    rounds, pause = 5, 0.1
    updates = max(10, int(seconds / rounds / 4 / pause))
    found: dict[bool, list[float]] = {False: [], True: []}
    waited = 0
    # These clients do not answer pings.
    serving_it = serving(app, ws_per_message_deflate=False, ws_ping_interval=None)
    async with serving_it as host, client_process() as ask:
        port = int(host.split(":")[1])
        await ask("connect", port, 1_000)
        for number in range(rounds):
            # Each goes first in turn.
            for stall in (False, True) if number % 2 else (True, False):
                await ask("meet", port, not stall)
                while stall and not app.stats.queued:  # until no buffer on the way takes any more
                    service.feeds[BLOBS]("x" * 100_000)
                    await asyncio.sleep(0)
                # A core that has just been idle is slower for a while, by more than what is measured here.
                for _ in ("to warm up", "to measure"):
                    values = await timed(service, ask, updates, pause)
                waited += app.stats.queued
                found[stall].append(values[int(len(values) * 0.99)])
                await ask("part")
        await ask("leave")
        await drained(app)
    ratio = median(one / none for one, none in zip(found[True], found[False], strict=True))
    without, with_one = median(found[False]) * 1e3, median(found[True]) * 1e3
    report(f"stalled: p99 {without:.2f} ms without, {with_one:.2f} ms with, ratio {ratio:.3f}")
    report(f"  frames that waited for the stalled reader: {waited}")
    return ratio <= 1.2


async def timed(service: Recorder, ask: Ask, updates: int, pause: float) -> list[float]:
    """Publish `updates` updates and return the sorted seconds that each took to each client."""
    reading = asyncio.create_task(ask("latencies", updates))
    await asyncio.sleep(pause)
    for _ in range(updates):
        service.feeds[TIMES](time.monotonic())
        await asyncio.sleep(pause)
    values: list[float] = await reading
    return values


async def malformed(seconds: float) -> bool:
    """Send 100,000 malformed frames: nobody else is harmed, nothing is raised."""
    service = Recorder()
    app = times_app(service)
    count, batch = 100_000, 500
    async with (
        serving(app) as host,
        ws_connect_to(f"ws://{host}/") as witness,
        ws_connect_to(f"ws://{host}/", max_queue=None) as sender,
    ):
        subscription = {"type": "times.subscribe", "payload": {"symbol": "all"}}
        await witness.send(json.dumps(subscription))
        await witness.recv()
        frames = malformed_frames(count, seed=int(time.time()))
        for _ in range(count // batch):
            for _ in range(batch):
                await sender.send(next(frames))
            for _ in range(batch):
                await sender.recv()
        service.feeds[TIMES](1.0)
        update = json.loads(await witness.recv())
    report(f"malformed: {count} frames answered, witness got seq {update['seq']}, {app.stats}")
    return app.stats.failures == 0 and update["seq"] == 1


RUNS = {"churn": churn, "stalled": stalled, "malformed": malformed}


async def main() -> int:
    """Run what was asked for and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("runs", nargs="*", choices=[[], *RUNS], help="all without any")
    parser.add_argument("--seconds", type=float, default=120.0, help="length of each run")
    arguments = parser.parse_args()
    passed = True
    for name in arguments.runs or RUNS:
        ok = await RUNS[name](arguments.seconds)
        report(f"{name}: {'ok' if ok else 'FAILED'}")
        passed = passed and ok
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
