"""Limit checks, so that no document can block a command or end its process.

A check runs in a separate process for a limited time. The process is a fork, which starts at once and imports
nothing. In it each step has a budget of CPU time, so that the position of a slow step is known. On Windows, which
has neither forks nor such timers, a check runs in this process without limits.
"""

import os
import pickle
import selectors
import signal
import struct
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

Tell = Callable[[object], None]
"""Passes what a check finds to the process that waits for it."""

_HEADER = struct.Struct("!I")
_CHUNK = 1 << 16
_AGAIN = 0.1
_Result = TypeVar("_Result")


class UnfinishedError(Exception):
    """The check was not completed; the text says why."""


class _Defect:
    """An exception that ended the check unexpectedly."""

    def __init__(self, text: str) -> None:
        self.text = text


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
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python warns of forks in processes with threads. The child runs `check` and nothing else.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        _run(check, writing)
    os.close(writing)
    ended = False
    try:
        for message in _messages(reading, time.monotonic() + seconds, seconds):
            if isinstance(message, _Defect):
                raise UnfinishedError(message.text)
            ended = message is None
            if not ended:
                yield message
        if not ended:
            raise UnfinishedError("its process ended early")
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


class TooSlowError(Exception):
    """A step of a check took longer than it may."""


class Budget:
    """CPU time for many steps: at most `each` seconds for one, and `total` for all together.

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


def _run(check: Callable[[Tell], None], writing: int) -> None:
    """Run `check` in the child process, and end the process."""

    def tell(message: object) -> None:
        data = pickle.dumps(message)
        rest = memoryview(_HEADER.pack(len(data)) + data)
        while rest:
            rest = rest[os.write(writing, rest) :]

    try:
        check(tell)
        tell(None)
    except Exception as error:
        if os.environ.get("WSGEN_DEBUG"):
            traceback.print_exc()
        tell(_Defect(f"internal error, a defect in wsgen: {type(error).__name__}: {error}"[:500]))
    finally:
        os._exit(0)


def _messages(reading: int, deadline: float, seconds: float) -> Iterator[object]:
    """Yield the messages that arrive until the pipe is closed."""
    data = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(reading, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not waiting.select(left):
                raise UnfinishedError(f"it takes longer than {seconds:g} seconds")
            chunk = os.read(reading, _CHUNK)
            if not chunk:
                return
            data += chunk
            while len(data) >= _HEADER.size:
                end = _HEADER.size + _HEADER.unpack_from(data)[0]
                if len(data) < end:
                    break
                yield pickle.loads(data[_HEADER.size : end])  # noqa: S301  # from the child process
                del data[:end]


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
