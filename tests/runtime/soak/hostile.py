"""Sends a hundred thousand malformed frames and invalid bytes, beside a client that must not notice them."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

from tests.runtime.documented import reader_of
from tests.runtime.malformed import malformed_frames
from tests.runtime.raw_frames import ATTACKS, attack, endless, random_bytes
from tests.runtime.server import serving
from tests.runtime.services import Recorder
from tests.runtime.soak.progress import no_complaints, report
from tests.runtime.soak.routes import PATIENT, TIMES, routers, times_app
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from wsgen_runtime import CloseCode, Limits, WsApp

SUBSCRIBE = json.dumps({"type": "times.subscribe", "payload": {"symbol": "all"}})
IMPLEMENTATIONS = (
    "websockets-sansio",
    "wsgen_runtime.uvicorn:Protocol",
    "wsproto",
    "websockets",
)
BATCH = 500
LARGEST = 16 << 20  # the default limit of uvicorn


class Witness:
    """A subscriber of the only topic of an app, which must get each update, whatever others send."""

    def __init__(self, service: Recorder, connection: ClientConnection) -> None:
        self._service = service
        self._connection = connection
        self._seq = 0

    async def sees_an_update(self) -> bool:
        """Return whether the next update comes, and is the next."""
        self._service.feeds[TIMES](time.monotonic())
        self._seq += 1
        seq: int = json.loads(await self._connection.recv())["seq"]
        return seq == self._seq


@asynccontextmanager
async def watched(
    limits: Limits, ws: str = "auto", largest: int = LARGEST
) -> AsyncIterator[tuple[WsApp, str, Witness]]:
    """Serve an app and yield it, its `host:port` and a witness."""
    service = Recorder()
    app = times_app(service, limits)
    server = serving(app, ws=ws, ws_max_size=largest)
    async with server as host, connect(f"ws://{host}/") as connection:
        await connection.send(SUBSCRIBE)
        await connection.recv()
        yield app, host, Witness(service, connection)


async def malformed(seconds: float) -> bool:
    """Send 100,000 malformed frames, with limits and without, and raw bytes: nobody else is harmed."""
    seed = int(time.time())
    report(f"malformed: the seed is {seed}")
    fine = await to_a_patient_server(100_000, seed)
    fine = await to_a_server_with_limits(20_000, seed) and fine
    for ws in IMPLEMENTATIONS:
        fine = await raw_bytes(2_000, seed, ws) and fine
    return fine


async def to_a_patient_server(count: int, seed: int) -> bool:
    """Send all frames on one connection; each has one answer, as the document says."""
    read = reader_of(routers(Recorder()))
    frames = malformed_frames(count, seed)
    fine = True
    with no_complaints() as complaints:
        async with (
            watched(PATIENT) as (app, host, witness),
            connect(f"ws://{host}/", max_queue=None) as sender,
        ):
            while batch := list(islice(frames, BATCH)):
                for frame in batch:
                    await sender.send(frame)
                for _ in batch:
                    read(await sender.recv())
                fine = await witness.sees_an_update() and fine
    report(f"  {count} frames, each answered as documented; {app.stats}")
    return _told(complaints) and fine and app.stats.failures == 0


async def to_a_server_with_limits(count: int, seed: int) -> bool:
    """Send frames to a server with the default limits, which closes with 1008 after twenty in a row."""
    read = reader_of(routers(Recorder()))
    closed: list[int] = []
    fine = True
    with no_complaints() as complaints:
        async with watched(Limits()) as (app, host, witness):
            frames = malformed_frames(count, seed + 1)
            frame = next(frames, None)
            while frame is not None:
                async with connect(f"ws://{host}/") as sender:
                    try:
                        while frame is not None:
                            await sender.send(frame)
                            read(await sender.recv())
                            frame = next(frames, None)
                    except ConnectionClosed as end:
                        closed.append(end.rcvd.code if end.rcvd is not None else 0)
                        frame = next(frames, None)
                fine = await witness.sees_an_update() and fine
    report(f"  {count} frames with the default limits: {len(closed)} times closed; {app.stats}")
    fine = fine and set(closed) == {CloseCode.POLICY_VIOLATION}
    return _told(complaints) and fine and app.stats.failures == 0


async def raw_bytes(count: int, seed: int, ws: str, largest: int = LARGEST) -> bool:
    """Send invalid bytes, each on a connection of its own."""
    attacks = {
        **ATTACKS,
        "a message without end": endless(b"x" * 60_000, 2 * largest),
        **random_bytes(count, seed),
    }
    fine = True
    with no_complaints() as complaints:
        async with watched(Limits(), ws, largest) as (app, host, witness):
            for name, chunks in attacks.items():
                await attack(host, chunks)
                if not await witness.sees_an_update():
                    report(f"  after {name} the witness missed an update")
                    fine = False
    report(f"  {len(attacks)} connections of raw bytes under {ws}; {app.stats}")
    return _told(complaints) and fine and app.stats.failures == 0 and app.stats.clients == 0


def _told(complaints: list[str]) -> bool:
    """Report the first complaints, if there are any; return whether there are none."""
    for complaint in complaints[:5]:
        report(f"  complaint: {complaint}")
    return not complaints
