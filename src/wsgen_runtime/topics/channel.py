"""The updates of one topic: their producer, their positions, and those that are held until the topic starts."""

import asyncio
from collections import deque
from dataclasses import InitVar, dataclass, field
from typing import NamedTuple

from pydantic import BaseModel

from wsgen_runtime.errors import ServiceError
from wsgen_runtime.protocol.frames import size_of, update_frame, update_head
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.router import WsRouter
from wsgen_runtime.topics.feed import Feed
from wsgen_runtime.topics.history import Kept, Ring
from wsgen_runtime.topics.producing import Producer


class Held(NamedTuple):
    """An update that is held, with its number."""

    seq: int
    data: str


@dataclass(slots=True, eq=False)
class Channel:
    """The source of the updates of one topic, while it has subscribers in this process or lives on.

    `topic` is its key, and `request` that of a subscriber; all of its subscribers have an equal one.
    """

    router: WsRouter
    topic: InitVar[str]
    capacity: int
    epoch: str | None = None
    """What `seq` counts from; None if the numbers have a meaning in this process only, or are not known yet."""
    numbered_by_broker: bool = False
    """Whether the broker gives the positions."""
    request: BaseModel | None = None
    feed: Feed | None = None
    producer: Producer | None = None
    refusal: ServiceError | None = None
    """Why the service did not start the topic, until its subscribers are answered."""
    task: asyncio.Task[None] | None = None
    state_call: asyncio.Task[None] | None = None
    """The call that takes a state."""
    state_timer: asyncio.TimerHandle | None = None
    """When a state that was asked of another process is asked for again."""
    state_wanted: bool = False
    """Whether a state is to be taken as soon as the topic has started."""
    expiry: asyncio.TimerHandle | None = None
    """The end of a topic that lives on without subscribers."""
    published_at: float = 0.0
    """When an update was last published without a subscriber, in the time of the event loop."""
    behind: asyncio.Future[None] | None = None
    """Done when this process has had what a client that comes back has had."""
    ending: str | None = None
    """The reason for which the topic ends once its first subscribers have been answered."""
    seq: int = 0
    lost_at: int = 0
    """The last number that was lost before it was published, or 0 if updates after that are not awaited."""
    missed: int = 0
    """The number of updates that were dropped before the topic started."""
    ring: Ring | None = field(init=False)
    _begun: asyncio.Future[None] | None = None
    _head: str = field(init=False)
    _held: deque[Held] = field(default_factory=deque)
    _held_size: int = 0

    def __post_init__(self, topic: str) -> None:
        self._head = update_head(self.router.route, topic)
        history = self.router.history
        self.ring = None if history is None else Ring(history)

    def close_feed(self) -> None:
        """Ignore further updates of the producer, and the state that is being taken."""
        if self.state_call is not None:
            self.state_call.cancel()
            self.state_call = None
        if self.feed is not None:
            self.feed.close()
            self.feed = None

    def frame(self, seq: int, data: str) -> str:
        """Return the frame of update `seq`, which carries the JSON text `data`."""
        return update_frame(self._head, data, seq)

    # -- positions

    @property
    def answered(self) -> int:
        """Return the number before the first update that follows an answer which is sent now."""
        return self._held[0].seq - 1 if self._held else self.seq

    def await_epoch(self) -> asyncio.Future[None]:
        """Return a future that is done when another epoch has started, or the present one was confirmed."""
        self._begun = asyncio.get_running_loop().create_future()
        return self._begun

    def confirm(self) -> None:
        """Note that the present epoch is that of the producer."""
        if self._begun is not None and not self._begun.done():
            self._begun.set_result(None)

    def begin(self, epoch: str) -> None:
        """Start another epoch, whose updates cannot be compared with those before."""
        self.epoch = epoch
        self.confirm()
        if self.ring is not None:
            self.ring.clear()

    def reaches(self, position: Position) -> bool:
        """Return whether the topic has come to `position` here."""
        return position.epoch == self.epoch and position.seq <= self.seq

    def missed_since(self, since: Position) -> list[Kept] | None:
        """Return the updates after `since` up to `answered`, or None if not all updates until now can follow."""
        last = self.answered
        if since.epoch != self.epoch or since.seq > last or len(self._held) != self.seq - last:
            return None
        if since.seq == last:
            return []
        return None if self.ring is None else self.ring.between(since.seq, last)

    def replayed(self, room: int, overhead: int) -> list[Kept]:
        """Return the updates that a new subscriber gets at once, as many as fit into `room` bytes."""
        found: list[Kept] = []
        if self.ring is not None and self.router.replay:
            for kept in self.ring.tail(self.router.replay, self.answered):
                room -= kept.frame_size + overhead
                if room < 0:
                    break
                found.append(kept)
        found.reverse()
        return found

    # -- before the first answer

    @property
    def holds(self) -> bool:
        """Return whether updates are held."""
        return bool(self._held)

    def hold(self, seq: int, data: str) -> int:
        """Keep an update until the first subscribers are answered; return how many are dropped for it.

        The route's `delivery` applies as in an outbox. With the policy `disconnect`, all are dropped at once.
        """
        self._held.append(Held(seq, data))
        self._held_size += size_of(data)
        delivery, gone = self.router.delivery, 0
        while (
            len(self._held) > (1 if delivery.overflow == "latest" else delivery.queue)
            or self._held_size > self.capacity
            or (gone and self._held and delivery.overflow == "disconnect")
        ):
            self._held_size -= size_of(self._held.popleft().data)
            gone += 1
        if (
            delivery.overflow != "latest"
        ):  # with `latest`, only the newest counts and nothing is missed
            self.missed += gone
        return gone

    def take_held(self) -> tuple[Held, ...]:
        """Remove and return the updates that were held."""
        held = tuple(self._held)
        self._held.clear()
        self._held_size = self.missed = 0
        return held
