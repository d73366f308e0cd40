"""Who is subscribed to what, without I/O: each change says what is to be done next.

A topic goes through four steps, one at a time: the broker opens it, its producer is created, the producer is
removed, the broker closes it. In between, the broker may read its position. The next step depends only on the
state of the topic: whether anyone is subscribed, whether it lives on without subscribers, whether it is open and
to be produced by this process, and whether it has a producer. Therefore, a subscriber who comes while the last
one leaves, a failed start, and a producer that moves to another process need no special code.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, TypeVar

from wsgen_runtime.protocol.frames import size_of

M = TypeVar("M", bound=Hashable)
T = TypeVar("T")


class TopicStep(Enum):
    """A step of a topic; its end is reported by `TopicIndex.finish`."""

    OPEN = auto()
    CREATE = auto()
    READ = auto()
    """The position is read, since someone who comes back may have had more than this process."""
    REMOVE = auto()
    CLOSE = auto()


class Joined(Enum):
    """The state of a new subscription."""

    READY = auto()
    """The member is subscribed."""
    WAITING = auto()
    """The member will be subscribed when the next steps of the topic have succeeded."""


@dataclass(slots=True, eq=False)
class Topic(Generic[M, T]):
    """One topic: its members, and those who wait for its start, with the tokens of their requests.

    Those in `syncing` are subscribed and get no updates until they have got a state; some have tokens. `size` is
    that of its name in bytes.
    """

    name: str
    size: int
    members: dict[M, None] = field(default_factory=dict)
    waiting: dict[M, list[T]] = field(default_factory=dict)
    syncing: dict[M, list[T]] = field(default_factory=dict)
    opened: bool = False
    owned: bool = False
    producing: bool = False
    spent: bool = False
    """Whether the producer has ended: it is removed, and created again for the next subscriber."""
    busy: TopicStep | None = None
    behind: bool = False
    """Whether its position has to be read before those who wait are subscribed."""
    lives_on: bool = False
    """Whether it goes on without subscribers, until `TopicIndex.expire`."""

    @property
    def wanted(self) -> bool:
        """Return whether anyone is subscribed or waits for the start."""
        return bool(self.members or self.waiting or self.syncing)

    @property
    def starting(self) -> bool:
        """Return whether someone waits for the start, and so for the updates that follow it."""
        return bool(self.waiting) and self.busy is not TopicStep.READ

    @property
    def subscribed(self) -> tuple[M, ...]:
        """Return those whose requests to subscribe were answered; some may wait for another state."""
        return *self.members, *(member for member, tokens in self.syncing.items() if not tokens)

    @property
    def lingers(self) -> bool:
        """Return whether it goes on although it has no subscribers."""
        return self.lives_on and not self.wanted

    @property
    def ready(self) -> bool:
        """Return whether the topic has started: with a producer here, or in the process that owns the topic.

        And whether nothing has to be read before someone is subscribed.
        """
        started = self.opened and self.producing is self.owned and not self.spent
        return started and self.busy is None and not self.behind


@dataclass(frozen=True, slots=True)
class TopicOutcome(Generic[M, T]):
    """The members that a change of a topic affects, each of whom is to be told."""

    subscribed: tuple[tuple[M, list[T]], ...] = ()
    failed: tuple[tuple[M, list[T]], ...] = ()
    ended: tuple[M, ...] = ()


@dataclass(slots=True, eq=False)
class Holding:
    """The names of the topics of one member, and their size in bytes."""

    names: set[str] = field(default_factory=set)
    size: int = 0


_NOTHING = Holding()


class TopicIndex(Generic[M, T]):
    """All topics with subscribers, by name, and the topics of each member.

    `size` is the total size of the names in bytes.
    """

    def __init__(self) -> None:
        self.size = 0
        self._topics: dict[str, Topic[M, T]] = {}
        self._by_member: dict[M, Holding] = {}

    def __len__(self) -> int:
        """Return the number of topics that have subscribers or are in a step."""
        return len(self._topics)

    def __contains__(self, name: str) -> bool:
        return name in self._topics

    def __getitem__(self, name: str) -> Topic[M, T]:
        return self._topics[name]

    def get(self, name: str) -> Topic[M, T] | None:
        """Return the topic, or None."""
        return self._topics.get(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of the topics that have subscribers or are in a step."""
        return tuple(name for name, topic in self._topics.items() if not topic.lingers)

    def clear(self) -> None:
        """Remove everything."""
        self.size = 0
        self._topics.clear()
        self._by_member.clear()

    def held_by(self, member: M) -> Holding:
        """Return the topics that `member` is subscribed to or waits for."""
        return self._by_member.get(member, _NOTHING)

    def unanswered(self, name: str, member: M) -> int:
        """Return how many requests of `member` wait for the start of the topic, or for its state."""
        topic = self._topics.get(name)
        if topic is None:
            return 0
        return len(topic.waiting.get(member, ())) + len(topic.syncing.get(member, ()))

    def join(
        self, name: str, member: M, token: T, *, lives_on: bool = False, behind: bool = False
    ) -> Joined:
        """Subscribe `member`; joining again changes nothing, but each request is answered.

        With `lives_on`, the topic goes on after its last member has left, until `expire`. With `behind`, its
        position is read before the member is subscribed.
        """
        topic = self._topics.get(name) or self._add(name)
        topic.lives_on = lives_on
        holding = self._by_member.get(member)
        if holding is None:
            holding = self._by_member[member] = Holding()
        if name not in holding.names:
            holding.names.add(topic.name)  # the same object for all members, to save memory
            holding.size += topic.size
        if member in topic.members or member in topic.syncing:
            return Joined.READY
        topic.behind = topic.behind or behind
        if topic.ready:
            topic.members[member] = None
            return Joined.READY
        topic.waiting.setdefault(member, []).append(token)
        return Joined.WAITING

    def keep(self, name: str) -> None:
        """Let the topic go on, or start, without members, until `expire`."""
        topic = self._topics.get(name) or self._add(name)
        topic.lives_on = True

    def expire(self, name: str) -> None:
        """Let the topic go on only while it has members."""
        topic = self._topics.get(name)
        if topic is not None:
            topic.lives_on = False

    def leave(self, name: str, member: M) -> list[T] | None:
        """Unsubscribe `member`; return its unanswered tokens, or None if it was not subscribed."""
        if name not in self.held_by(member).names:
            return None
        topic = self._topics[name]
        self._forget(topic, member)
        topic.members.pop(member, None)
        return topic.waiting.pop(member, []) + topic.syncing.pop(member, [])

    def sync(self, name: str, member: M, *tokens: T) -> None:
        """Let a member of the topic wait for a state."""
        topic = self._topics[name]
        topic.members.pop(member, None)
        topic.syncing.setdefault(member, []).extend(tokens)

    def synced(self, name: str, ready: Callable[[M], bool]) -> tuple[tuple[M, list[T]], ...]:
        """Return those who waited for a state and are `ready` for it, with their tokens; they are members now."""
        topic = self._topics[name]
        arrived = tuple(item for item in topic.syncing.items() if ready(item[0]))
        for member, _ in arrived:
            del topic.syncing[member]
            topic.members[member] = None
        return arrived

    def unsynced(self, name: str, ready: Callable[[M], bool]) -> TopicOutcome[M, T]:
        """Unsubscribe those who waited for a state and are `ready` for it, since there is none."""
        topic = self._topics[name]
        gone = tuple(item for item in topic.syncing.items() if ready(item[0]))
        for member, _ in gone:
            del topic.syncing[member]
            self._forget(topic, member)
        return TopicOutcome((), *_divided(gone))

    def drop(self, member: M) -> tuple[str, ...]:
        """Unsubscribe `member` from all its topics; return their names."""
        names = tuple(self.held_by(member).names)
        for name in names:
            self.leave(name, member)
        return names

    def cancel(self, name: str) -> TopicOutcome[M, T]:
        """Unsubscribe everyone from the topic."""
        topic = self._topics.get(name)
        return TopicOutcome() if topic is None else self._expel(topic)

    def end(self, name: str) -> TopicOutcome[M, T]:
        """Unsubscribe all members, since the producer has ended; those who wait for the start go on waiting.

        Those who wait for a state and have a token have failed to subscribe.
        """
        topic = self._topics.get(name)
        if topic is None:
            return TopicOutcome()
        topic.spent = topic.producing
        topic.lives_on = topic.lives_on and bool(topic.waiting)
        return self._dismiss(topic, ())

    def own(self, name: str, owned: bool) -> TopicOutcome[M, T]:
        """Note whether this process is to produce the topic.

        If it is not, those who waited for its producer are subscribed at once.
        """
        topic = self._topics.get(name)
        if topic is None:
            return TopicOutcome()
        topic.owned = owned
        return self._settle(topic)

    def next_step(self, name: str) -> TopicStep | None:
        """Return the next step, or None; the topic is busy until `finish`, and removed if nobody wants it."""
        topic = self._topics.get(name)
        if topic is None or topic.busy is not None:
            return None
        if topic.owned and not topic.producing and not topic.wanted:
            # A producer is not started for nobody: a process that has subscribers is to produce the topic.
            topic.lives_on = False
        topic.busy = self._choose(topic)
        if topic.busy is None and not (topic.wanted or topic.lives_on):
            del self._topics[name]
            self.size -= topic.size
        return topic.busy

    def finish(self, name: str, *, failed: bool = False, owned: bool = False) -> TopicOutcome[M, T]:
        """Note that the step of the topic has ended; `owned` says after OPEN whether to produce it here.

        If OPEN or CREATE has failed, all subscriptions end. A failure of REMOVE or CLOSE is ignored, since nobody
        is left to be told, and so is one of READ.
        """
        topic = self._topics[name]
        step, topic.busy = topic.busy, None
        if step is TopicStep.OPEN and not failed:
            topic.opened, topic.owned = True, owned
        elif step is TopicStep.CREATE and not failed:
            topic.producing = True
        elif step is TopicStep.READ:
            topic.behind = (
                False  # also for those who have come meanwhile, so that nobody waits for long
            )
        elif step is TopicStep.REMOVE:
            topic.producing = topic.spent = False
        elif step is TopicStep.CLOSE:
            topic.opened = topic.owned = topic.behind = False
        elif failed:
            topic.lives_on = False
            return self._expel(topic)
        return self._settle(topic)

    @staticmethod
    def _choose(topic: Topic[M, T]) -> TopicStep | None:
        wanted = topic.wanted or topic.lives_on
        if topic.producing and (topic.spent or not (wanted and topic.owned)):
            return TopicStep.REMOVE
        if not wanted:
            return TopicStep.CLOSE if topic.opened else None
        if not topic.opened:
            return TopicStep.OPEN
        if topic.owned and not topic.producing:
            return TopicStep.CREATE
        return TopicStep.READ if topic.behind else None

    def _add(self, name: str) -> Topic[M, T]:
        topic = self._topics[name] = Topic(name, size_of(name))
        self.size += topic.size
        return topic

    def _settle(self, topic: Topic[M, T]) -> TopicOutcome[M, T]:
        if not topic.ready:
            return TopicOutcome()
        arrived = tuple(topic.waiting.items())
        topic.members.update((member, None) for member, _ in arrived)
        topic.waiting.clear()
        return TopicOutcome(subscribed=arrived)

    def _expel(self, topic: Topic[M, T]) -> TopicOutcome[M, T]:
        waiting = tuple(topic.waiting.items())
        topic.waiting.clear()
        return self._dismiss(topic, waiting)

    def _dismiss(
        self, topic: Topic[M, T], failed: tuple[tuple[M, list[T]], ...]
    ) -> TopicOutcome[M, T]:
        """Unsubscribe the `failed` ones, and all who were subscribed."""
        unanswered, answered = _divided(topic.syncing.items())
        outcome = TopicOutcome((), (*failed, *unanswered), (*topic.members, *answered))
        topic.members.clear()
        topic.syncing.clear()
        for member in (*(member for member, _ in outcome.failed), *outcome.ended):
            self._forget(topic, member)
        return outcome

    def _forget(self, topic: Topic[M, T], member: M) -> None:
        holding = self._by_member[member]
        holding.names.discard(topic.name)
        holding.size -= topic.size
        if not holding.names:
            del self._by_member[member]


def _divided(
    syncing: Iterable[tuple[M, list[T]]],
) -> tuple[tuple[tuple[M, list[T]], ...], tuple[M, ...]]:
    """Return those who have tokens, with these, and those who have none."""
    unanswered, answered = [], []
    for member, tokens in syncing:
        if tokens:
            unanswered.append((member, tokens))
        else:
            answered.append(member)
    return tuple(unanswered), tuple(answered)
