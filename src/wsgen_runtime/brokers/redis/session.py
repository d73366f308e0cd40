"""A session with Redis: the work on one link, from its first subscription until anything fails.

There are three tasks: one receives messages, one claims leases and publishes, one subscribes to channels. An
exception in any of them ends the session; the state that is left is used by the next session.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence
from operator import itemgetter

from redis.exceptions import ResponseError

from wsgen_runtime.brokers.labels import Difference, OtherTypeError, compare
from wsgen_runtime.brokers.redis.commands import Question
from wsgen_runtime.brokers.redis.following import Entry, Follower, Reading
from wsgen_runtime.brokers.redis.leases import Claim, Turn
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.messages import Numbered, Update, read_message, read_told
from wsgen_runtime.brokers.redis.positions import KeptBatch, KeptSending
from wsgen_runtime.brokers.redis.state import BrokerState, OpenTopic, Release, Sending, settle
from wsgen_runtime.protocol.positions import Position

_log = logging.getLogger("wsgen_runtime")

_BATCH = 512
_BATCH_BYTES = 1024 * 1024
_READS = 256  # topics that are read at once, if their histories are short
_MOST_RENEWALS = 3  # attempts to publish in a store that loses what it has
_SOON = 0.1  # seconds after which doubtful positions are compared
_MOST_WARNINGS = 100  # different complaints about received messages that are logged
_SLICE = 0.002  # seconds after which receiving pauses, to let other tasks run


class RedisSession:
    """The work on one link. `ready` is called once all topics have been subscribed and claimed again.

    `run` raises TimeoutError, among others, if nothing is received for `silence` seconds although Redis was
    asked.
    """

    def __init__(
        self, link: Link, state: BrokerState, *, silence: float, ready: Callable[[], None]
    ) -> None:
        self._link = link
        self._state = state
        self._silence = silence
        self._ready = ready
        self._time = asyncio.get_running_loop().time
        self._interval = state.leases.interval
        self._control = state.names.control()
        self._changes = [(True, channel) for channel in (*state.by_channel, self._control)]
        self._changed = asyncio.Event()
        self._awaited = {*state.by_channel, self._control}
        self._work = asyncio.Event()
        self._check_at = self._time() + state.check_every
        self._checks: dict[bytes, list[tuple[Follower, Position]]] = {}
        self._received_at = self._sent_at = self._time()

    async def run(self) -> None:
        """Serve until something fails."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._send_all())
            tasks.create_task(self._change_subscriptions())

    def subscribe(self, channel: bytes) -> None:
        """Receive the messages of `channel`."""
        self._changes.append((True, channel))
        self._changed.set()

    def unsubscribe(self, channel: bytes) -> None:
        """Stop receiving the messages of `channel`."""
        self._changes.append((False, channel))
        self._changed.set()
        self._confirm(channel)

    def wake(self) -> None:
        """Make the session look for messages to publish and leases to release."""
        self._work.set()

    # -- subscribing

    async def _change_subscriptions(self) -> None:
        while True:
            changes, self._changes = self._changes, []
            for wanted, group in itertools.groupby(changes, key=itemgetter(0)):
                channels = [channel for _, channel in group]
                for start in range(0, len(channels), _BATCH):
                    tell = self._link.subscribe if wanted else self._link.unsubscribe
                    await tell(channels[start : start + _BATCH])
            await self._link.probe()
            await _wait(self._changed, self._interval)
            if self._time() - self._received_at > self._silence:
                raise TimeoutError(f"nothing was received for {self._silence:.1f} s")

    def _confirm(self, channel: bytes) -> None:
        self._awaited.discard(channel)
        topic = self._state.by_channel.get(channel)
        if topic is not None:
            if topic.follower is not None:
                self._state.ledger.read_soon(topic.follower)
            if not self._state.leases.hear(topic.name, self._time()):
                topic.decide()  # the lease is claimed later
        self._work.set()

    # -- receiving

    async def _listen(self) -> None:
        rested_at = self._time()
        while True:
            kind, channel, content = await self._link.receive()
            self._received_at = self._time()
            if self._received_at - rested_at > _SLICE:
                # Messages that have arrived are read without waiting: many of them must not block other tasks.
                await asyncio.sleep(0)
                rested_at = self._time()
            if kind == b"message":
                self._receive(channel, content)
            elif kind == b"subscribe":
                self._confirm(channel)
            elif content:
                self._compare_positions(content)

    def _receive(self, channel: bytes, content: object) -> None:
        state = self._state
        topic = state.by_channel.get(channel)
        if topic is None:
            if channel == self._control:
                self._hear_told(content)
            return  # or the topic was closed meanwhile
        try:
            message = read_message(content)
            if message is None:
                state.leases.hint(topic.name, self._received_at)
                self._work.set()
                return
            if isinstance(message, Numbered):
                self._receive_numbered(topic, message)
                return
            if message.label != topic.label and not message.ends:
                self._compare(topic, message.label)
            missed = topic.follow(message)
        except OtherTypeError as why:
            self._warn_once(str(why), "%s", why)
            state.tally.rejected += 1
            return
        except ValueError as why:
            self._warn_once("", "a message on a channel of this app in Redis is ignored: %s", why)
            state.tally.rejected += 1
            return
        if missed:
            state.tally.missed += missed
            if topic.follower is None:
                state.host.lose(topic.name, missed)
            else:
                topic.follower.skip(missed)
        if message.ends:
            state.end(topic.name, message.data, self._received_at)
        elif topic.follower is None:
            state.host.deliver(topic.name, message.data)
        else:
            self._hear(topic.follower, message)

    def _hear_told(self, content: object) -> None:
        try:
            process, text = read_told(content)
        except ValueError as why:
            self._warn_once("", "a message on a channel of this app in Redis is ignored: %s", why)
            self._state.tally.rejected += 1
            return
        if process != self._state.process:
            self._state.host.hear(text)

    def _receive_numbered(self, topic: OpenTopic, message: Numbered) -> None:
        """Receive a message about a topic with positions; raises OtherTypeError and ValueError."""
        state, follower = self._state, topic.follower
        if message.kind == "a":
            if state.leases.holds(topic.name, self._received_at):
                state.host.wanted_snapshot(topic.name)
            return
        if message.kind in "us" and message.label != topic.label:
            try:
                self._compare(topic, message.label)
            except OtherTypeError:
                if follower is not None:
                    follower.pass_over(message)
                raise
        if follower is not None:
            self._hear(follower, message)
        elif message.kind == "u":  # of a process in which the route has a history
            missed = topic.follow(Update(message.data, message.epoch.encode(), message.seq))
            state.tally.missed += missed
            if missed:
                state.host.lose(topic.name, missed)
            state.host.deliver(topic.name, message.data)
        if message.kind == "e":
            state.end(topic.name, message.data, self._received_at)

    def _hear(self, follower: Follower, message: Numbered | Update) -> None:
        follower.hear(message)
        if follower.unread:
            self._state.ledger.read_soon(follower)
            self._work.set()
        elif follower.doubtful:
            follower.doubtful = False
            self._check_at = min(self._check_at, self._received_at + _SOON)

    def _compare(self, topic: OpenTopic, label: str) -> None:
        """Raise OtherTypeError for an update of another service; log once that there is another version."""
        difference = compare(topic.label, label)
        if difference is Difference.TYPE:
            raise OtherTypeError(topic.label, label)
        if difference is Difference.SCHEMA:
            self._warn_once(
                topic.label,
                "updates of `%s` come from a process with another schema of the data, and are delivered",
                topic.label.rpartition("/")[0],
            )

    def _warn_once(self, key: str, message: str, *arguments: object) -> None:
        logged = self._state.tally.logged
        if key not in logged and len(logged) < _MOST_WARNINGS:
            logged.add(key)
            _log.warning(message, *arguments)

    # -- claiming and publishing

    async def _send_all(self) -> None:
        while self._awaited:
            await _wait(self._work, self._interval)
        while await self._claim():
            pass
        while self._state.ledger.has_due(self._state.outgoing.gone_so_far):
            await self._publish()
        while await self._read():
            await self._claim()  # leases are renewed however long reading takes
        # Not earlier, since queued updates would be refused while this process has not claimed their leases.
        self._ready()
        while True:
            await self._claim()
            await self._publish()
            await self._read()
            await self._check()
            await self._release()
            await self._rest()

    async def _claim(self) -> bool:
        """Claim the leases that are due; return whether there were any."""
        state, now = self._state, self._time()
        state.expire(now)
        claims = state.leases.claims(now, _BATCH)
        if not claims:
            return False
        keys = [(state.topics[claim.topic].lease, claim.token) for claim in claims]
        answers = await self._link.claim(keys, state.leases.ttl)
        asked_at, now = now, self._time()
        self._sent_at = now
        state.expire(now)
        for claim, rest in zip(claims, answers, strict=True):
            if rest > 0:
                self._take(claim, state.leases.refuse(claim, rest, now))
            else:
                self._take(claim, state.leases.grant(claim, asked_at, now))
        return True

    def _take(self, claim: Claim, turn: Turn) -> None:
        state, name = self._state, claim.topic
        if turn is Turn.USELESS:
            state.give_back(state.names.lease(name), claim.token, state.names.channel(name))
        elif turn is Turn.GAINED:
            state.ledger.gain(name, claim.token)
            state.host.own(name, True)
        elif turn is Turn.LOST:
            state.ledger.stop(name)
            state.host.own(name, False)
        topic = state.topics.get(name)
        if topic is not None:
            topic.decide()

    async def _publish(self) -> None:
        ledger = self._state.ledger
        if ledger.doubt is not None:
            await self._keep(ledger.doubt)
        taken = self._state.outgoing.take(_BATCH, _BATCH_BYTES)
        # The order matters only within a topic.
        batch = [each for each in taken if isinstance(each, Sending)]
        kept = [each for each in taken if isinstance(each, KeptSending)] if ledger.keeps else ()
        dropped = len(batch)
        try:
            await self._keep(ledger.batch(kept, self._state.outgoing.gone_so_far, _BATCH))
            if not batch:
                return
            dropped = await self._link.publish(batch)
        finally:
            # Without an answer it is unknown whether Redis has published the batch; it is not sent again.
            self._state.tally.dropped += dropped
        self._sent_at = self._time()

    async def _keep(self, batch: KeptBatch | None) -> None:
        """Publish a batch of topics with positions; what the store has lost begins another epoch, a few times."""
        ledger, tally = self._state.ledger, self._state.tally
        for _ in range(_MOST_RENEWALS):
            if batch is None:
                return
            batch.sent_at = batch.sent_at or self._time()
            batch.outlive(self._time())
            try:
                answers = await self._link.keep(ledger.sent, batch)
            except BaseException as error:
                if batch.again and isinstance(error, ResponseError):  # it fails each time
                    tally.dropped += ledger.give_up(batch)
                else:
                    batch.again, ledger.doubt = True, batch
                raise
            self._sent_at = self._time()
            batch, dropped = ledger.settle(batch, answers)
            tally.dropped += dropped
        if batch is not None:
            tally.dropped += ledger.give_up(batch)

    async def _read(self) -> bool:
        """Read the states of topics that need it; return whether there were any."""
        ledger = self._state.ledger
        followers = ledger.unread(_READS)
        if not followers:
            return False
        questions = [
            Question(it, "renew" if it.forked else "read", ledger.make_name()) for it in followers
        ]
        for question, reading in zip(questions, await self._link.read(questions), strict=True):
            follower = question.follower
            topic = self._state.topics.get(follower.topic.name)
            if topic is None or topic.follower is not follower:
                continue  # closed meanwhile
            if reading is not None:
                entries = self._of_type(topic, reading.entries)
                follower.take(Reading(reading.position, entries))
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
                    self._compare(topic, entry.label)
            except OtherTypeError as why:
                self._warn_once(str(why), "%s", why)
                self._state.tally.rejected += 1
            else:
                ours.append(entry)
        return ours

    async def _check(self) -> None:
        """Now and then, compare the positions of all topics with the store, and leave out what was lost."""
        if self._time() < self._check_at:
            return
        self._check_at = self._time() + self._state.check_every
        ledger = self._state.ledger
        for follower in ledger.followers.values():
            if follower.topic.production is not None:
                ledger.mark(follower.topic)
        followers = [it for it in ledger.followers.values() if it.countable]
        for start in range(0, len(followers), _BATCH):
            questions = [
                Question(it, "check", ledger.make_name())
                for it in followers[start : start + _BATCH]
            ]
            readings = await self._link.read(questions)
            pairs = zip(questions, readings, strict=True)
            doubtful = [
                (question.follower, reading.position)
                for question, reading in pairs
                if reading is not None and question.follower.is_behind(reading.position)
            ]
            if doubtful:
                name = ledger.make_name()
                self._checks[name] = doubtful
                await self._link.probe(name)

    def _compare_positions(self, name: object) -> None:
        """Read what followers have missed: all messages before the answer `name` have arrived."""
        for follower, position in self._checks.pop(name, ()) if isinstance(name, bytes) else ():
            if follower.is_behind(position):
                self._state.ledger.read_soon(follower)
                self._work.set()

    async def _release(self) -> None:
        releases, gone = self._state.releases, self._state.outgoing.gone_so_far
        batch: list[Release] = []
        while releases and releases[0].after <= gone and len(batch) < _BATCH:
            batch.append(releases.popleft())
        if not batch:
            return
        try:
            await self._link.release([(each.lease, each.token, each.channel) for each in batch])
        finally:
            settle(batch)

    async def _rest(self) -> None:
        """Wait until there is something to do, and keep the connection alive."""
        state, now = self._state, self._time()
        ledger = state.ledger
        if len(state.outgoing) or state.releases or ledger.to_read:
            return
        if ledger.has_due(state.outgoing.gone_so_far):
            return
        rest = min(state.leases.next_claim - now, self._interval, self._check_at - now)
        if rest > 0:
            await _wait(self._work, rest)
        if self._time() - self._sent_at >= self._interval:
            await self._link.ping()
            self._sent_at = self._time()


async def _wait(event: asyncio.Event, within: float) -> None:
    """Wait for `event` and clear it; return after `within` seconds at the latest."""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
