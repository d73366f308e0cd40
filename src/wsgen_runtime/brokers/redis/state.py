"""The state of the Redis broker that outlives a connection: open topics, leases and queued updates."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.brokers.redis.following import Follower
from wsgen_runtime.brokers.redis.keeping import Ledger
from wsgen_runtime.brokers.redis.leases import Leases
from wsgen_runtime.brokers.redis.messages import RedisNames, Update
from wsgen_runtime.brokers.redis.positions import KeptSending

_LARGEST_GAP = 1_000_000_000  # more updates cannot be lost between two that arrive


class Sending(NamedTuple):
    """A message for a channel. Unless `token` is empty, it is only published while `lease` has that token."""

    channel: bytes
    message: bytes
    lease: bytes
    token: bytes = b""


class SendQueue:
    """A queue of at most `most` messages and `most_bytes` bytes, which drops the oldest.

    `lose` is called with each dropped message of a topic that has positions.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most = most
        self.most_bytes = most_bytes
        self.lose: Callable[[KeptSending], None] | None = None
        self.put_so_far = 0
        """The number of messages that were ever added."""
        self._waiting: deque[Sending | KeptSending] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def gone_so_far(self) -> int:
        """Return the number of messages that were added and have left the queue, sent or dropped."""
        return self.put_so_far - len(self._waiting)

    @property
    def half_full(self) -> bool:
        """Return whether half of the room is taken."""
        return 2 * len(self._waiting) > self.most or 2 * self._bytes > self.most_bytes

    def put(self, sending: Sending | KeptSending) -> int:
        """Add a message; return how many were dropped for it: itself, if it is too large."""
        self.put_so_far += 1
        if len(sending.message) > self.most_bytes:
            self._drop(sending)
            return 1
        self._waiting.append(sending)
        self._bytes += len(sending.message)
        dropped = 0
        while len(self._waiting) > self.most or self._bytes > self.most_bytes:
            self._drop(self._pop())
            dropped += 1
        return dropped

    def take(self, most: int, most_bytes: int) -> list[Sending | KeptSending]:
        """Remove and return the oldest messages, at least one unless the queue is empty."""
        batch: list[Sending | KeptSending] = []
        size = 0
        while self._waiting and len(batch) < most:
            size += len(self._waiting[0].message)
            if batch and size > most_bytes:
                break
            batch.append(self._pop())
        return batch

    def _pop(self) -> Sending | KeptSending:
        sending = self._waiting.popleft()
        self._bytes -= len(sending.message)
        return sending

    def _drop(self, sending: Sending | KeptSending) -> None:
        if self.lose is not None and isinstance(sending, KeptSending):
            self.lose(sending)


@dataclass(slots=True, eq=False)
class OpenTopic:
    """One open topic: its names in Redis, and the last update of its producer."""

    name: str
    label: str
    channel: bytes
    lease: bytes
    follower: Follower | None = None
    """Set if the updates of the topic have positions."""
    answered: asyncio.Future[None] | None = None
    """Done when it is known whether this process produces the topic, and where it stands, or when that cannot be
    found out now."""
    _decided: bool = False
    _token: bytes = b""
    _number: int = 0

    def decide(self) -> None:
        """Note that it is known whether this process produces the topic."""
        self._decided = True
        self.answer_if_read()

    def answer_if_read(self) -> None:
        """Let `RedisBroker.open` return, unless the position of the topic has to be read first."""
        if self._decided and not (self.follower is not None and self.follower.unread):
            self.answer()

    def answer(self) -> None:
        """Let `RedisBroker.open` return."""
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(None)

    def follow(self, update: Update) -> int:
        """Return how many updates of the same producer were missed before this one.

        Raises ValueError for an update with an earlier number.
        """
        if not update.token:
            return 0
        gap = update.number - self._number - 1
        if update.token != self._token:
            gap = 0
        elif not 0 <= gap <= _LARGEST_GAP:
            raise ValueError("its number is not that of a later update")
        self._token, self._number = update.token, update.number
        return gap


@dataclass(frozen=True, slots=True)
class Release:
    """A lease to release when the first `after` messages have left the queue."""

    after: int
    lease: bytes
    token: bytes
    channel: bytes
    done: asyncio.Future[None]


class AwaitedEnding(NamedTuple):
    """A producer in this process has ended, and the message that says so has not come back yet."""

    due: float
    reason: str


@dataclass(slots=True)
class Tally:
    """The counters of the broker."""

    dropped: int = 0
    missed: int = 0
    rejected: int = 0
    reconnects: int = 0
    logged: set[str] = field(default_factory=set)
    """Complaints about received messages that were logged, and are not logged again."""


@dataclass(slots=True)
class BrokerState:
    """The topics of this process, and all that waits for Redis."""

    host: BrokerHost
    names: RedisNames
    leases: Leases
    outgoing: SendQueue
    tally: Tally
    ledger: Ledger
    check_every: float
    """How often positions are compared with the store, in seconds."""
    process: str = ""
    topics: dict[str, OpenTopic] = field(default_factory=dict)
    by_channel: dict[bytes, OpenTopic] = field(default_factory=dict)
    releases: deque[Release] = field(default_factory=deque)
    endings: dict[str, AwaitedEnding] = field(default_factory=dict)
    to_count: dict[str, None] = field(default_factory=dict)
    """The topics of which it is asked whether other processes hear them."""

    def open(self, name: str) -> OpenTopic:
        """Add a topic."""
        channel, lease = self.names.channel(name), self.names.lease(name)
        topic = self.topics[name] = OpenTopic(name, self.host.label(name), channel, lease)
        self.by_channel[topic.channel] = topic
        topic.follower = self.ledger.follow(name, topic.label)
        if topic.follower is None or not topic.follower.topic.keeping.published:
            self.leases.open(name)
        return topic

    def close(self, name: str) -> tuple[OpenTopic, bytes | None] | None:
        """Remove a topic; return it, and the token of its lease if that may have to be released."""
        topic = self.topics.pop(name, None)
        if topic is None:
            return None
        self.endings.pop(name, None)
        self.to_count.pop(name, None)
        del self.by_channel[topic.channel]
        self.ledger.close(name)
        topic.answer()
        return topic, self.leases.close(name)

    def give_back(self, lease: bytes, token: bytes, channel: bytes) -> "asyncio.Future[None]":
        """Release a lease after all that is queued now; the future is done when that succeeds or fails."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.releases.append(Release(self.outgoing.put_so_far, lease, token, channel, done))
        return done

    def end(self, name: str, reason: str, now: float) -> None:
        """End the topic here, since a message says that its producer has ended.

        A message of this process itself is ignored once it is overdue, since another producer has started by
        then.
        """
        mine = self.endings.pop(name, None) is not None
        if mine or not self.leases.holds(name, now):
            self.host.end(name, reason)

    def end_overdue(self, now: float) -> None:
        """End the topics whose message did not come back in time, because it was lost or Redis is away."""
        for name, ending in tuple(self.endings.items()):
            if ending.due <= now:
                del self.endings[name]
                self.host.end(name, ending.reason)

    def expire(self, now: float) -> None:
        """Stop producing the topics whose leases were not renewed in time."""
        for name in self.leases.expire(now):
            self.ledger.stop(name)
            self.host.own(name, False)

    def disconnect(self, now: float) -> None:
        """Stop waiting for answers of Redis; leases expire by themselves."""
        self.leases.disconnect(now)
        self.ledger.disconnect()
        self.to_count.clear()
        for topic in self.topics.values():
            topic.answer()
        settle(self.releases)
        self.releases.clear()


def settle(releases: "deque[Release] | list[Release]") -> None:
    """Complete the futures of `releases`."""
    for release in releases:
        if not release.done.done():
            release.done.set_result(None)
