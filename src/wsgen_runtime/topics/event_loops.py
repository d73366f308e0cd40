"""The event loop on which an app can start: the one it is served on, or where something is published first."""

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
    """Return the running event loop; raises RuntimeError, saying what to do, where there is none: under trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(_NO_ASYNCIO) from None


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the loop that runs in this thread, or in the thread that had this one run a plain function.

    The latter is what Starlette and FastAPI do with endpoints that are not coroutine functions. Raises
    RuntimeError, saying what to do, where there is neither.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    try:
        return from_thread.run_sync(asyncio.get_running_loop)
    except RuntimeError:
        raise RuntimeError(_NOT_STARTED) from None


def call_on(loop: asyncio.AbstractEventLoop, function: Callable[[], object]) -> None:
    """Call `function` on what `running_loop` has returned, and return once it has been called."""
    try:
        here = asyncio.get_running_loop() is loop
    except RuntimeError:
        here = False
    if here:
        function()
    else:
        from_thread.run_sync(function)
