"""What outlives a connection to Redis: the open topics, their leases, and the updates that wait."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.brokers.redis.leases import Leases
from wsgen_runtime.brokers.redis.messages import Names, Update
from wsgen_runtime.brokers.redis.outgoing import Outgoing

_LARGEST_GAP = 1_000_000_000  # an honest producer never loses more between two updates that arrive


class Topic:
    """One open topic: its names, and how far the updates of its producer were followed."""

    __slots__ = ("_number", "_token", "answered", "channel", "label", "lease", "name")

    def __init__(self, name: str, names: Names, label: str) -> None:
        self.name = name
        self.label = label
        self.channel = names.channel(name)
        self.lease = names.lease(name)
        self.answered: asyncio.Future[None] | None = None
        """Done once it is known whether this process produces the topic, or that this cannot be known now."""
        self._token = b""
        self._number = 0

    def answer(self) -> None:
        """Let `open` go on."""
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(None)

    def follow(self, update: Update) -> int:
        """Return how many updates of the same producer were missed before this one.

        Raises ValueError for an update that came before.
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
    """A lease to give back once the first `after` messages have gone."""

    after: int
    lease: bytes
    token: bytes
    channel: bytes
    done: asyncio.Future[None]


class Ending(NamedTuple):
    """That a topic's producer in this process has ended, while the message that says so is on its way."""

    due: float
    reason: str


@dataclass(slots=True)
class Tally:
    """What is counted."""

    dropped: int = 0
    missed: int = 0
    rejected: int = 0
    reconnects: int = 0
    told: set[str] = field(default_factory=set)
    """What was logged once about messages that arrived, and is not logged again."""


@dataclass(slots=True)
class State:
    """One process's part in the life of its topics."""

    host: BrokerHost
    names: Names
    leases: Leases
    outgoing: Outgoing
    tally: Tally
    topics: dict[str, Topic] = field(default_factory=dict)
    by_channel: dict[bytes, Topic] = field(default_factory=dict)
    releases: deque[Release] = field(default_factory=deque)
    endings: dict[str, Ending] = field(default_factory=dict)

    def open(self, name: str) -> Topic:
        """Know a topic."""
        topic = self.topics[name] = Topic(name, self.names, self.host.label(name))
        self.by_channel[topic.channel] = topic
        self.leases.open(name)
        return topic

    def close(self, name: str) -> tuple[Topic, bytes | None] | None:
        """Forget a topic; return it and the token whose lease is to be given back, if there may be one."""
        topic = self.topics.pop(name, None)
        if topic is None:
            return None
        self.endings.pop(name, None)
        del self.by_channel[topic.channel]
        topic.answer()
        return topic, self.leases.close(name)

    def give_back(self, lease: bytes, token: bytes, channel: bytes) -> "asyncio.Future[None]":
        """Give a lease back after all that waits now; the future is done when that is done or in vain."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.releases.append(Release(self.outgoing.put_so_far, lease, token, channel, done))
        return done

    def end(self, name: str, reason: str, now: float) -> None:
        """End the topic here, since a message says that its producer has ended.

        One of this process's own counts as long as it is waited for: later, another producer has begun.
        """
        mine = self.endings.pop(name, None) is not None
        if mine or not self.leases.holds(name, now):
            self.host.end(name, reason)

    def end_overdue(self, now: float) -> None:
        """End the topics whose message did not come back: it was lost, or Redis is away."""
        for name, ending in tuple(self.endings.items()):
            if ending.due <= now:
                del self.endings[name]
                self.host.end(name, ending.reason)

    def expire(self, now: float) -> None:
        """Stop producing what was not renewed in time."""
        for name in self.leases.expire(now):
            self.host.own(name, False)

    def disconnect(self, now: float) -> None:
        """Expect no answer any more: leases end by themselves."""
        self.leases.disconnect(now)
        for topic in self.topics.values():
            topic.answer()
        settle(self.releases)
        self.releases.clear()


def settle(releases: "deque[Release] | list[Release]") -> None:
    """Let those go on who wait for `releases`."""
    for release in releases:
        if not release.done.done():
            release.done.set_result(None)
