"""What is kept for one topic beside the bookkeeping of its subscribers."""

import asyncio
from collections import deque

from wsgen_runtime.feed import Feed
from wsgen_runtime.frames import update_frame, update_head
from wsgen_runtime.router import WsRouter


class Channel:
    """A topic's route, its producer while it has one, and the numbering of its updates."""

    __slots__ = ("_head", "_held", "feed", "router", "seq", "task")

    def __init__(self, router: WsRouter, topic: str) -> None:
        self.router = router
        self.feed: Feed | None = None
        self.task: asyncio.Task[None] | None = None
        self.seq = 0
        self._head = update_head(router.route, topic)
        self._held: deque[str] = deque(maxlen=router.delivery.queue)

    def frame(self, data: str) -> str:
        """Return the next update frame, with the JSON text `data`."""
        self.seq += 1
        return update_frame(self._head, data, self.seq)

    def hold(self, data: str) -> bool:
        """Keep an update that came before the first answers; return whether the oldest had to go."""
        full = len(self._held) == self._held.maxlen
        if full:
            self.seq += 1
        self._held.append(data)
        return full

    def take_held(self) -> tuple[str, ...]:
        """Return what was held, which is then no longer."""
        held = tuple(self._held)
        self._held.clear()
        return held
