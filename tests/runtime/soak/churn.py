"""2,000 clients that connect, subscribe at random and leave, beside one that reads irregularly."""

import asyncio
import gc
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.runtime.documented import reader_of
from tests.runtime.server import serving
from tests.runtime.services import Recorder
from tests.runtime.soak.clients import client_process
from tests.runtime.soak.progress import drained, no_complaints, report
from tests.runtime.soak.routes import BLOBS, routers, times_app
from websockets.asyncio.client import ClientConnection, connect

from wsgen_runtime import WsApp

CLIENTS = 2_000
PACE = 0.01
BLOB, LAST = "x" * 50_000, "the last"
READS, STALLS = 3.0, 5.0


async def churn(seconds: float, *, ws: str) -> bool:
    """Let clients come and go, a third of them without a close frame: afterwards nothing is left."""
    service = Recorder()
    app = times_app(service)
    with no_complaints() as complaints:
        serving_it = serving(app, ws=ws, ws_per_message_deflate=False)
        async with serving_it as host, client_process() as ask:
            port = int(host.split(":")[1])
            tasks = asyncio.all_tasks()
            await ask(
                "churn", port, CLIENTS, 5.0, 0
            )  # memory that is allocated once is not counted
            await drained(app)
            gc.collect()
            before = resident()
            async with guest_of(app, host) as guest:
                async with publishing(service):
                    found = await ask("churn", port, CLIENTS, seconds, int(time.time()))
                service.feeds[BLOBS](LAST)
                await guest.finish()
            await drained(app)
            gc.collect()
            after, left = resident(), asyncio.all_tasks() - tasks
            created = sum(kind == "create" for kind, _ in service.log)
    report(f"churn: {found}, {created} producers, {app.stats.deliveries} deliveries")
    report(f"  {guest}")
    report(f"  memory {before:.1f} -> {after:.1f} MiB, tasks left {len(left)}, {app.stats}")
    for complaint in complaints[:5]:
        report(f"  complaint: {complaint}")
    clean = created * 2 == len(service.log) and not service.feeds and not left and not complaints
    documented = not found["wrong"] and not found["closed"] and found["validated"] > 0
    counted = guest.gaps == guest.dropped and (seconds < 30 or guest.gaps > 0)
    return clean and documented and counted and app.stats.topics == 0 and after - before < 20


def resident() -> float:
    """Return this process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


@asynccontextmanager
async def publishing(service: Recorder) -> AsyncIterator[None]:
    """Publish to some topics and to that of the guest repeatedly, no faster than Python clients can read."""

    async def publish() -> None:
        dice = random.Random(0)
        while True:
            feeds = [feed for topic, feed in service.feeds.items() if topic != BLOBS]
            for feed in dice.sample(feeds, min(2, len(feeds))):
                feed(time.monotonic())
            if BLOBS in service.feeds:
                service.feeds[BLOBS](BLOB)
            await asyncio.sleep(PACE)

    task = asyncio.create_task(publish())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


class Guest:
    """A client that reads for a while and stalls for a while, checks each frame and counts the gaps in `seq`."""

    def __init__(self, app: WsApp, connection: ClientConnection) -> None:
        self._connection = connection
        self._client = app.clients[max(app.clients)]
        self._read = reader_of(routers(Recorder()))
        self._hurries = False
        self._task = asyncio.create_task(self._follow())
        self.read = self.gaps = 0

    def __str__(self) -> str:
        return f"the guest read {self.read} updates; {self.gaps} missing, {self.dropped} dropped"

    @property
    def dropped(self) -> int:
        """Return how many updates the server says it has dropped for this client."""
        return self._client.dropped

    async def finish(self) -> None:
        """Read all updates to the last one; raises the first error."""
        self._hurries = True
        async with asyncio.timeout(60):
            await self._task

    async def _follow(self) -> None:
        seq, stall_at = 0, time.monotonic() + READS
        while True:
            frame = self._read(await self._connection.recv())
            if frame["type"] == "blobs.update":
                self.read += 1
                self.gaps += frame["seq"] - seq - 1
                seq = frame["seq"]
                if frame["payload"]["payload"] == LAST:
                    return
            if not self._hurries and time.monotonic() > stall_at:
                await asyncio.sleep(STALLS)
                stall_at = time.monotonic() + READS


@asynccontextmanager
async def guest_of(app: WsApp, host: str) -> AsyncIterator[Guest]:
    """Connect a guest that subscribes to the large updates."""
    # The answers to pings would wait behind the updates that the guest leaves unread.
    place, unread = f"ws://{host}/", 4
    async with connect(place, max_queue=unread, compression=None, ping_interval=None) as connection:
        await connection.send(json.dumps({"type": "blobs.subscribe", "payload": {"symbol": "all"}}))
        yield Guest(app, connection)
