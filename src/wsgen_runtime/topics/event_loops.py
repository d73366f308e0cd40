"""Finds the event loop on which an app can start."""

import asyncio
from collections.abc import Callable

from anyio import from_thread

_NOT_STARTED = (
    "nothing can be published in a process whose WsApp has not started: pass `lifespan=ws_app.lifespan` "
    "to FastAPI, or await `ws_app.startup()` first"
)
_NO_ASYNCIO = (
    "a WsApp needs asyncio, and no asyncio event loop runs here: with hypercorn, use --worker-class asyncio "
    "or uvloop instead of trio"
)


def require_asyncio() -> asyncio.AbstractEventLoop:
    """Return the running event loop; raises RuntimeError with a hint if there is none, as under trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(_NO_ASYNCIO) from None


def running_loop() -> tuple[asyncio.AbstractEventLoop, Callable[[Callable[[], object]], object]]:
    """Return an event loop, and a function that calls another one on it and returns when that has returned.

    It is the event loop of this thread, or of the thread that runs a plain function in this one: Starlette and
    FastAPI run endpoints that are not coroutine functions in such threads. Raises RuntimeError with a hint if
    there is neither.
    """
    try:
        return asyncio.get_running_loop(), lambda function: function()
    except RuntimeError:
        pass
    try:
        return from_thread.run_sync(asyncio.get_running_loop), from_thread.run_sync
    except RuntimeError:
        raise RuntimeError(_NOT_STARTED) from None
