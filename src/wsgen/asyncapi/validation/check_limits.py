"""Run a check in a process of its own, with a time limit: no document can hold up a command or end it.

The process is a fork, which starts at once and needs no imports of its own. On Windows, which has no forks, a
check runs in this process and nothing limits it.
"""

import os
import pickle
import selectors
import signal
import struct
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator

Tell = Callable[[object], None]
"""How a check hands what it finds to the process that waits for it."""

_HEADER = struct.Struct("!I")
_CHUNK = 1 << 16


class UnfinishedError(Exception):
    """The check did not come to its end; the text says why."""


class _Defect:
    """What ended the check although nothing should."""

    def __init__(self, text: str) -> None:
        self.text = text


def told_by(check: Callable[[Tell], None], seconds: float) -> Iterator[object]:
    """Yield what `check` tells while it runs in a process of its own.

    Raises UnfinishedError if it has not ended after `seconds`, or if its process ended early; all that it told
    before has been yielded.
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


def _run(check: Callable[[Tell], None], writing: int) -> None:
    """Run `check` in the child, and end it."""

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
                yield pickle.loads(data[_HEADER.size : end])  # noqa: S301  # From our own child.
                del data[:end]
