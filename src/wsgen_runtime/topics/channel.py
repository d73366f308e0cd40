"""The updates of one topic: their producer, their numbers, and those that are held until the topic starts."""

import asyncio
from collections import deque
from dataclasses import InitVar, dataclass, field

from wsgen_runtime.protocol.frames import size_of, update_frame, update_head
from wsgen_runtime.router import WsRouter
from wsgen_runtime.topics.feed import Feed


@dataclass(slots=True, eq=False)
class Channel:
    """The source of the updates of one topic, while it has subscribers in this process."""

    router: WsRouter
    topic: InitVar[str]
    capacity: int
    feed: Feed | None = None
    task: asyncio.Task[None] | None = None
    ending: str | None = None
    """The reason for which the topic ends once its first subscribers have been answered."""
    seq: int = 0
    missed: int = 0
    """The number of updates that were dropped before the topic started."""
    _head: str = field(init=False)
    _held: deque[str] = field(default_factory=deque)
    _held_size: int = 0

    def __post_init__(self, topic: str) -> None:
        self._head = update_head(self.router.route, topic)

    def close_feed(self) -> None:
        """Ignore further updates of the producer."""
        if self.feed is not None:
            self.feed.close()
            self.feed = None

    def frame(self, data: str) -> str:
        """Return the next update frame, which carries the JSON text `data`."""
        self.seq += 1
        return update_frame(self._head, data, self.seq)

    def hold(self, data: str) -> int:
        """Keep an update until the first subscribers are answered; return how many are dropped for it.

        The route's `delivery` applies as in an outbox. With the policy `disconnect`, all are dropped at once.
        """
        self._held.append(data)
        self._held_size += size_of(data)
        delivery, gone = self.router.delivery, 0
        while (
            len(self._held) > (1 if delivery.overflow == "latest" else delivery.queue)
            or self._held_size > self.capacity
            or (gone and self._held and delivery.overflow == "disconnect")
        ):
            self._held_size -= size_of(self._held.popleft())
            gone += 1
        self.seq += gone
        if (
            delivery.overflow != "latest"
        ):  # with `latest`, only the newest counts and nothing is missed
            self.missed += gone
        return gone

    def take_held(self) -> tuple[str, ...]:
        """Remove and return the updates that were held."""
        held = tuple(self._held)
        self._held.clear()
        self._held_size = self.missed = 0
        return held
