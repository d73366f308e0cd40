"""Calls of user code: bounded in time, and never mistaken for the end of the task that makes them."""

import asyncio
import inspect
from collections.abc import Callable


class StrayCancellationError(Exception):
    """User code raised CancelledError though nobody had cancelled the task it ran in."""


async def call(function: Callable[..., object], *arguments: object, within: float | None) -> object:
    """Return what `function` returns, awaited if it can be; what is awaited has `within` seconds.

    Raises what the function raises, TimeoutError, and StrayCancellationError where it raised CancelledError by
    itself, as `task.cancel(); await task` does: passed on, it would end the caller's task.
    """
    task = asyncio.current_task()
    # Not always 0: a TaskGroup that failed in an earlier call of this task leaves the task marked as cancelled.
    cancelled_before = task.cancelling() if task is not None else 0
    try:
        result = function(*arguments)
        if inspect.isawaitable(result):
            async with asyncio.timeout(within):
                result = await result
    except asyncio.CancelledError as error:
        if task is not None and task.cancelling() > cancelled_before:
            raise
        raise StrayCancellationError("what it awaited had been cancelled") from error
    return result
