"""Calls of user code: with a time limit, in threads if it may block, and safe from stray cancellations."""

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from wsgen_runtime.user_code.stubborn import finish
from wsgen_runtime.user_code.suspended import Suspended

_MOST = 32  # concurrent calls of one function; further calls wait

_ANYHOW = nullcontext()

ENDINGS = (Exception, KeyboardInterrupt, SystemExit)
"""What is passed on as it is: failures, and the end of the process."""

_Outcome = tuple[object, BaseException | None]


class StrayCancellationError(Exception):
    """User code raised CancelledError although its task was not cancelled."""


class PanicError(Exception):
    """User code raised an exception that is no `Exception`, such as a panic of a library in Rust."""


async def call(
    function: Callable[..., object],
    *arguments: object,
    within: float | None,
    waiting: AbstractContextManager[None] = _ANYHOW,
) -> object:
    """Return what `function` returns; an awaitable is awaited, for at most `within` seconds.

    Most functions return without waiting for anything, and then cost no timer. `waiting` is the context in which
    the others are waited for.

    Raises what the function raises, OverdueError, and StrayCancellationError if the function itself raised
    CancelledError, as `task.cancel(); await task` does: it would end the task of the caller otherwise, as would
    any other exception that is no `Exception`, in place of which PanicError is raised.
    """
    task = asyncio.current_task()
    # May be more than 0: a TaskGroup that failed in an earlier call leaves its task marked as cancelled.
    cancelled_before = task.cancelling() if task is not None else 0
    try:
        result = function(*arguments)
        if not inspect.isawaitable(result):
            return result
        coroutine = result if inspect.iscoroutine(result) else _awaiting(result)
        try:
            pending = coroutine.send(None)
        except StopIteration as returned:
            return returned.value
        with waiting:
            if within is None:
                return await Suspended(coroutine, pending)
            return await finish(coroutine, pending, within)
    except asyncio.CancelledError as error:
        if task is not None and task.cancelling() > cancelled_before:
            raise
        raise StrayCancellationError("an awaited task had been cancelled") from error
    except ENDINGS:
        raise
    except BaseException as error:  # libraries in other languages raise their panics so
        if isinstance(error, GeneratorExit) and is_closed(task):
            raise
        raise PanicError(type(error).__qualname__) from error


def is_closed(task: "asyncio.Task[Any] | None") -> bool:
    """Return whether a GeneratorExit closes the coroutine of `task`, and does not come from what that runs."""
    try:
        return asyncio.current_task() is not task
    except RuntimeError:  # no event loop runs any more
        return True


async def _awaiting(awaitable: Awaitable[object]) -> object:
    return await awaitable


def in_threads(
    function: Callable[..., Any],  # as the function returns
) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Return a coroutine function that runs `function` in a thread, with the context variables of its caller.

    An awaitable that the function returns is awaited on the event loop. When a caller is cancelled, the thread
    goes on and still counts towards the number of concurrent calls.
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
    """Return the result or the exception of the function: a future cannot carry every exception."""
    try:
        return function(*arguments), None
    except BaseException as error:  # a thread must answer its caller, whatever is raised
        return None, error


class _Threads:
    """Threads that end when no call is waiting.

    An executor is not used, since its threads stay, and keep the process from exiting while a function hangs.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._running = 0
        self._waiting: dict[Callable[[], None], None] = {}
        self._lock = threading.Lock()

    def run(self, work: Callable[[], None]) -> None:
        """Run `work` in a thread, or queue it if the maximum number of threads is running."""
        with self._lock:
            if self._running >= self._most:
                self._waiting[work] = None
                return
            self._running += 1
        try:
            threading.Thread(target=self._work, args=(work,), name="wsgen", daemon=True).start()
        except RuntimeError:  # the system has no more threads
            with self._lock:
                self._running -= 1
            raise

    def forget(self, work: Callable[[], None]) -> None:
        """Remove `work` from the queue, if it is there."""
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
