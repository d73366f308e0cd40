"""The server in a conversation: bursts, a ping between them, an answer, and a close within the last."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from tests.runtime.server import serving
from tests.runtime.services import AAPL, AAPL_TOPIC, BarRequest, Recorder, turns, until
from wsgen_runtime import WsApp, WsRouter

SUBSCRIBE = json.dumps({"type": "bars.subscribe", "payload": AAPL})
BURST = ["", "short", '{"price":1.25}' * 30, "ä€😀" * 400, "x" * 125, "y" * 70_000, "z" * 5_000]
Client = Callable[[str], Awaitable[Any]]


async def converse(implementation: str, client: Client, **options: Any) -> Any:
    """Return what `client`, called with the address of a server, has heard from it."""
    service = Recorder()
    router = WsRouter(service=service, route="bars", request_type=BarRequest, data_type=str)
    ws_app = WsApp(routers=[router], origins=["*"])
    received: list[Message] = []
    protocols: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def noting() -> Message:
            message = await receive()
            received.append(message)
            return message

        if scope["type"] == "websocket":
            protocols.append(getattr(send, "__self__", None))
        await ws_app(scope, noting if scope["type"] == "websocket" else receive, send)

    async with asyncio.timeout(60), serving(app, ws=implementation, **options) as host:
        talking = asyncio.ensure_future(client(f"ws://{host}/"))
        await until(lambda: AAPL_TOPIC in service.feeds or talking.done())
        if talking.done():
            return await talking
        await turns()
        feed = service.feeds[AAPL_TOPIC]
        for text in BURST:
            feed(text)
        protocols[0].send_keepalive_ping()
        for text in BURST:
            feed(text)
        await turns()
        feed("please ask")
        await until(lambda: len(received) == 3)  # connect, subscribe, ping
        await turns()
        for text in BURST:
            feed(text)
        (client_id,) = ws_app.clients
        prepared = ws_app.clients[client_id].write is not None
        assert prepared is (implementation != "websockets-sansio")
        ws_app.disconnect(client_id, code=4000, reason="enough")
        feed("never heard")
        return await talking
