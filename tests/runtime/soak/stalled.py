"""A client that stalls, beside a thousand that read."""

import asyncio
import time
from statistics import median

from tests.runtime.server import serving
from tests.runtime.services import Recorder
from tests.runtime.soak.clients import Ask, client_process
from tests.runtime.soak.progress import drained, report
from tests.runtime.soak.routes import BLOBS, TIMES, times_app


async def stalled(seconds: float, *, ws: str) -> bool:
    """Compare the 99th percentile latency of 1,000 clients beside a guest that reads and one that never does."""
    service = Recorder()
    app = times_app(service)
    rounds, pause = 5, 0.1
    updates = max(10, int(seconds / rounds / 4 / pause))
    found: dict[bool, list[float]] = {False: [], True: []}
    waited = 0
    # These clients do not answer pings.
    serving_it = serving(app, ws=ws, ws_per_message_deflate=False, ws_ping_interval=None)
    async with serving_it as host, client_process() as ask:
        port = int(host.split(":")[1])
        await ask("connect", port, 1_000)
        for number in range(rounds):
            # Each goes first in turn.
            for stall in (False, True) if number % 2 else (True, False):
                await ask("meet", port, not stall)
                while stall and not app.stats.queued:  # until all buffers on the way are full
                    service.feeds[BLOBS]("x" * 100_000)
                    await asyncio.sleep(0)
                # A core that was idle is slower for a while, by more than the difference that is measured.
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
