"""The app of the workers of one uvicorn: numbers, which each worker counts from one, and its process id.

REDIS_URL=redis://... uvicorn --workers 2 --factory tests.runtime.brokers.redis.workers:app
"""

import os

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.runtime.brokers.redis.takeover_server import ticks_router

from wsgen_runtime import WsApp


def app() -> ASGIApp:
    """Return an app that names its worker in the handshake's answer."""
    ws_app = WsApp(title="workers", routers=[ticks_router()], broker=os.environ["REDIS_URL"])

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "websocket.accept":
                header = (b"x-worker", str(os.getpid()).encode())
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        await ws_app(scope, receive, tell)

    return named
