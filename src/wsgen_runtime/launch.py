"""The event loop on which an app can start when something is published before anyone has connected."""

import asyncio
from collections.abc import Callable

from anyio import from_thread

_NOT_STARTED = (
    "nothing can be published in a process whose WsApp has not started: pass `lifespan=ws_app.lifespan` "
    "to FastAPI, or await `ws_app.startup()` first"
)


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
