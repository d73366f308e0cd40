"""The part of a session that serves kept topics: publishes with positions, reads and compares them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from redis.exceptions import ResponseError

from wsgen_runtime.brokers.labels import OtherTypeError
from wsgen_runtime.brokers.redis.commands import Question
from wsgen_runtime.brokers.redis.following import Entry, Follower
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.messages import Numbered, Update
from wsgen_runtime.brokers.redis.positions import KeptBatch
from wsgen_runtime.brokers.redis.state import BrokerState, OpenTopic
from wsgen_runtime.brokers.redis.strangers import Strangers
from wsgen_runtime.protocol.positions import Position

_READS = 256  # topics that are read at once, if their histories are short
_CHECKS = 512  # topics that are compared at once
_MOST_RENEWALS = 3  # attempts to publish in a store that loses what it has
_SOON = 0.1  # seconds after which doubtful positions are compared


@dataclass(slots=True, eq=False)
class PositionWork:
    """The work on one link. `work` is set when the session has to look for what there is to do."""

    link: Link
    state: BrokerState
    strangers: Strangers
    work: asyncio.Event
    time: Callable[[], float]
    check_at: float = field(init=False)
    """When positions are to be compared next."""
    _checks: dict[bytes, list[tuple[Follower, Position]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.check_at = self.time() + self.state.check_every

    def hear(self, follower: Follower, message: Numbered | Update) -> None:
        """Pass a message on to a follower, and read or compare its position if that becomes necessary."""
        follower.hear(message)
        if follower.unread:
            self.state.ledger.read_soon(follower)
            self.work.set()
        elif follower.doubtful:
            follower.doubtful = False
            self.check_at = min(self.check_at, self.time() + _SOON)

    async def publish(self, batch: KeptBatch | None) -> None:
        """Publish a batch of topics with positions; what the store has lost begins another epoch, a few times."""
        ledger, tally = self.state.ledger, self.state.tally
        for _ in range(_MOST_RENEWALS):
            if batch is None:
                return
            batch.sent_at = batch.sent_at or self.time()
            batch.outlive(self.time())
            try:
                answers = await self.link.keep(ledger.sent, batch)
            except BaseException as error:  # a cancellation too leaves the batch in doubt
                if batch.again and isinstance(error, ResponseError):  # it fails each time
                    tally.dropped += ledger.give_up(batch)
                else:
                    batch.again, ledger.doubt = True, batch
                raise
            self.strangers.replaced(sum(answer.replaced for answer in answers))
            batch, dropped = ledger.settle(batch, answers)
            tally.dropped += dropped
        if batch is not None:
            tally.dropped += ledger.give_up(batch)

    async def read(self) -> bool:
        """Read the states of topics that need it; return whether there were any."""
        ledger = self.state.ledger
        followers = ledger.unread(_READS)
        if not followers:
            return False
        questions = [
            Question(it, "renew" if it.forked else "read", ledger.make_name()) for it in followers
        ]
        for question, reading in zip(questions, await self.link.read(questions), strict=True):
            follower = question.follower
            topic = self.state.topics.get(follower.topic.name)
            if topic is None or topic.follower is not follower:
                continue  # closed meanwhile
            if reading is not None:
                self.strangers.replaced(reading.replaced)
                entries = self._of_type(topic, reading.entries)
                follower.take(reading._replace(entries=entries))
            if follower.unread:
                ledger.read_soon(follower)
            topic.answer_if_read()
        return True

    def _of_type(self, topic: OpenTopic, entries: Sequence[Entry]) -> list[Entry]:
        """Return the entries without those of another service."""
        ours = []
        for entry in entries:
            try:
                if entry.label != topic.label:
                    self.strangers.compare(topic, entry.label)
            except OtherTypeError as why:
                self.strangers.reject(why)
            else:
                ours.append(entry)
        return ours

    async def check(self) -> None:
        """Now and then, compare the positions of all topics with the store, and leave out what was lost."""
        if self.time() < self.check_at:
            return
        self.check_at = self.time() + self.state.check_every
        ledger = self.state.ledger
        for follower in ledger.followers.values():
            if follower.topic.production is not None:
                ledger.mark(follower.topic)
        followers = [it for it in ledger.followers.values() if it.countable]
        for start in range(0, len(followers), _CHECKS):
            questions = [
                Question(it, "check", ledger.make_name())
                for it in followers[start : start + _CHECKS]
            ]
            readings = await self.link.read(questions)
            self.strangers.replaced(sum(reading.replaced for reading in readings if reading))
            pairs = zip(questions, readings, strict=True)
            doubtful = [
                (question.follower, reading.position)
                for question, reading in pairs
                if reading is not None and question.follower.is_behind(reading.position)
            ]
            if doubtful:
                name = ledger.make_name()
                self._checks[name] = doubtful
                await self.link.probe(name)

    def compare(self, name: object) -> None:
        """Read what followers have missed: all messages before the answer `name` have arrived."""
        for follower, position in self._checks.pop(name, ()) if isinstance(name, bytes) else ():
            if follower.is_behind(position):
                self.state.ledger.read_soon(follower)
                self.work.set()
