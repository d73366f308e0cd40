"""Apps on a real Redis, like several processes, but in one process, so that a test can await each step."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.runtime.services import AAPL_TOPIC, Bar, BarRequest, BarRouter, Recorder

from wsgen_runtime import WsApp
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.brokers.redis.messages import RedisNames
from wsgen_runtime.testing import WsTestClient

LEASE = 2.0
APPLE = BarRequest(symbol="AAPL")
CHANNEL = RedisNames("wsgen", 0).channel(AAPL_TOPIC)
KEY = RedisNames("wsgen", 0).lease(AAPL_TOPIC)


class Process:
    """One app with its service and its broker."""

    def __init__(self, url: str, *, lease: float = LEASE, queue: int = 10_000) -> None:
        self.service = Recorder()
        self.router = BarRouter(service=self.service)
        self.broker = RedisBroker(url, prefix="wsgen", lease=lease, queue=queue)
        self.app = WsApp(routers=[self.router], broker=self.broker)

    def produce(self, close: float) -> None:
        self.service.feeds[AAPL_TOPIC](Bar(close=close))

    @property
    def produces(self) -> bool:
        return AAPL_TOPIC in self.service.feeds


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    for process in processes:
        await process.app.startup()
    try:
        yield
    finally:
        for process in processes:
            await process.app.shutdown()


async def close_of(client: WsTestClient) -> object:
    return (await client.receive())["payload"]["payload"]["close"]


async def status_of(client: WsTestClient) -> object:
    """Return the next status; skip updates that another process has published before."""
    while (frame := await client.receive(timeout=10))["type"] != "status":
        pass
    return frame["payload"]["broker"]
