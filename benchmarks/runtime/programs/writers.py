"""Another design: a queue and a writer task for each client, which sends every frame."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from benchmarks.runtime.programs import bare
from benchmarks.runtime.programs.bare import SUBSCRIBE, UNSUBSCRIBE, publish

__all__ = ["SUBSCRIBE", "UNSUBSCRIBE", "app", "publish"]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection."""
    queue: asyncio.Queue[Message] = asyncio.Queue()

    async def write() -> None:
        while True:
            await send(await queue.get())

    writer = asyncio.create_task(write())
    try:
        await bare.app(scope, receive, queue.put)
    finally:
        writer.cancel()
