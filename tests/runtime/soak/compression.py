"""Measures permessage-deflate on the server: CPU time and bytes of a delivery, and memory of a client."""

import asyncio
import json
import os
import random
import selectors
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.runtime.services import BarRequest, Recorder
from tests.runtime.soak.memory import resident, served, warm
from tests.runtime.soak.plain import connect, send
from tests.runtime.soak.progress import report

from wsgen_runtime import Delivery, TopicUpdate, WsApp, WsRouter

CLIENTS, UPDATES = 100, 500
OVER = "all were sent"
PREPARED = "wsgen_runtime.uvicorn:Protocol"
LEVELS = {"a bar": 0, "an order book of 40 levels": 40, "an order book of 250 levels": 250}


def quotes(levels: int) -> Iterator[str]:
    """Yield bars, each with an order book of so many levels, of which a third change from one to the next."""
    dice = random.Random(1)
    book = [[round(100 + level / 100, 2), dice.randrange(1, 5000)] for level in range(levels)]
    for number in range(UPDATES):
        price = round(100 + dice.random() * 5, 2)
        bar: dict[str, object] = {
            "timestamp": f"2026-11-26T12:{number // 60:02}:{number % 60:02}Z",
            "open": price,
            "high": round(price + dice.random(), 2),
            "low": round(price - dice.random(), 2),
            "close": round(price + dice.random() - 0.5, 2),
            "volume": dice.randrange(10_000),
        }
        for level in book:
            if dice.random() < 1 / 3:
                level[1] = dice.randrange(1, 5000)
        yield json.dumps({**bar, "levels": book} if levels else bar)


class Ticker(Recorder):
    """Publishes all quotes once all clients are there, and ends."""

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels = levels
        self.app: WsApp | None = None

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        await super().create_topic(topic, topic_update)
        self.task = asyncio.create_task(self.publish(topic_update))

    async def publish(self, topic_update: TopicUpdate) -> None:
        while self.app is None or self.app.stats.clients < CLIENTS:  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)  # for the measurement that comes before
        for quote in quotes(self.levels):
            topic_update(json.loads(quote))
            await asyncio.sleep(0.001)
        topic_update.end(OVER)


def app(levels: int) -> WsApp:
    """Return an app whose one route publishes by itself."""
    service = Ticker(levels)
    router = WsRouter(
        service=service,
        route="quotes",
        request_type=BarRequest,
        data_type=dict,
        delivery=Delivery(queue=UPDATES),
    )
    service.app = WsApp(routers=[router])
    return service.app


APPS: dict[int, Callable[[], WsApp]] = {levels: partial(app, levels) for levels in LEVELS.values()}
bars, shallow_books, deep_books = APPS.values()


async def compression(_: float) -> bool:
    """Measure all for updates of three sizes, with compression and without, by uvicorn's own and prepared."""
    report("| update | server | deflate | bytes | us of CPU | KiB a client |")
    report("|---|---|---|---|---|---|")
    for update, factory in zip(LEVELS, ("bars", "shallow_books", "deep_books"), strict=True):
        for deflate in (False, True):
            for server, ws in (("uvicorn", "auto"), ("prepared", PREPARED)):
                cpu, length, size = await asyncio.to_thread(cost, deflate, factory, ws)
                told = f"{length:.0f} | {cpu * 1e6:.1f} | {size:.0f}"
                report(f"| {update} | {server} | {'yes' if deflate else 'no'} | {told} |")
    return True


def cost(deflate: bool, factory: str, ws: str) -> tuple[float, float, float]:
    """Return the seconds of CPU and the bytes of a delivery, and the KiB of a client."""
    options = ("--ws-per-message-deflate", str(deflate).lower(), "--ws", ws)
    with served(options, f"{__name__}:{factory}") as (process, port):
        warm(port)
        before = resident(process, "VmRSS")
        clients = [connect(port, deflate=deflate) for _ in range(CLIENTS)]
        size = (resident(process, "VmRSS") - before) * 1024 / CLIENTS
        for client in clients:
            send(client, {"type": "quotes.subscribe", "payload": {"symbol": "all"}})
        began = cpu_of(process.pid)
        length = read_all(clients)
        spent = cpu_of(process.pid) - began
    deliveries = CLIENTS * UPDATES
    return spent / deliveries, length / deliveries, size


def cpu_of(pid: int) -> float:
    """Return the CPU time of a process in seconds."""
    numbers = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def read_all(clients: list[socket.socket]) -> int:
    """Read until nothing has come for two seconds, since the end may be compressed; return the bytes."""
    length = 0
    selector = selectors.DefaultSelector()
    for client in clients:
        selector.register(client, selectors.EVENT_READ)
    while ready := selector.select(timeout=2.0):
        for key, _ in ready:
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            length += len(sock.recv(1 << 16))
    return length
