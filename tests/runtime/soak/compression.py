"""Measures permessage-deflate on the server: CPU time for each delivery, and memory for each client."""

import asyncio
import os
import random
import selectors
import socket
from pathlib import Path

from tests.runtime.services import BarRequest, Recorder
from tests.runtime.soak.memory import resident, served, warm
from tests.runtime.soak.plain import connect, send
from tests.runtime.soak.progress import report

from wsgen_runtime import TopicUpdate, WsApp, WsRouter

CLIENTS, UPDATES = 100, 500
OVER = "all were sent"


class Ticker(Recorder):
    """Publishes a number of updates once all clients are there, and ends."""

    def __init__(self) -> None:
        super().__init__()
        self.app: WsApp | None = None

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        await super().create_topic(topic, topic_update)
        self.task = asyncio.create_task(self.publish(topic_update))

    async def publish(self, topic_update: TopicUpdate) -> None:
        dice = random.Random(1)
        while self.app is None or self.app.stats.clients < CLIENTS:  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)  # for the measurement that comes before
        for _ in range(UPDATES):
            topic_update(",".join(f'"{dice.random():.6f}"' for _ in range(20)))
            await asyncio.sleep(0.001)
        topic_update.end(OVER)


def app() -> WsApp:
    """Return an app whose one route publishes by itself."""
    service = Ticker()
    router = WsRouter(service=service, route="texts", request_type=BarRequest, data_type=str)
    service.app = WsApp(routers=[router])
    return service.app


async def compression(_: float) -> bool:
    """Measure both, with compression and without."""
    for deflate in (False, True):
        cpu, size = await asyncio.to_thread(cost, deflate)
        word = "with" if deflate else "without"
        report(
            f"compression: {word}: {cpu * 1e6:.1f} us of CPU a delivery, {size:.0f} KiB a client"
        )
    return True


def cost(deflate: bool) -> tuple[float, float]:
    """Return the seconds of CPU a delivery, and the KiB a client."""
    options = ("--ws-per-message-deflate", str(deflate).lower())
    with served(options, f"{__name__}:app") as (process, port):
        warm(port)
        before = resident(process, "VmRSS")
        clients = [connect(port, deflate=deflate) for _ in range(CLIENTS)]
        size = (resident(process, "VmRSS") - before) * 1024 / CLIENTS
        for client in clients:
            send(client, {"type": "texts.subscribe", "payload": {"symbol": "all"}})
        began = cpu_of(process.pid)
        read_all(clients)
        spent = cpu_of(process.pid) - began
    return spent / (CLIENTS * UPDATES), size


def cpu_of(pid: int) -> float:
    """Return the CPU time of a process in seconds."""
    numbers = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def read_all(clients: list[socket.socket]) -> None:
    """Read until nothing has come for two seconds: the end is compressed for who asked for that."""
    selector = selectors.DefaultSelector()
    for client in clients:
        selector.register(client, selectors.EVENT_READ)
    while ready := selector.select(timeout=2.0):
        for key, _ in ready:
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            sock.recv(1 << 16)
