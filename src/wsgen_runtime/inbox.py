"""Updates from other threads, on their way to the event loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable

from wsgen_runtime.feed import Feed

_BATCH = 64


class Inbox:
    """A bounded queue that any thread may fill and that the event loop empties.

    At most `bound` updates wait; then the oldest is lost, which its topic's `seq` shows and `lost` counts.
    However many updates come, the loop is woken once, and takes them in batches, so that it stays responsive.
    """

    def __init__(self, bound: int, take: Callable[[Feed, str], None]) -> None:
        self._bound = bound
        self._take = take
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Feed, str]] = deque()
        self._woken = False
        self.lost = 0

    def put(self, loop: asyncio.AbstractEventLoop, feed: Feed, data: str) -> None:
        """Queue one update for `loop`; a closed loop has nobody to send it to."""
        with self._lock:
            if len(self._waiting) >= self._bound:
                lost, _ = self._waiting.popleft()
                lost.skip()
                self.lost += 1
            self._waiting.append((feed, data))
            if self._woken:
                return
            self._woken = True
        try:
            loop.call_soon_threadsafe(self._drain, loop)
        except RuntimeError:
            self.clear()

    def clear(self) -> None:
        """Forget all waiting updates."""
        with self._lock:
            self._waiting.clear()
            self._woken = False

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(_BATCH):
            with self._lock:
                if not self._waiting:
                    self._woken = False
                    return
                feed, data = self._waiting.popleft()
            self._take(feed, data)
        loop.call_soon(self._drain, loop)
