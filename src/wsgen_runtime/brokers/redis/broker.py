"""RedisBroker: opens, closes and publishes topics through Redis."""

import asyncio
import secrets
from collections.abc import Callable

from redis.asyncio import Redis
from redis.credentials import CredentialProvider

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.brokers.redis.address import address_of
from wsgen_runtime.brokers.redis.keeping import Ledger
from wsgen_runtime.brokers.redis.keys import RedisKeys
from wsgen_runtime.brokers.redis.leases import Leases
from wsgen_runtime.brokers.redis.messages import (
    ASKING,
    RedisNames,
    ending_message,
    produced_message,
    published_message,
    told_message,
)
from wsgen_runtime.brokers.redis.patience import Patience
from wsgen_runtime.brokers.redis.positions import KeptSending, KeptTopic, Kind
from wsgen_runtime.brokers.redis.session import RedisSession
from wsgen_runtime.brokers.redis.state import (
    AwaitedEnding,
    BrokerState,
    OpenTopic,
    Sending,
    SendQueue,
    Tally,
)
from wsgen_runtime.brokers.redis.supervisor import Supervisor
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.protocol.reasons import reason_text
from wsgen_runtime.stats import BrokerStats

_CHECK_EVERY = 30.0  # seconds after which positions are compared with the store


_PAUSE = 0.05  # seconds between two looks at whether Redis is back


class RedisBroker:
    """Carries updates between processes through the Redis at `url`.

    - `url` may be a client, a `redis.asyncio.Redis`, or a function that returns one and is called for each
      connection. Only the client's settings are used. One of `Sentinel.master_for` follows the master.
    - `credentials` is a `redis.CredentialProvider`, which is called for each connection, so that passwords may
      change.
    - `prefix` starts all names in Redis. Apps with the same prefix are the same app in several processes. The
      default is `wsgen:` and the title of the app, which must then have a title of its own.
    - `lease` is the time in seconds after which another process produces a topic when its producer was killed. It
      must be longer than the event loop of any process is ever blocked.
    - `queue` and `queue_bytes` limit the updates that wait for Redis; beyond that, the oldest are dropped.

    Raises ValueError for an invalid address, for limits that are not positive, and for a password in the address
    together with `credentials`; TypeError for other clients, such as those of Cluster.
    """

    shared = True

    def __init__(
        self,
        url: "str | Redis | Callable[[], Redis]",
        *,
        credentials: CredentialProvider | None = None,
        prefix: str | None = None,
        lease: float = 5.0,
        queue: int = 10_000,
        queue_bytes: int = 16 * 1024 * 1024,
    ) -> None:
        for name, value in (("lease", lease), ("queue", queue), ("queue_bytes", queue_bytes)):
            if value <= 0:
                raise ValueError(f"{name} must be positive, not {value}")
        self._address = address_of(url, credentials)
        self._prefix = prefix or ""
        # The rest of the lease is for the claim of another process, its jitter and the start of its producer.
        self._ttl = lease * 0.8
        self._timeout = min(lease * 0.4, 2.0)
        self._bounds = queue, queue_bytes
        self._check_every = _CHECK_EVERY
        self._tally = Tally()
        self._state: BrokerState | None = None
        self._supervisor: Supervisor | None = None
        self._keys: RedisKeys | None = None

    def __repr__(self) -> str:
        return f"RedisBroker({self._address})"

    def name_after(self, title: str | None) -> None:
        """Start all names in Redis with the title of the app, if no prefix was given.

        Raises ValueError for an app without a title, since all such apps would share their topics.
        """
        if not self._prefix and title is None:
            raise ValueError(
                "apps on one Redis are distinguished by their titles: use WsApp(title=...), "
                "or RedisBroker(prefix=...)"
            )
        self._prefix = self._prefix or f"wsgen:{title}"

    def keys(self, seconds: float) -> RedisKeys:
        """Return what keeps the keys of commands, each for `seconds` from `start` on."""
        names = RedisNames(self._prefix or "wsgen", self._address.db)
        lease = self._ttl / 0.8
        self._keys = RedisKeys(
            self._address, names.commands, seconds, lease, Patience(self._timeout)
        )
        return self._keys

    @property
    def stats(self) -> BrokerStats:
        """Return the present statistics."""
        state, tally = self._state, self._tally
        return BrokerStats(
            connected=self._supervisor is not None and self._supervisor.connected,
            leases=state.leases.held if state is not None else 0,
            queued=len(state.outgoing) if state is not None else 0,
            dropped=tally.dropped,
            missed=tally.missed,
            rejected=tally.rejected,
            reconnects=tally.reconnects,
        )

    @property
    def crowded(self) -> bool:
        """Return whether streams are to wait: many updates are queued, and Redis can take them."""
        state, supervisor = self._state, self._supervisor
        if state is None or supervisor is None:
            return False
        return state.outgoing.half_full and supervisor.connected

    # -- life

    async def start(self, host: BrokerHost) -> None:
        """Connect; raises ConnectionError, with the reason, when Redis cannot be used."""
        process = secrets.token_hex(8)
        names = RedisNames(self._prefix or "wsgen", self._address.db)
        leases, queue = Leases(process, self._ttl), SendQueue(*self._bounds)
        ledger = Ledger(host, names, process, lambda: queue.put_so_far, self.ask_snapshot)
        queue.lose = ledger.lose
        every = self._check_every
        state = BrokerState(host, names, leases, queue, self._tally, ledger, every, process)
        trial = names.process(process)
        supervisor = Supervisor(self._address, state, patience=Patience(self._timeout), trial=trial)
        await supervisor.start()
        if self._keys is not None:
            try:
                await self._keys.close()  # of an event loop that has ended
                await self._keys.check()
            except BaseException:  # a cancelled start as well
                await self._keys.close()
                await supervisor.stop()
                raise
        self._state, self._supervisor = state, supervisor

    async def stop(self) -> None:
        """Publish the queued updates and release all leases, if Redis answers in time; then disconnect."""
        state, supervisor = self._state, self._supervisor
        if state is None or supervisor is None:
            return
        for name in tuple(state.topics):
            self._close(state, name)
        await supervisor.stop()
        if self._keys is not None:
            await self._keys.close()
        self._state = self._supervisor = None

    async def flush(self, within: float) -> None:
        """Wait until Redis has taken all updates that are queued now.

        Raises ConnectionError if one was dropped meanwhile, or if that takes longer than `within` seconds.
        """
        state = self._state
        if state is None:
            raise RuntimeError("the broker is not started")
        dropped, until = self._tally.dropped, state.outgoing.put_so_far
        deadline = asyncio.get_running_loop().time() + within
        trial = state.names.process(state.process)
        while True:
            # This is not a real lease: its release follows everything that is queued now, or fails with it.
            released = state.give_back(trial, b"", trial)
            self._wake()
            rest = deadline - asyncio.get_running_loop().time()
            await asyncio.wait([released], timeout=max(rest, 0.0))
            gone = released.done() and state.outgoing.gone_so_far >= until
            arrived = gone and state.ledger.doubt is None
            if arrived or self._tally.dropped > dropped:
                break
            if asyncio.get_running_loop().time() >= deadline:
                raise ConnectionError(f"Redis at {self._address} does not take updates")
            await asyncio.sleep(_PAUSE)
        lost = self._tally.dropped - dropped
        if lost:
            raise ConnectionError(
                f"Redis at {self._address} went away: {lost} updates may not have been published"
            )

    @property
    def _session(self) -> RedisSession | None:
        """The present session with Redis; None while it is away."""
        return self._supervisor.session if self._supervisor is not None else None

    # -- topics

    async def open(self, topic: str) -> bool:
        """Receive updates of `topic`; return whether this process produces it. Without Redis, none does."""
        state = self._state
        if state is None:
            raise RuntimeError("the broker is not started")
        opened = state.open(topic)
        session = self._session
        if session is not None:
            opened.answered = asyncio.get_running_loop().create_future()
            session.subscribe(opened.channel)
            await opened.answered
        return state.leases.holds(topic, asyncio.get_running_loop().time())

    async def close(self, topic: str) -> None:
        """Stop receiving updates of `topic`, and release its lease, so that another process may produce it."""
        if self._state is not None:
            released = self._close(self._state, topic)
            if released is not None:
                await released

    def _close(self, state: BrokerState, name: str) -> "asyncio.Future[None] | None":
        closed, session = state.close(name), self._session
        if closed is None or session is None:
            return None
        topic, token = closed
        session.unsubscribe(topic.channel)
        if token is None:
            return None
        session.wake()
        return state.give_back(topic.lease, token, topic.channel)

    def publish(self, topic: str, data: str, *, produced: bool) -> None:
        """Queue an update. One of the producer is dropped unless this process has the lease when it is sent."""
        state = self._state
        if state is None:
            return
        opened = state.topics.get(topic)
        kept = self._kept(state, topic, opened)
        if kept is not None:
            self._publish_kept(state, kept, Kind.UPDATE, data, produced=produced)
            return
        if produced:
            number = state.leases.number(topic, asyncio.get_running_loop().time())
            if opened is None or number is None:
                self._tally.dropped += 1
                return
            message = produced_message(*number, data, opened.label)
            sending = Sending(opened.channel, message, opened.lease, number[0])
        else:
            channel = opened.channel if opened is not None else state.names.channel(topic)
            label = opened.label if opened is not None else state.host.label(topic)
            sending = Sending(channel, published_message(data, label), channel)
        self._send(state, sending)

    def end(self, topic: str, reason: str) -> None:
        """Tell all processes, including this one, that the producer in this process has ended."""
        state = self._state
        opened = state.topics.get(topic) if state is not None else None
        if state is None or opened is None:
            return
        now = asyncio.get_running_loop().time()
        number = state.leases.number(topic, now)
        if number is None:
            return  # another process produces the topic by now
        state.endings[topic] = AwaitedEnding(now + self._ttl, reason)
        kept = self._kept(state, topic, opened)
        if kept is not None:
            content = reason_text(reason).encode()
            self._send(state, KeptSending(kept, Kind.ENDING, content, number[1], kept.production))
            return
        message = ending_message(*number, reason)
        self._send(state, Sending(opened.channel, message, opened.lease, number[0]))

    def tell(self, message: str) -> None:
        """Pass `message` to the other processes, unless Redis is away for long."""
        state = self._state
        if state is not None:
            channel = state.names.control()
            self._send(state, Sending(channel, told_message(state.process, message), channel))

    # -- positions

    def begin(self, topic: str) -> None:
        """Begin an epoch of a topic that is produced here."""
        number = self._skip(topic, 0)
        if self._state is not None and number is not None:
            self._state.ledger.begin(topic, number)
            self._wake()

    def skip(self, topic: str, count: int) -> None:
        """Leave out the numbers of `count` updates that were lost before `publish`."""
        number = self._skip(topic, count)
        if self._state is not None and number is not None:
            self._state.ledger.skip(topic, number)
            self._wake()

    def _skip(self, topic: str, count: int) -> int | None:
        now = asyncio.get_running_loop().time()
        return None if self._state is None else self._state.leases.skip(topic, count, now)

    def snapshot(self, topic: str, data: str) -> None:
        """Queue a state, between the same updates."""
        state = self._state
        if state is not None:
            kept = self._kept(state, topic, state.topics.get(topic))
            if kept is not None:
                self._publish_kept(state, kept, Kind.SNAPSHOT, data, produced=True)

    def ask_snapshot(self, topic: str) -> None:
        """Request a state from the process that produces the topic."""
        state = self._state
        opened = state.topics.get(topic) if state is not None else None
        if state is None or opened is None:
            return
        loop = asyncio.get_running_loop()
        if state.leases.holds(topic, loop.time()):
            loop.call_soon(state.host.wanted_snapshot, topic)
        else:
            self._send(state, Sending(opened.channel, ASKING, opened.channel))

    def catch_up(self, topic: str, position: Position) -> "asyncio.Future[None] | None":
        """Read the topic if this process has not had `position`; return when that is done."""
        state, session = self._state, self._session
        opened = state.topics.get(topic) if state is not None else None
        follower = opened.follower if opened is not None else None
        if state is None or session is None or opened is None or follower is None:
            return None
        loop = asyncio.get_running_loop()
        if not follower.seek(position, loop.time()):
            return None
        if opened.answered is None or opened.answered.done():
            opened.answered = loop.create_future()
        if not follower.unread:  # or it is read before long in any case
            state.ledger.read_soon(follower)
            session.wake()
        return opened.answered

    def ask_heard(self, topic: str) -> None:
        """Give the topic up, by `host.unheard`, if no other process is subscribed to its channel."""
        if self._state is not None:
            self._state.to_count[topic] = None
            self._wake()

    def _kept(self, state: BrokerState, topic: str, opened: OpenTopic | None) -> KeptTopic | None:
        """Return what is known of a topic whose updates have positions; None for others."""
        if opened is None:
            return state.ledger.known(topic)
        return opened.follower.topic if opened.follower is not None else None

    def _publish_kept(
        self, state: BrokerState, topic: KeptTopic, kind: Kind, data: str, *, produced: bool
    ) -> None:
        message, number, production = topic.label + b" " + data.encode(), 0, None
        if produced:
            production = topic.production
            count = 1 if kind is Kind.UPDATE else 0
            last = self._skip(topic.name, count)
            if production is None or last is None:
                self._tally.dropped += 1
                return
            number = last
        self._send(state, KeptSending(topic, kind, message, number, production))

    def _wake(self) -> None:
        if self._session is not None:
            self._session.wake()

    def _send(self, state: BrokerState, sending: Sending | KeptSending) -> None:
        self._tally.dropped += state.outgoing.put(sending)
        self._wake()
