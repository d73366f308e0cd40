"""This runtime behind a middleware that wraps `send`, so that each connection's own task sends."""

from starlette.types import Message, Receive, Scope, Send

from benchmarks.runtime.programs.wsgen import SUBSCRIBE, UNSUBSCRIBE, publish
from benchmarks.runtime.programs.wsgen import app as mounted


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass everything on."""

    async def wrapped(message: Message) -> None:
        await send(message)

    await mounted(scope, receive, wrapped)


__all__ = ["SUBSCRIBE", "UNSUBSCRIBE", "app", "publish"]
