"""Plain functions of the user, run in threads so that they may block."""

import asyncio
import contextvars
import inspect
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_MOST = 32  # calls at once; more wait for their turn


def in_threads(
    function: Callable[..., Any],  # as the function returns
) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Return a coroutine function that runs `function` in a thread, with the context variables of its caller.

    What the function returns is awaited on the event loop, if it can be. A caller that is cancelled no longer
    waits for the thread, which goes on and counts as one of those that may run at once.
    """
    threads = ThreadPoolExecutor(_MOST, thread_name_prefix="wsgen")

    async def call(*arguments: object) -> Any:
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        result, error = await loop.run_in_executor(
            threads, lambda: context.run(_outcome, function, arguments)
        )
        if error is not None:
            raise error
        return await result if inspect.isawaitable(result) else result

    return call


def _outcome(
    function: Callable[..., object], arguments: tuple[object, ...]
) -> tuple[object, BaseException | None]:
    """Return what the function returned, or raised: a future does not carry every exception."""
    try:
        return function(*arguments), None
    except (Exception, asyncio.CancelledError) as error:
        return None, error
