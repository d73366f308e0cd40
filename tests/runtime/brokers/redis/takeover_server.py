"""One process of a takeover round: uvicorn, the Redis broker, and a service that counts as fast as possible.

    python -m tests.runtime.brokers.redis.takeover_server REDIS_URL LEASE

Prints its port when it serves.
"""

import asyncio
import contextlib
import os
import sys

import uvicorn
from tests.runtime.services import BarRequest

from wsgen_runtime import TopicUpdate, WsApp, WsRouter
from wsgen_runtime.brokers.redis import RedisBroker


class Ticks:
    """Goes on counting when production moves: each update has the process id and a number of that process."""

    def __init__(self) -> None:
        self._number = 0
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        self._tasks[topic] = asyncio.create_task(self._count(topic_update))

    async def remove_topic(self, topic: str) -> None:
        self._tasks.pop(topic).cancel()

    async def _count(self, topic_update: TopicUpdate) -> None:
        while True:
            self._number += 1
            topic_update((os.getpid(), self._number))
            await asyncio.sleep(0.002)


def ticks_router() -> WsRouter:
    """Return the only router of these processes."""
    return WsRouter(
        service=Ticks(), route="ticks", request_type=BarRequest, data_type=tuple[int, int]
    )


async def main(url: str, lease: float) -> None:
    """Serve until the process is killed or stopped."""
    app = WsApp(title="takeover", routers=[ticks_router()], broker=RedisBroker(url, lease=lease))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await serving


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], float(sys.argv[2])))
