"""The inbox: a queue that takes updates from any thread to the event loop."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable

from wsgen_runtime.limits import Limits
from wsgen_runtime.protocol.frames import size_of
from wsgen_runtime.topics.feed import Posted

_BATCH = 64


class Inbox:
    """A bounded queue that any thread may fill and that the event loop empties.

    When it is full, the oldest updates are lost, and `lose(topic, count)` is called. The event loop is woken once
    for any number of updates, and takes them in batches, so that it stays responsive.
    """

    def __init__(
        self, limits: Limits, take: Callable[[Posted], None], lose: Callable[[str, int], None]
    ) -> None:
        self._most = limits.pending_updates
        self._most_bytes = limits.pending_bytes
        self._size = 0
        self._take = take
        self._lose = lose
        self._lock = threading.Lock()
        self._waiting: deque[Posted] = deque()
        self._lost: Counter[str] = Counter()
        self._kept: list[Posted] = []
        """What was pushed out of the queue and must not be lost: at most two for each feed."""
        self._woken = False

    def __bool__(self) -> bool:
        """Return whether the event loop still has to take updates, or to be notified of lost ones."""
        return self._woken

    def put(self, loop: asyncio.AbstractEventLoop, posted: Posted) -> None:
        """Queue one update for `loop`; it is discarded if the loop is closed."""
        with self._lock:
            self._waiting.append(posted)
            self._size += size_of(posted.data)
            while len(self._waiting) > self._most or self._size > self._most_bytes:
                oldest = self._pop()
                if oldest.droppable:
                    self._lost[oldest.topic] += 1
                else:
                    self._kept.append(oldest)
            if self._woken:
                return
            self._woken = True
        try:
            loop.call_soon_threadsafe(self._drain, loop)
        except RuntimeError:
            self.clear()

    def hold(self) -> None:
        """Only queue updates from now on, until `release`."""
        with self._lock:
            self._woken = True

    def release(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `loop` take the queued updates, and those that come later."""
        loop.call_soon(self._drain, loop)

    def clear(self) -> None:
        """Discard all queued updates."""
        with self._lock:
            self._waiting.clear()
            self._size = 0
            self._lost.clear()
            self._kept.clear()
            self._woken = False

    def _pop(self) -> Posted:
        posted = self._waiting.popleft()
        self._size -= size_of(posted.data)
        return posted

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(_BATCH):
            with self._lock:
                lost, kept = dict(self._lost), tuple(self._kept)
                self._lost.clear()
                self._kept.clear()
                posted = self._pop() if self._waiting else None
                self._woken = posted is not None
            # Lost updates and what was kept are older than everything in the queue.
            for topic, count in lost.items():
                self._lose(topic, count)
            for oldest in kept:
                self._take(oldest)
            if posted is None:
                return
            self._take(posted)
        loop.call_soon(self._drain, loop)
