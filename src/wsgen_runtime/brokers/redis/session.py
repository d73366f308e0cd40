"""A session with Redis: the work on one link, from its first subscription until anything fails.

There are three tasks: one receives messages, one claims leases and publishes, one subscribes to channels. An
exception in any of them ends the session; the state that is left is used by the next session.
"""

import asyncio
import itertools
from collections.abc import Callable
from operator import itemgetter

from wsgen_runtime.brokers.labels import OtherTypeError
from wsgen_runtime.brokers.redis.leases import Claim, Turn
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.messages import Numbered, Update, read_message, read_told
from wsgen_runtime.brokers.redis.position_work import PositionWork
from wsgen_runtime.brokers.redis.positions import KeptSending
from wsgen_runtime.brokers.redis.state import BrokerState, OpenTopic, Release, Sending, settle
from wsgen_runtime.brokers.redis.strangers import Strangers

_BATCH = 512
_BATCH_BYTES = 1024 * 1024
_PAUSE = 0.002  # seconds in which updates gather behind a command, which costs more than an update
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
        self._strangers = Strangers(state.tally)
        self._positions = PositionWork(link, state, self._strangers, self._work, self._time)
        self._received_at = self._sent_at = self._time()
        self._busy = link.patience.busy

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
            busy = self._link.patience.busy - self._busy
            if self._time() - self._received_at - busy > self._silence:
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
            self._received_at, self._busy = self._time(), self._link.patience.busy
            if self._received_at - rested_at > _SLICE:
                # Messages that have arrived are read without waiting: many of them must not block other tasks.
                await asyncio.sleep(0)
                rested_at = self._time()
            if kind == b"message":
                self._receive(channel, content)
            elif kind == b"subscribe":
                self._confirm(channel)
            elif content:
                self._positions.compare(content)

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
                self._strangers.compare(topic, message.label)
            missed = topic.follow(message)
        except ValueError as why:  # an OtherTypeError too
            self._strangers.reject(why)
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
            self._positions.hear(topic.follower, message)

    def _hear_told(self, content: object) -> None:
        try:
            process, text = read_told(content)
        except ValueError as why:
            self._strangers.reject(why)
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
                self._strangers.compare(topic, message.label)
            except OtherTypeError:
                if follower is not None:
                    follower.pass_over(message)
                raise
        if follower is not None:
            self._positions.hear(follower, message)
        elif message.kind == "u":  # of a process in which the route has a history
            missed = topic.follow(Update(message.data, message.epoch.encode(), message.seq))
            state.tally.missed += missed
            if missed:
                state.host.lose(topic.name, missed)
            state.host.deliver(topic.name, message.data)
        if message.kind == "e":
            state.end(topic.name, message.data, self._received_at)

    # -- claiming and publishing

    async def _send_all(self) -> None:
        while self._awaited:
            await _wait(self._work, self._interval)
        while await self._claim():
            pass
        while self._state.ledger.has_due(self._state.outgoing.gone_so_far):
            await self._publish()
        while await self._positions.read():
            await self._claim()  # leases are renewed however long reading takes
        # Not earlier, since queued updates would be refused while this process has not claimed their leases.
        self._ready()
        while True:
            await self._claim()
            await self._publish()
            await self._positions.read()
            await self._positions.check()
            await self._count()
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
        ledger, outgoing = self._state.ledger, self._state.outgoing
        if ledger.doubt is not None:
            await self._positions.publish(ledger.doubt)
        await self._gather()
        taken = outgoing.take(_BATCH, _BATCH_BYTES)
        # The order matters only within a topic.
        batch = [each for each in taken if isinstance(each, Sending)]
        dropped = len(batch)
        try:
            if ledger.keeps:
                kept = [each for each in taken if isinstance(each, KeptSending)]
                await self._positions.publish(ledger.batch(kept, outgoing.gone_so_far, _BATCH))
            if batch:
                dropped = await self._link.publish(batch)
        finally:
            # Without an answer it is unknown whether Redis has published the batch; it is not sent again.
            self._state.tally.dropped += dropped
        if taken:
            self._sent_at = self._time()

    async def _gather(self) -> None:
        """Let updates join those that are queued, if something has just been sent and nothing waits for them."""
        pause = self._sent_at + _PAUSE - self._time()
        if pause > 0 and 0 < len(self._state.outgoing) < _BATCH and not self._state.releases:
            await asyncio.sleep(pause)

    async def _count(self) -> None:
        """Release the topics that no other process hears, of those that it is asked for."""
        state = self._state
        names = list(itertools.islice(state.to_count, _BATCH))
        for name in names:
            del state.to_count[name]
        if not names:
            return
        channels = [state.names.channel(name) for name in names]
        for name, count in zip(names, await self._link.count(channels), strict=True):
            if count <= 1:  # one is this process
                state.host.unheard(name)

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
        if len(state.outgoing) or state.releases or ledger.to_read or state.to_count:
            return
        if ledger.has_due(state.outgoing.gone_so_far):
            return
        rest = min(state.leases.next_claim - now, self._interval, self._positions.check_at - now)
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
