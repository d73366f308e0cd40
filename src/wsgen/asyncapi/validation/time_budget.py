"""Seconds of computing that the checks of one document may take: what is slow is stopped at its place."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

_Result = TypeVar("_Result")
_AGAIN = 0.1


class TooSlowError(Exception):
    """A step of a check took longer than it may."""


class Budget:
    """Computing time for many steps: at most `each` seconds for one, and `total` for all together.

    Time that other processes use does not count. Python can interrupt the main thread only; in another one,
    and on Windows, nothing is limited.
    """

    def __init__(self, each: float, total: float) -> None:
        self.each = each
        self.left = total

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


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    """Raise TooSlowError in the body when this process has computed for `seconds`."""
    if sys.platform == "win32":  # which has no such timer
        yield
        return
    running = True

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if running:
            raise TooSlowError

    before = signal.signal(signal.SIGPROF, interrupt)
    # Again and again: an exception that is raised where Python ignores exceptions is lost.
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
