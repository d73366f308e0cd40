"""Kept topics: those whose updates have positions in Redis, and the producer of each in this process.

The epoch of a position is a generation, a dot, and a name that no other epoch has. It begins when a producer
begins, or when a process finds a store without the topic, or with an older state of it. Each new epoch has a
greater generation than all that were seen before. So a store that has come back older is recognised: it has a
smaller generation or, in the same epoch, a smaller number than this process has seen.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from wsgen_runtime.brokers.base import Keeping
from wsgen_runtime.brokers.redis.messages import RedisNames
from wsgen_runtime.protocol.positions import Position

NOWHERE = Position("", 0)
_DAY = 86_400.0
_REMEMBERED = 600.0
"""For how many seconds Redis knows the last batch of a process."""
_NEVER = "-"
"""Not an epoch."""
_MOST_AWAY = 10_000  # topics that are not open, of which this process knows the position


def generation(epoch: str) -> int:
    """Return the generation of an epoch, or 0 if it is none of Redis."""
    number = epoch.partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0


class Kind(Enum):
    """What is published."""

    UPDATE = b"u"
    SNAPSHOT = b"s"
    ENDING = b"e"


@dataclass(slots=True, eq=False)
class Production:
    """One run of a producer in this process: all its updates belong to one epoch, unless the store loses it."""

    token: bytes
    """Of the lease."""
    maker: bytes
    """The name in the epoch."""
    fresh: bool = True
    """Whether `begin` has not been called since the lease was gained."""
    epoch: str = ""
    """Empty until Redis has answered."""
    gone: int = 0
    """The greatest number that has left the queue, sent or dropped."""
    dealt: int = 0
    """The greatest number that Redis has published or left out, as it has answered."""
    skipped: int = 0
    """The greatest number that was left out before the queue."""
    owes_state: bool = False
    """Whether a state was dropped, so that another one has to be taken."""

    def renew(self, maker: bytes) -> None:
        """Begin another epoch, since the store has lost the present one."""
        self.maker = maker
        self.epoch = ""


@dataclass(slots=True, eq=False)
class KeptTopic:
    """A topic whose updates have positions: its names in Redis, its bounds, and what this process knows of it."""

    name: str
    keeping: Keeping
    label: bytes
    channel: bytes
    lease: bytes
    state: bytes
    history: bytes
    lasts: float = _DAY
    """For how many seconds, at least, Redis knows the position after the last update."""
    top: Position = NOWHERE
    """The latest position that this process has seen."""
    production: Production | None = None
    lost: int = 0
    """Updates without a producer that were dropped here, and for which no number was left out yet."""

    def see(self, position: Position) -> None:
        """Note a position of the topic."""
        if (generation(position.epoch), position.seq) > (generation(self.top.epoch), self.top.seq):
            self.top = position

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Return the bounds of the history: updates, milliseconds, bytes; and for how long the state is kept."""
        history = self.keeping.history
        if history is None:
            return 0, 0, 0, int(self.lasts * 1000)
        lasts = max(self.lasts, 2 * history.seconds)
        return history.updates, int(history.seconds * 1000), history.bytes, int(lasts * 1000)


class KeptSending(NamedTuple):
    """An update, a state or the end of a kept topic, to be published in the epoch of its production.

    `number` is that of the producer; for a state, of the update before it; 0 without a production.
    """

    topic: KeptTopic
    kind: Kind
    message: bytes
    number: int = 0
    production: Production | None = None


@dataclass(slots=True, eq=False)
class Group:
    """What is published of one topic in a row, by one production or by none."""

    topic: KeptTopic
    production: Production | None
    sendings: list[KeptSending] = field(default_factory=list)
    last: int = 0
    """The greatest number of the production that was sent or dropped so far; without one, how many were lost."""
    epoch: str = ""
    """The epoch that this process knew when the group was made."""

    @property
    def base(self) -> int:
        """Return the number after which an epoch begins with this group."""
        for sending in self.sendings:
            return sending.number - (sending.kind is not Kind.SNAPSHOT)
        return self.last


@dataclass(slots=True, eq=False)
class KeptBatch:
    """Groups that one script publishes. Without an answer, the same batch is sent `again`."""

    name: bytes
    groups: Sequence[Group]
    again: bool = False
    sent_at: float = 0.0
    """When it was sent first."""

    def outlive(self, now: float) -> None:
        """Give updates without a producer up if Redis may have forgotten by `now` whether it has them."""
        if self.again and now - self.sent_at > _REMEMBERED / 2:
            for group in self.groups:
                group.epoch = _NEVER


class Outcome(Enum):
    """What Redis has done with a group."""

    PUBLISHED = 0
    REFUSED = 1
    """Another process has the lease."""
    OLDER = 2
    """The store has lost the epoch or its last updates; nothing was published."""


class Answer(NamedTuple):
    """What Redis has done with a group, and where the topic stands."""

    outcome: Outcome
    position: Position
    replaced: int = 0
    """The number of keys that no process of this app can have written."""


class KeptTopics:
    """The kept topics that this process knows: all that are open, and the latest others."""

    def __init__(self, names: RedisNames) -> None:
        self._names = names
        self._open: dict[str, KeptTopic] = {}
        self._away: OrderedDict[str, KeptTopic] = OrderedDict()

    def know(self, name: str, keeping: Keeping, label: str) -> KeptTopic:
        """Return the topic, which is not open."""
        topic = self._away.pop(name, None)
        if topic is None or topic.keeping != keeping:
            names = self._names
            topic = KeptTopic(
                name,
                keeping,
                label.encode() or b"-",
                names.channel(name),
                names.lease(name),
                names.state(name),
                names.history(name),
            )
        self._away[name] = topic
        if len(self._away) > _MOST_AWAY:
            self._away.popitem(last=False)
        return topic

    def open(self, name: str, keeping: Keeping, label: str) -> KeptTopic:
        """Return the topic, which is open from now on."""
        topic = self.know(name, keeping, label)
        del self._away[name]
        self._open[name] = topic
        return topic

    def close(self, name: str) -> None:
        """Note that the topic is no longer open; its position is remembered for a while."""
        topic = self._open.pop(name, None)
        if topic is not None:
            topic.production = None
            self._away[name] = topic
