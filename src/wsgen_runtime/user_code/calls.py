"""Calls of user code: bounded in time, in threads where they may block, and never taken for a cancellation."""

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

_MOST = 32  # calls of one function at once; more wait for their turn

_Outcome = tuple[object, BaseException | None]


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


def in_threads(
    function: Callable[..., Any],  # as the function returns
) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Return a coroutine function that runs `function` in a thread, with the context variables of its caller.

    What the function returns is awaited on the event loop, if it can be. A caller that is cancelled no longer
    waits for the thread, which goes on and counts as one of those that may run at once.
    """
    threads = _Threads(_MOST)

    async def call(*arguments: object) -> Any:
        context = contextvars.copy_context()
        future: Future[_Outcome] = Future()

        def work() -> None:
            if future.set_running_or_notify_cancel():
                future.set_result(context.run(_outcome, function, arguments))

        threads.run(work)
        try:
            result, error = await asyncio.wrap_future(future)
        finally:
            threads.forget(work)
        if error is not None:
            raise error
        return await result if inspect.isawaitable(result) else result

    return call


def _outcome(function: Callable[..., object], arguments: tuple[object, ...]) -> _Outcome:
    """Return what the function returned, or raised: a future does not carry every exception."""
    try:
        return function(*arguments), None
    except (Exception, asyncio.CancelledError) as error:
        return None, error


class _Threads:
    """Threads that end when nothing waits for them.

    Those of an executor would keep the process from ending for as long as a function hangs, and would stay.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._running = 0
        self._waiting: dict[Callable[[], None], None] = {}
        self._lock = threading.Lock()

    def run(self, work: Callable[[], None]) -> None:
        """Run `work` in a thread, after others if as many run as may."""
        with self._lock:
            if self._running >= self._most:
                self._waiting[work] = None
                return
            self._running += 1
        try:
            threading.Thread(target=self._work, args=(work,), name="wsgen", daemon=True).start()
        except RuntimeError:  # the system has no thread left
            with self._lock:
                self._running -= 1
            raise

    def forget(self, work: Callable[[], None]) -> None:
        """Do not begin `work` if it still waits."""
        with self._lock:
            self._waiting.pop(work, None)

    def _work(self, work: Callable[[], None]) -> None:
        while True:
            work()
            with self._lock:
                if not self._waiting:
                    self._running -= 1
                    return
                work = next(iter(self._waiting))
                del self._waiting[work]
