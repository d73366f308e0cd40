"""Who is subscribed to what, without I/O: each change says what is to be done next.

A topic goes through four steps, one at a time: the broker opens it, its producer is created, the producer is
removed, the broker closes it. Which one is next follows from three facts alone: is anyone there, is it open
and ours to produce, does it produce or has its producer ended. So a last one out while a first one comes in, a
failed start, or a producer that moves to another process need no code of their own.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

from wsgen_runtime.protocol.topic_names import size_of

M = TypeVar("M", bound=Hashable)
T = TypeVar("T")


class TopicStep(Enum):
    """What is to be done for a topic; `TopicIndex.finish` reports how it went."""

    OPEN = auto()
    CREATE = auto()
    REMOVE = auto()
    CLOSE = auto()


class Joined(Enum):
    """What became of a subscription."""

    READY = auto()
    """The member is subscribed."""
    WAITING = auto()
    """The member will be, once the topic's next steps have succeeded."""


class Topic(Generic[M, T]):
    """One topic: its members, and those who wait to become members with the tokens of their questions."""

    __slots__ = (
        "busy",
        "members",
        "name",
        "opened",
        "owned",
        "producing",
        "size",
        "spent",
        "waiting",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = size_of(name)
        self.members: dict[M, None] = {}
        self.waiting: dict[M, list[T]] = {}
        self.opened = False
        self.owned = False
        self.producing = False
        self.spent = False
        """Whether the producer has ended: it is removed, and created again for the next subscriber."""
        self.busy: TopicStep | None = None

    @property
    def wanted(self) -> bool:
        """Return whether anyone is, or waits to be, subscribed."""
        return bool(self.members or self.waiting)

    @property
    def ready(self) -> bool:
        """Return whether updates flow: produced here, or by whoever owns the topic."""
        return self.busy is None and self.opened and self.producing is self.owned and not self.spent


@dataclass(frozen=True, slots=True)
class TopicOutcome(Generic[M, T]):
    """What a finished step means for those who are there: tell each of them."""

    subscribed: tuple[tuple[M, list[T]], ...] = ()
    failed: tuple[tuple[M, list[T]], ...] = ()
    ended: tuple[M, ...] = ()


class _Holding:
    """The names of one member's topics, and how many bytes they have together."""

    __slots__ = ("names", "size")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.size = 0


_NOTHING = _Holding()


class TopicIndex(Generic[M, T]):
    """All topics with subscribers, by name, and all members' topics.

    `size` is the number of bytes of all names.
    """

    def __init__(self) -> None:
        self.size = 0
        self._topics: dict[str, Topic[M, T]] = {}
        self._by_member: dict[M, _Holding] = {}

    def __len__(self) -> int:
        """Return the number of topics that have subscribers or are in a step."""
        return len(self._topics)

    def __contains__(self, name: str) -> bool:
        """Return whether the topic is known."""
        return name in self._topics

    def get(self, name: str) -> Topic[M, T] | None:
        """Return the topic, or None."""
        return self._topics.get(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all known topics."""
        return tuple(self._topics)

    def clear(self) -> None:
        """Forget everything."""
        self.size = 0
        self._topics.clear()
        self._by_member.clear()

    def topics_of(self, member: M) -> frozenset[str]:
        """Return the names of the topics that `member` is, or waits to be, subscribed to."""
        return frozenset(self._by_member.get(member, _NOTHING).names)

    def count_of(self, member: M) -> int:
        """Return the number of topics that `member` is, or waits to be, subscribed to."""
        return len(self._by_member.get(member, _NOTHING).names)

    def size_of(self, member: M) -> int:
        """Return the number of bytes of the names of those topics."""
        return self._by_member.get(member, _NOTHING).size

    def unanswered(self, name: str, member: M) -> int:
        """Return how many questions of `member` wait until the topic begins."""
        topic = self._topics.get(name)
        return len(topic.waiting.get(member, ())) if topic is not None else 0

    def holds(self, name: str, member: M) -> bool:
        """Return whether `member` is, or waits to be, subscribed to the topic."""
        return name in self._by_member.get(member, _NOTHING).names

    def join(self, name: str, member: M, token: T) -> Joined:
        """Subscribe `member`; joining twice is joining once, and both questions are answered."""
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(name)
            self.size += topic.size
        holding = self._by_member.setdefault(member, _Holding())
        if name not in holding.names:
            holding.names.add(topic.name)  # the topic's own text, which all its members share
            holding.size += topic.size
        if member in topic.members:
            return Joined.READY
        if topic.ready:
            topic.members[member] = None
            return Joined.READY
        topic.waiting.setdefault(member, []).append(token)
        return Joined.WAITING

    def leave(self, name: str, member: M) -> list[T] | None:
        """Unsubscribe `member`; return its unanswered tokens, or None when it was not subscribed."""
        if not self.holds(name, member):
            return None
        topic = self._topics[name]
        self._forget(topic, member)
        topic.members.pop(member, None)
        return topic.waiting.pop(member, [])

    def drop(self, member: M) -> tuple[str, ...]:
        """Unsubscribe `member` from all its topics; return their names."""
        names = tuple(self._by_member.get(member, _NOTHING).names)
        for name in names:
            self.leave(name, member)
        return names

    def cancel(self, name: str) -> TopicOutcome[M, T]:
        """Unsubscribe everyone from the topic."""
        topic = self._topics.get(name)
        return TopicOutcome() if topic is None else self._expel(topic)

    def end(self, name: str) -> TopicOutcome[M, T]:
        """Unsubscribe the members, because the topic's producer has ended; who waits goes on waiting."""
        topic = self._topics.get(name)
        if topic is None:
            return TopicOutcome()
        topic.spent = topic.producing
        ended = tuple(topic.members)
        topic.members.clear()
        for member in ended:
            self._forget(topic, member)
        return TopicOutcome(ended=ended)

    def own(self, name: str, owned: bool) -> TopicOutcome[M, T]:
        """Note whether the topic is this process's to produce.

        Who waited for a start that is no longer ours to make is subscribed by that.
        """
        topic = self._topics.get(name)
        if topic is None:
            return TopicOutcome()
        topic.owned = owned
        return self._settle(topic)

    def next_step(self, name: str) -> TopicStep | None:
        """Return the step to take now, or None; the topic is busy until `finish`, forgotten when all is done."""
        topic = self._topics.get(name)
        if topic is None or topic.busy is not None:
            return None
        topic.busy = self._choose(topic)
        if topic.busy is None and not topic.wanted:
            del self._topics[name]
            self.size -= topic.size
        return topic.busy

    def finish(self, name: str, *, failed: bool = False, owned: bool = False) -> TopicOutcome[M, T]:
        """Note that the topic's step is done; `owned` says after OPEN whether to produce here.

        A step that failed to start something ends all subscriptions; one that failed to stop something counts
        as done, since nobody is left to be told.
        """
        topic = self._topics[name]
        step, topic.busy = topic.busy, None
        if step is TopicStep.OPEN and not failed:
            topic.opened, topic.owned = True, owned
        elif step is TopicStep.CREATE and not failed:
            topic.producing = True
        elif step is TopicStep.REMOVE:
            topic.producing = topic.spent = False
        elif step is TopicStep.CLOSE:
            topic.opened = topic.owned = False
        elif failed:
            return self._expel(topic)
        return self._settle(topic)

    @staticmethod
    def _choose(topic: Topic[M, T]) -> TopicStep | None:
        if topic.producing and (topic.spent or not (topic.wanted and topic.owned)):
            return TopicStep.REMOVE
        if not topic.wanted:
            return TopicStep.CLOSE if topic.opened else None
        if not topic.opened:
            return TopicStep.OPEN
        return TopicStep.CREATE if topic.owned and not topic.producing else None

    def _settle(self, topic: Topic[M, T]) -> TopicOutcome[M, T]:
        if not topic.ready:
            return TopicOutcome()
        arrived = tuple(topic.waiting.items())
        topic.members.update((member, None) for member, _ in arrived)
        topic.waiting.clear()
        return TopicOutcome(subscribed=arrived)

    def _expel(self, topic: Topic[M, T]) -> TopicOutcome[M, T]:
        outcome: TopicOutcome[M, T] = TopicOutcome(
            failed=tuple(topic.waiting.items()), ended=tuple(topic.members)
        )
        topic.waiting.clear()
        topic.members.clear()
        for member in (*(member for member, _ in outcome.failed), *outcome.ended):
            self._forget(topic, member)
        return outcome

    def _forget(self, topic: Topic[M, T], member: M) -> None:
        holding = self._by_member[member]
        holding.names.discard(topic.name)
        holding.size -= topic.size
        if not holding.names:
            del self._by_member[member]
