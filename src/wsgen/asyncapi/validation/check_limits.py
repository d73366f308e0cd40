"""Limit checks, so that no document can block a command or end its process.

A check runs in a separate process for a limited time. The process is a fork, which starts at once and imports
nothing. In it each step has a budget of CPU time, so that the position of a slow step is known. On Windows, which
has neither forks nor such timers, a check runs in this process without limits.
"""

import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import FrameType
from typing import TypeVar

Tell = Callable[[object], None]
"""Passes what a check finds to the process that waits for it."""

_AGAIN = 0.1
_Result = TypeVar("_Result")


class UnfinishedError(Exception):
    """The check was not completed; the text says why."""


def told_by(check: Callable[[Tell], None], seconds: float) -> Iterator[object]:
    """Yield what `check` reports while it runs in a separate process.

    Raises UnfinishedError if it has not ended after `seconds`, or if its process ended early, after everything
    that it reported before.
    """
    if sys.platform == "win32":
        told: list[object] = []
        check(told.append)
        yield from told
        return
    reading, writing = Pipe(duplex=False)
    with warnings.catch_warnings():
        # Python warns of forks in processes with threads. The child runs `check` and nothing else.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        _run(check, writing)
    writing.close()
    deadline = time.monotonic() + seconds
    try:
        while (left := deadline - time.monotonic()) > 0 and reading.poll(left):
            message = reading.recv()
            if message is None:
                return
            if isinstance(message, UnfinishedError):
                raise message
            yield message
        raise UnfinishedError(f"it takes longer than {seconds:g} seconds")
    except (EOFError, OSError) as error:
        raise UnfinishedError("its process ended early") from error
    finally:
        reading.close()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


class TooSlowError(Exception):
    """A step of a check took longer than it may."""


@dataclass(slots=True)
class Budget:
    """CPU time for many steps: at most `each` seconds for one, and `left` for all together.

    Time that other processes use does not count. Python can interrupt the main thread only; in another one,
    and on Windows, nothing is limited.
    """

    each: float
    left: float

    def spend(self, step: Callable[[], _Result]) -> _Result:
        """Return what `step` returns. Raises TooSlowError if that takes too long."""
        if threading.current_thread() is not threading.main_thread():
            return step()
        if self.left <= 0:
            raise TooSlowError
        started = time.process_time()
        try:
            with _interrupted_after(min(self.each, self.left)):
                return step()
        finally:
            self.left -= time.process_time() - started


def _run(check: Callable[[Tell], None], writing: "Connection[object, object]") -> None:
    """Run `check` in the child process, and end the process."""
    try:
        check(writing.send)
        writing.send(None)
    except Exception as error:  # the parent has to hear of it, whatever it is
        if os.environ.get("WSGEN_DEBUG"):
            traceback.print_exc()
        text = f"internal error, a defect in wsgen: {type(error).__name__}: {error}"
        writing.send(UnfinishedError(text[:500]))
    finally:
        os._exit(0)


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    """Raise TooSlowError in the body when this process has used `seconds` of CPU time."""
    if sys.platform == "win32":  # which has no such timer
        yield
        return
    running = True

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if running:
            raise TooSlowError

    before = signal.signal(signal.SIGPROF, interrupt)
    # Repeat the signal: an exception that is raised where Python ignores exceptions is lost.
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
