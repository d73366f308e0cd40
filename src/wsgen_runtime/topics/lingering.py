"""Ends topics that have lived on without subscribers for as long as their history is kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.events import Question
from wsgen_runtime.router import WsRouter
from wsgen_runtime.topics.channel import Channel
from wsgen_runtime.topics.subscriptions import TopicIndex


@dataclass(slots=True, eq=False)
class Lingering:
    """The topics without subscribers that live on, at most `most`; beyond that, the oldest end.

    `advance(topic)` takes the next step of a topic. `ask_heard(topic)`, if there are other processes, finds out
    whether one of them hears a topic that is produced here; if none does, `unheard` is called.
    """

    topics: TopicIndex[Client, Question]
    channels: Mapping[str, Channel]
    most: int | None
    advance: Callable[[str], None]
    ask_heard: Callable[[str], None] | None = None
    _allowed: bool = True
    _ends: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    """The topics whose time is over unless other processes hear them."""

    def __len__(self) -> int:
        return len(self._ends)

    def allow(self) -> None:
        """Let topics live on from now on, until `end_all`."""
        self._allowed = True

    def may(self, router: WsRouter) -> bool:
        """Return whether topics of the route may live on without subscribers."""
        return self._allowed and router.history is not None

    def settle(self, topic: str, channel: Channel) -> None:
        """Let `topic`, which has no next step, end after the time of its route if it has no subscribers."""
        entry, history = self.topics.get(topic), channel.router.history
        if entry is None or history is None or not entry.lingers:
            self.stop(topic)
            return
        if topic in self._ends:
            return
        self._set(topic, history.seconds)
        if self.most is not None and len(self._ends) > self.most:
            self._end(next(iter(self._ends)))

    def stop(self, topic: str) -> None:
        """Let `topic` live, since it has a subscriber, or has ended."""
        self._asked.discard(topic)
        end = self._ends.pop(topic, None)
        if end is not None:
            end.cancel()

    def unheard(self, topic: str) -> None:
        """End `topic`, which no other process hears, unless a subscriber has come since that was asked."""
        if topic in self._asked:
            self._end(topic)

    def end_all(self) -> None:
        """End all these topics, and let no other one live on: the app is shut down."""
        self._allowed = False
        for topic in tuple(self.channels):
            self._end(topic)

    def clear(self) -> None:
        """Forget all topics, on an event loop that may have ended."""
        for end in self._ends.values():
            end.cancel()
        self._ends.clear()
        self._asked.clear()

    def _set(self, topic: str, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._ends.pop(topic, None)  # it is the newest now
        self._ends[topic] = loop.call_later(seconds, self._expire, topic)

    def _expire(self, topic: str) -> None:
        """End `topic`, unless an update was published meanwhile, from which the time counts.

        If it is produced here, it ends only when no other process hears it, since their subscribers would have to
        start again with another producer. Without an answer it lives on for its time once more.
        """
        channel, entry = self.channels.get(topic), self.topics.get(topic)
        history = None if channel is None else channel.router.history
        if channel is not None and history is not None and channel.router.published:
            kept_until = channel.published_at + history.seconds
            rest = kept_until - asyncio.get_running_loop().time()
            if rest > 0:
                self._set(topic, rest)
                return
        elif (
            history is not None and entry is not None and entry.owned and self.ask_heard is not None
        ):
            self._set(topic, history.seconds)
            self._asked.add(topic)
            self.ask_heard(topic)
            return
        self._end(topic)

    def _end(self, topic: str) -> None:
        self.stop(topic)
        self.topics.expire(topic)
        self.advance(topic)
