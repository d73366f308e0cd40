"""Updates from other threads, on their way to the event loop."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

from wsgen_runtime.feed import Feed

_BATCH = 64


class Posted(NamedTuple):
    """An update as JSON text; `feed` is the one it came from, if from one: closed since, it counts no more."""

    topic: str
    data: str
    feed: Feed | None


class Inbox:
    """A bounded queue that any thread may fill and that the event loop empties.

    At most `bound` updates wait; then the oldest is lost and `lose(topic, count)` hears of it. However many
    updates come, the loop is woken once, and takes them in batches, so that it stays responsive.
    """

    def __init__(
        self, bound: int, take: Callable[[Posted], None], lose: Callable[[str, int], None]
    ) -> None:
        self._bound = bound
        self._take = take
        self._lose = lose
        self._lock = threading.Lock()
        self._waiting: deque[Posted] = deque()
        self._lost: Counter[str] = Counter()
        self._woken = False

    def put(self, loop: asyncio.AbstractEventLoop, posted: Posted) -> None:
        """Queue one update for `loop`; a closed loop has nobody to send it to."""
        with self._lock:
            if len(self._waiting) >= self._bound:
                self._lost[self._waiting.popleft().topic] += 1
            self._waiting.append(posted)
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
            self._lost.clear()
            self._woken = False

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(_BATCH):
            with self._lock:
                lost = dict(self._lost)
                self._lost.clear()
                if not self._waiting:
                    self._woken = False
                    return
                posted = self._waiting.popleft()
            # What was lost is older than all that waits.
            for topic, count in lost.items():
                self._lose(topic, count)
            self._take(posted)
        loop.call_soon(self._drain, loop)
