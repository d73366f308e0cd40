"""The ledger: what of kept topics waits to be published or read; it outlives a connection."""

import itertools
from collections.abc import Callable, Iterable, Sequence

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.brokers.redis.following import Follower
from wsgen_runtime.brokers.redis.messages import RedisNames
from wsgen_runtime.brokers.redis.positions import (
    Answer,
    Group,
    KeptBatch,
    KeptSending,
    KeptTopic,
    KeptTopics,
    Kind,
    Outcome,
    Production,
)


class Ledger:
    """The kept topics of one process, with their productions and followers.

    `put_so_far` returns how many messages were queued so far, and `ask` requests a state of a topic.
    """

    def __init__(
        self,
        host: BrokerHost,
        names: RedisNames,
        process: str,
        put_so_far: Callable[[], int],
        ask: Callable[[str], None],
    ) -> None:
        self.keeps = host.keeps
        """Whether there are topics whose updates have positions."""
        self.sent = names.sent(process)
        self.doubt: KeptBatch | None = None
        """The batch that was not answered, which is sent again before all others."""
        self.followers: dict[str, Follower] = {}
        self.to_read: dict[str, None] = {}
        """The topics whose state has to be read, in this order."""
        self._host = host
        self._topics = KeptTopics(names)
        self._put_so_far = put_so_far
        self._ask = ask
        self._due: dict[KeptTopic, int] = {}
        self._unique = (b"%b-%d" % (process.encode(), n) for n in itertools.count(1))

    def make_name(self) -> bytes:
        """Return a name that nobody else uses, as part of an epoch or for a batch."""
        return next(self._unique)

    def _make_epoch(self) -> str:
        return f"0.{self.make_name().decode()}"

    # -- topics

    def follow(self, name: str, label: str) -> Follower | None:
        """Return the follower of a topic that is open from now on, or None if its updates have no positions."""
        keeping = self._host.kept(name) if self.keeps else None
        if keeping is None:
            return None
        topic = self._topics.open(name, keeping, label)
        follower = Follower(topic, self._host, self._make_epoch, self._ask)
        self.followers[name] = follower
        return follower

    def close(self, name: str) -> None:
        """Note that the topic is no longer open."""
        if self.followers.pop(name, None) is not None:
            self.to_read.pop(name, None)
            self._topics.close(name)

    def read_soon(self, follower: Follower) -> None:
        """Read the state of a topic whose channel is heard, unless it was closed meanwhile."""
        follower.unread = True
        if self.followers.get(follower.topic.name) is follower:
            self.to_read[follower.topic.name] = None

    def known(self, name: str) -> KeptTopic | None:
        """Return the topic, open or not, or None if its updates have no positions."""
        follower = self.followers.get(name)
        if follower is not None:
            return follower.topic
        keeping = self._host.kept(name) if self.keeps else None
        if keeping is None:
            return None
        return self._topics.know(name, keeping, self._host.label(name))

    # -- productions

    def gain(self, name: str, token: bytes) -> None:
        """Begin an epoch, since this process produces the topic from now on."""
        follower = self.followers.get(name)
        if follower is not None:
            follower.topic.production = Production(token, self.make_name())
            self.mark(follower.topic)
            self.read_soon(follower)

    def stop(self, name: str) -> None:
        """Note that this process no longer produces the topic."""
        follower = self.followers.get(name)
        if follower is not None:
            follower.topic.production = None

    def begin(self, name: str, number: int) -> None:
        """Begin an epoch after update `number`, unless one has begun with the lease and not been used."""
        follower = self.followers.get(name)
        production = None if follower is None else follower.topic.production
        if follower is None or production is None:
            return
        if production.fresh and production.epoch and production.epoch == follower.known.epoch:
            self._host.stand(name, follower.known, (), continued=True)
        if not production.fresh:
            begun = Production(production.token, self.make_name(), gone=number, dealt=number)
            follower.topic.production = begun
            self.mark(follower.topic)
        follower.topic.production.fresh = False  # type: ignore[union-attr] # set above

    def skip(self, name: str, number: int) -> None:
        """Leave out the numbers of the producer up to `number`."""
        follower = self.followers.get(name)
        production = None if follower is None else follower.topic.production
        if follower is not None and production is not None:
            production.skipped = number
            self.mark(follower.topic)

    def mark(self, topic: KeptTopic) -> None:
        """Visit a topic in Redis once all that is queued now is gone, even if there is nothing to publish."""
        self._due[topic] = self._put_so_far()

    def lose(self, sending: KeptSending) -> None:
        """Note that a message was dropped."""
        self._lose(sending.topic, sending.production, (sending,))

    def _lose(
        self, topic: KeptTopic, production: Production | None, lost: Iterable[KeptSending]
    ) -> None:
        for sending in lost:
            if production is not None:
                production.gone = max(production.gone, sending.number)
                production.owes_state |= sending.kind is Kind.SNAPSHOT
            elif sending.kind is Kind.UPDATE:
                topic.lost += 1
        self.mark(topic)

    # -- batches

    def has_due(self, gone: int) -> bool:
        """Return whether there is something to publish besides messages, when `gone` have left the queue."""
        return self.doubt is not None or any(after <= gone for after in self._due.values())

    def batch(self, sendings: Sequence[KeptSending], gone: int, most: int) -> KeptBatch | None:
        """Return the next batch: `sendings`, and the topics that are due when `gone` have left the queue."""
        groups: list[Group] = []
        latest: dict[KeptTopic, Group] = {}

        def group_of(topic: KeptTopic, production: Production | None) -> Group:
            group = latest.get(topic)
            if group is None or group.production is not production:
                group = latest[topic] = Group(topic, production, epoch=topic.top.epoch)
                groups.append(group)
                if production is None:
                    group.last, topic.lost = topic.lost, 0
            return group

        for sending in sendings:
            group = group_of(sending.topic, sending.production)
            group.sendings.append(sending)
            if sending.production is not None:
                sending.production.gone = max(sending.production.gone, sending.number)
                group.last = sending.production.gone
        for topic in [it for it, after in self._due.items() if after <= gone][:most]:
            del self._due[topic]
            production = topic.production
            if topic.lost:
                group_of(topic, None)
            if production is not None:
                production.gone = max(production.gone, production.skipped)
                group_of(topic, production).last = production.gone
        return KeptBatch(self.make_name(), groups) if groups else None

    def settle(self, batch: KeptBatch, answers: Sequence[Answer]) -> tuple[KeptBatch | None, int]:
        """Note what Redis has done; return what to publish in another epoch, and how many were dropped."""
        self.doubt = None
        dropped, rest = 0, []
        renewed: set[Production] = set()
        for group, answer in zip(batch.groups, answers, strict=True):
            production = group.production
            if answer.outcome is Outcome.REFUSED:
                dropped += len(group.sendings)
            elif answer.outcome is Outcome.PUBLISHED or production is None:
                group.topic.see(answer.position)
                if production is not None:
                    production.epoch = answer.position.epoch
                    production.dealt = max(production.dealt, group.last)
                    self._owe(group.topic, production)
            else:
                group.topic.see(answer.position)
                if production not in renewed:
                    production.renew(self.make_name())
                    renewed.add(production)
                if batch.again:  # it may have been published in the state that is lost
                    dropped += len(group.sendings)
                    self.mark(group.topic)
                else:
                    rest.append(group)
        return (KeptBatch(self.make_name(), rest) if rest else None), dropped

    def give_up(self, batch: KeptBatch) -> int:
        """Note that a batch cannot be published; return how many updates were dropped."""
        self.doubt = None
        for group in batch.groups:
            if group.production is None:
                group.topic.lost += group.last
            self._lose(group.topic, group.production, group.sendings)
        return sum(len(group.sendings) for group in batch.groups)

    def _owe(self, topic: KeptTopic, production: Production) -> None:
        """Request a state again in place of one that was dropped."""
        if production.owes_state and topic.production is production:
            production.owes_state = False
            self._host.wanted_snapshot(topic.name)

    # -- reading

    def unread(self, most: int) -> list[Follower]:
        """Return followers whose state has to be read; each of them once."""
        names = list(itertools.islice(self.to_read, most))
        for name in names:
            del self.to_read[name]
        return [self.followers[name] for name in names]

    def disconnect(self) -> None:
        """Note that nothing is heard; all states are read again."""
        self.to_read.clear()
        for follower in self.followers.values():
            follower.disconnect()
