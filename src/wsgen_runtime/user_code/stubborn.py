"""Waits for a coroutine of a user for a limited time, also for one that does not end when it is cancelled."""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import suppress
from typing import Any

GRACE = 5.0
"""Seconds for which a function that is late may go on after its cancellation, to release what it holds."""


class OverdueError(TimeoutError):
    """User code did not return in the time that it was given."""


async def finish(coroutine: Coroutine[Any, Any, Any], pending: object, within: float) -> object:
    """Return what `coroutine`, whose first step has yielded `pending`, returns `within` some seconds.

    Raises OverdueError after that time, when the coroutine has ended because it was cancelled; one that goes on
    is closed, and left alone if even that does not end it. It would hold whoever waits for it forever otherwise.
    """
    limit = asyncio.timeout(within)
    limited = _Limited(coroutine, pending, limit)
    try:
        async with limit:
            return await limited
    except TimeoutError as error:
        if not limit.expired():
            raise
        more = ", and went on after it was cancelled" if limited.left else ""
        raise OverdueError(f"it did not return within {within:g} seconds{more}") from error


class _Limited:
    """A suspended coroutine; `left` says that it has gone on for too long after `limit` had cancelled it."""

    __slots__ = ("_coroutine", "_limit", "_pending", "left")

    def __init__(
        self, coroutine: Coroutine[Any, Any, Any], pending: Any, limit: asyncio.Timeout
    ) -> None:
        self._coroutine = coroutine
        self._pending = pending
        self._limit = limit
        self.left = False

    def __await__(self) -> Generator[Any, Any, Any]:
        """Yield what the coroutine yields, and return what it returns."""
        coroutine, pending = self._coroutine, self._pending
        task = asyncio.current_task()
        timer: asyncio.TimerHandle | None = None
        try:
            while True:
                try:
                    answer = yield pending
                except GeneratorExit:
                    raise
                except BaseException as error:
                    if self.left and task is not None:
                        task.uncancel()  # whoever has set the limit counts the first cancellation only
                        raise
                    pending = coroutine.throw(error)
                    if timer is None and task is not None and self._limit.expired():
                        timer = asyncio.get_running_loop().call_later(GRACE, self._leave, task)
                else:
                    pending = coroutine.send(answer)
        except StopIteration as returned:
            return returned.value
        finally:
            if timer is not None:
                timer.cancel()
            self._close()

    def _leave(self, task: "asyncio.Task[Any]") -> None:
        self.left = True
        task.cancel()

    def _close(self) -> None:
        if not self.left:
            self._coroutine.close()
            return
        with suppress(Exception):  # it may ignore this too, or fail
            self._coroutine.close()
