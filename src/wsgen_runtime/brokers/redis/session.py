"""One connection's life, from its first subscription until anything about it fails.

Three tasks: one listens, one asks and publishes, one says which channels to hear. An exception in any of them
ends the session; what it leaves is the broker's to carry into the next one.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from operator import itemgetter

from wsgen_runtime.brokers.labels import Difference, OtherTypeError, compare
from wsgen_runtime.brokers.redis.leases import Claim, Turn
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.messages import Released, read_message
from wsgen_runtime.brokers.redis.state import BrokerState, OpenTopic, Release, settle

_log = logging.getLogger("wsgen_runtime")

_BATCH = 512
_BATCH_BYTES = 1024 * 1024
_MOST_TOLD = 100  # different complaints about what arrives
_SLICE = 0.002  # for so many seconds at a time the loop is ours


class RedisSession:
    """What this process does with one link. `ready` is called once all topics are heard and claimed again.

    Raises TimeoutError, among others, when nothing is heard for `silence` seconds in spite of questions.
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
        self._changes = [(True, channel) for channel in state.by_channel]
        self._changed = asyncio.Event()
        self._awaited = set(state.by_channel)
        self._work = asyncio.Event()
        self._heard_at = self._said_at = self._time()

    async def run(self) -> None:
        """Serve until something fails."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._speak())
            tasks.create_task(self._tune())

    def subscribe(self, channel: bytes) -> None:
        """Hear `channel`."""
        self._changes.append((True, channel))
        self._changed.set()

    def unsubscribe(self, channel: bytes) -> None:
        """Hear `channel` no more."""
        self._changes.append((False, channel))
        self._changed.set()
        self._confirm(channel)

    def wake(self) -> None:
        """There is something to publish or to give back."""
        self._work.set()

    # -- which channels are heard

    async def _tune(self) -> None:
        while True:
            changes, self._changes = self._changes, []
            for wanted, group in itertools.groupby(changes, key=itemgetter(0)):
                channels = [channel for _, channel in group]
                for start in range(0, len(channels), _BATCH):
                    tell = self._link.subscribe if wanted else self._link.unsubscribe
                    await tell(channels[start : start + _BATCH])
            await self._link.knock()
            await _wait(self._changed, self._interval)
            if self._time() - self._heard_at > self._silence:
                raise TimeoutError(f"nothing was heard for {self._silence:.1f} s")

    def _confirm(self, channel: bytes) -> None:
        self._awaited.discard(channel)
        topic = self._state.by_channel.get(channel)
        if topic is not None and not self._state.leases.hear(topic.name, self._time()):
            topic.answer()  # whether it is ours to produce is not asked yet
        self._work.set()

    # -- what is heard

    async def _listen(self) -> None:
        rested_at = self._time()
        while True:
            kind, channel, content = await self._link.hear()
            self._heard_at = self._time()
            if self._heard_at - rested_at > _SLICE:
                # What has come already is heard without waiting: a flood must not keep others from the loop.
                await asyncio.sleep(0)
                rested_at = self._time()
            if kind == b"message":
                self._receive(channel, content)
            elif kind == b"subscribe":
                self._confirm(channel)

    def _receive(self, channel: bytes, content: object) -> None:
        state = self._state
        topic = state.by_channel.get(channel)
        if topic is None:
            return  # closed since
        try:
            message = read_message(content)
            if isinstance(message, Released):
                state.leases.hint(topic.name, self._heard_at)
                self._work.set()
                return
            if message.label != topic.label and not message.ends:
                self._compare(topic, message.label)
            missed = topic.follow(message)
        except OtherTypeError as why:
            self._tell_once(str(why), "%s", why)
            state.tally.rejected += 1
            return
        except ValueError as why:
            self._tell_once("", "a message on a channel of ours in Redis is ignored: %s", why)
            state.tally.rejected += 1
            return
        if missed:
            state.tally.missed += missed
            state.host.lose(topic.name, missed)
        if message.ends:
            state.end(topic.name, message.data, self._heard_at)
        else:
            state.host.deliver(topic.name, message.data)

    def _compare(self, topic: OpenTopic, label: str) -> None:
        """Raise OtherTypeError for an update of another service; say it once when it is of another version."""
        difference = compare(topic.label, label)
        if difference is Difference.TYPE:
            raise OtherTypeError(topic.label, label)
        if difference is Difference.SCHEMA:
            self._tell_once(
                topic.label,
                "updates of `%s` come from a process with another schema of its data, and are delivered",
                topic.label.rpartition("/")[0],
            )

    def _tell_once(self, key: str, message: str, *arguments: object) -> None:
        told = self._state.tally.told
        if key not in told and len(told) < _MOST_TOLD:
            told.add(key)
            _log.warning(message, *arguments)

    # -- what is asked and published

    async def _speak(self) -> None:
        while self._awaited:
            await _wait(self._work, self._interval)
        while await self._claim():
            pass
        # Only now: what waited would be refused while its lease is not known to be ours.
        self._ready()
        while True:
            await self._claim()
            await self._publish()
            await self._release()
            await self._rest()

    async def _claim(self) -> bool:
        """Ask for the leases that are due; return whether there were any."""
        state, now = self._state, self._time()
        state.expire(now)
        claims = state.leases.claims(now, _BATCH)
        if not claims:
            return False
        keys = [(state.topics[claim.topic].lease, claim.token) for claim in claims]
        answers = await self._link.claim(keys, state.leases.ttl)
        asked_at, now = now, self._time()
        self._said_at = now
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
        elif turn is not Turn.KEPT:
            state.host.own(name, turn is Turn.GAINED)
        topic = state.topics.get(name)
        if topic is not None:
            topic.answer()

    async def _publish(self) -> None:
        batch = self._state.outgoing.take(_BATCH, _BATCH_BYTES)
        if not batch:
            return
        dropped = len(batch)
        try:
            dropped = await self._link.publish(batch)
        finally:
            # Whether Redis took what it did not answer to is unknown: it is not sent again.
            self._state.tally.dropped += dropped
        self._said_at = self._time()

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
        """Wait until there is something to do; keep the connection alive meanwhile."""
        state, now = self._state, self._time()
        if len(state.outgoing) or state.releases:
            return
        rest = min(state.leases.next_claim - now, self._interval)
        if rest > 0:
            await _wait(self._work, rest)
        if self._time() - self._said_at >= self._interval:
            await self._link.ping()
            self._said_at = self._time()


async def _wait(event: asyncio.Event, within: float) -> None:
    """Wait for `event`, and clear it, but no longer than `within` seconds."""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
