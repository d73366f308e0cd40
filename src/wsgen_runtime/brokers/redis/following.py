"""What this process has had of a kept topic, from the messages on its channel and from its store.

From the moment of hearing the channel, messages are collected. Position and history are then read once, and
merged with the messages by number: what the store had is skipped. Messages of one epoch arrive in the order of
their numbers; a number that comes again shows that the store has lost updates and counts again.

Processes of earlier versions send updates without positions. While their producer has the lease, the process
counts what it delivers in an epoch of its own, until a producer of this version begins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.brokers.redis.messages import Numbered, Update
from wsgen_runtime.brokers.redis.positions import NOWHERE, KeptTopic, generation
from wsgen_runtime.protocol.positions import Position

_IN_VAIN = 1.0  # seconds


class Entry(NamedTuple):
    """An update in the history."""

    seq: int
    mark: str
    label: str
    data: str


class Reading(NamedTuple):
    """Where the store says that a topic stands, with the updates that it keeps after the known one."""

    position: Position
    entries: Sequence[Entry]
    base: int = 0
    """The number at which the epoch began: updates up to it are those of an earlier epoch."""
    replaced: int = 0
    """The number of keys that no process of this app can have written."""


@dataclass(slots=True, eq=False)
class Follower:
    """Calls `host` with what is new of `topic`.

    `make_epoch` returns an epoch that nobody else uses, and `ask` requests a state from the producer.
    """

    topic: KeptTopic
    host: BrokerHost
    make_epoch: Callable[[], str]
    ask: Callable[[str], None]
    known: Position = NOWHERE
    """Of the last update that `host` has got, or its epoch is empty."""
    mark: str = ""
    """The mark of that update, if it is known."""
    unread: bool = True
    """Whether the store has to be read."""
    forked: bool = False
    """Whether the store is known to have counted numbers a second time."""
    doubtful: bool = False
    """Whether a message of an earlier epoch has come, so that the store should be compared."""
    _heard: int = 0
    _sought: Position | None = None
    """The position for which the store is read, or was read last."""
    _seek_at: float = 0.0
    """Before this time, the store is not read for a position."""
    _own: Position | None = None
    """The count of this process while a producer of an earlier version is at work."""
    _waiting: list[Numbered | Update] = field(default_factory=list)

    def disconnect(self) -> None:
        """Note that messages are no longer heard."""
        self.unread = True
        self._heard = 0
        self._waiting.clear()

    def take(self, reading: Reading) -> None:
        """Continue from what was read of the store, and with the messages that have come meanwhile."""
        self.unread = self.forked = False
        position, entries, base, _ = reading
        if position.epoch:
            same = position.epoch == self.known.epoch and self._own is None
            if same:
                entries = [entry for entry in entries if entry.seq > self.known.seq]
                missed = position.seq - self.known.seq
            else:
                self._heard = missed = 0
            if not same or missed > 0:
                self.mark = next((it.mark for it in entries if it.seq == position.seq), "")
            if missed >= 0:  # or it was read before updates that have come meanwhile
                self._stand(
                    position,
                    [(entry.seq, entry.data) for entry in entries],
                    continued=same and len(entries) == missed,
                    before=0 if same else base,
                )
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            self.hear(message)

    @property
    def counted(self) -> tuple[Position, str]:
        """Return the position and the mark of the last update in the count of the store that `host` has got."""
        return (self.known, self.mark) if self._own is None else (NOWHERE, "")

    @property
    def countable(self) -> bool:
        """Return whether the position can be compared with the store."""
        return not self.unread and bool(self.known.epoch) and self._own is None

    def seek(self, position: Position, now: float) -> bool:
        """Return whether the store has to be read for `position`, which a client has had in another process.

        Not again for a while, if it has not helped: the store may have lost what many clients have had.
        """
        if not self.unread and self._sought is not None:
            if self._lacks(self._sought):
                self._seek_at = now + _IN_VAIN
            self._sought = None
        lacks = self._lacks(position) and (self.unread or now >= self._seek_at)
        if lacks:
            self._sought = position
        return lacks

    def _lacks(self, position: Position) -> bool:
        if self.unread or self._own is not None:
            return self.unread
        if position.epoch == self.known.epoch:
            return position.seq > self.known.seq
        return generation(position.epoch) > generation(self.known.epoch)

    def is_behind(self, position: Position) -> bool:
        """Return whether the store was at `position` before all messages that have arrived by now."""
        return self.countable and (
            position.epoch != self.known.epoch or position.seq > self.known.seq
        )

    def hear(self, message: Numbered | Update) -> None:
        """Deliver a message, unless the store has to be read before."""
        if self.unread:
            self._waiting.append(message)
        elif isinstance(message, Update):
            self._count(message)
        elif self._own is not None and message.kind != "b":
            self._count_numbered(message, self._own)
        elif message.epoch == self.known.epoch:
            self._follow(message)
        elif generation(message.epoch) < generation(self.known.epoch):
            self.doubtful = True  # or it is older than what was read
        elif message.kind == "b" and self._is_later(message) and message.seq == 0:
            self._heard, self.mark = 0, ""
            self._stand(Position(message.epoch, message.seq), (), continued=False)
        else:
            self._read_before(message)

    def _is_later(self, message: Numbered) -> bool:
        return generation(message.epoch) > generation(self.known.epoch)

    def pass_over(self, message: Numbered) -> None:
        """Leave out an update that cannot be delivered."""
        if not self.unread and message.epoch == self.known.epoch:
            self._heard = max(self._heard, message.seq)

    def _read_before(self, message: Numbered) -> None:
        self.unread = True
        self._waiting.append(message)

    def _follow(self, message: Numbered) -> None:
        kind, seq = message.kind, message.seq
        if kind == "b":
            return  # it was sent again
        if kind in "un" and seq <= self._heard:
            self.forked = True
            self._read_before(message)
            return
        self._heard = max(self._heard, seq)
        position = Position(message.epoch, seq)
        if kind == "s":  # it may have a number of its own
            if seq < self.known.seq:
                self.ask(self.topic.name)  # updates after this state were already read
                return
            self._note(position)
            self.host.snapshot(self.topic.name, message.data, position)
        elif kind == "e":
            self._note(position)
        elif seq <= self.known.seq:
            return  # it was read
        elif kind == "u":
            self._note(position, message.mark)
            self.host.deliver(self.topic.name, message.data, position)
        else:
            self.mark = ""
            self._stand(position, (), continued=False)

    def _note(self, position: Position, mark: str = "") -> None:
        if position != self.known:
            self.known, self.mark = position, mark
        self.topic.see(position)

    def _stand(
        self,
        position: Position,
        entries: Sequence[tuple[int, str]],
        *,
        continued: bool,
        before: int = 0,
    ) -> None:
        self._own = None
        self.known = position
        self.topic.see(position)
        self.host.stand(self.topic.name, position, entries, continued=continued, before=before)

    # -- messages of earlier versions

    def _count(self, update: Update, missed: int = 0) -> None:
        own = self._own
        if own is None:
            own = self._own = Position(self.make_epoch(), 0)
            self.host.stand(self.topic.name, own, (), continued=False)
        own = self._own = Position(own.epoch, own.seq + missed + 1)
        self.host.deliver(self.topic.name, update.data, own)

    def skip(self, count: int) -> None:
        """Leave out numbers of updates that a producer of an earlier version has sent and that did not arrive."""
        if self._own is not None and not self.unread:
            self._own = Position(self._own.epoch, self._own.seq + count)

    def _count_numbered(self, message: Numbered, own: Position) -> None:
        if message.kind == "u":
            self._count(Update(message.data))
        elif message.kind == "s":
            self.host.snapshot(self.topic.name, message.data, own)
        elif message.kind == "n":
            self._own = Position(own.epoch, own.seq + 1)
            self.host.stand(self.topic.name, self._own, (), continued=False)
