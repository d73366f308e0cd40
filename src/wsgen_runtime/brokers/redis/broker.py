"""RedisBroker: what the runtime asks of Redis, topic by topic."""

import asyncio
import secrets
from collections.abc import Callable

from redis.asyncio import Redis
from redis.credentials import CredentialProvider

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.brokers.redis.address import address_of
from wsgen_runtime.brokers.redis.leases import Leases
from wsgen_runtime.brokers.redis.messages import (
    RedisNames,
    ending_message,
    produced_message,
    published_message,
)
from wsgen_runtime.brokers.redis.session import RedisSession
from wsgen_runtime.brokers.redis.state import AwaitedEnding, BrokerState, Sending, SendQueue, Tally
from wsgen_runtime.brokers.redis.supervisor import Supervisor
from wsgen_runtime.stats import BrokerStats


class RedisBroker:
    """Carries updates between processes through the Redis at `url`.

    - `url` may be a client, a `redis.asyncio.Redis`, or a function that returns one and is called for each
      connection. Only the client's settings are used.
    - `credentials` is a `redis.CredentialProvider`, asked for each connection: for passwords that change.
    - `prefix` begins all names in Redis: apps with the same prefix are the same app in several processes. Without
      one it is `wsgen:` and the title of the app, which must then have a title of its own.
    - `lease` is the time, in seconds, within which another process produces a topic after its producer was
      killed. It must be longer than any process's event loop is ever blocked.
    - `queue` and `queue_bytes` bound the updates that wait for Redis; then the oldest go.

    Raises ValueError for an address that cannot be read, for bounds that are not positive, and for a password in
    the address beside `credentials`; TypeError for other clients, such as those of Cluster and Sentinel.
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
        # What is left of the lease is for the question, its jitter and the start of the production.
        self._ttl = lease * 0.8
        self._timeout = min(lease * 0.4, 2.0)
        self._bounds = queue, queue_bytes
        self._tally = Tally()
        self._state: BrokerState | None = None
        self._supervisor: Supervisor | None = None

    def __repr__(self) -> str:
        return f"RedisBroker({self._address})"

    def name_after(self, title: str | None) -> None:
        """Begin all names in Redis with the app's title, if no prefix was given.

        Raises ValueError for an app without a title of its own: others that have none would share its topics.
        """
        if not self._prefix and title is None:
            raise ValueError(
                "apps on one Redis are told apart by their titles: use WsApp(title=...), "
                "or RedisBroker(prefix=...)"
            )
        self._prefix = self._prefix or f"wsgen:{title}"

    @property
    def stats(self) -> BrokerStats:
        """Return what was counted so far, and how things stand now."""
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

    # -- life

    async def start(self, host: BrokerHost) -> None:
        """Connect; raises ConnectionError, with the reason, when Redis cannot be used."""
        process = secrets.token_hex(8)
        names = RedisNames(self._prefix or "wsgen", self._address.db)
        leases, queue = Leases(process, self._ttl), SendQueue(*self._bounds)
        state = BrokerState(host, names, leases, queue, self._tally)
        trial = names.process(process)
        supervisor = Supervisor(self._address, state, timeout=self._timeout, trial=trial)
        await supervisor.start()
        self._state, self._supervisor = state, supervisor

    async def stop(self) -> None:
        """Publish what waits and give all leases back, if Redis takes them in time; then disconnect."""
        state, supervisor = self._state, self._supervisor
        if state is None or supervisor is None:
            return
        for name in tuple(state.topics):
            self._close(state, name)
        await supervisor.stop()
        self._state = self._supervisor = None

    @property
    def _session(self) -> RedisSession | None:
        """The present session with Redis; None while it is away."""
        return self._supervisor.session if self._supervisor is not None else None

    # -- topics

    async def open(self, topic: str) -> bool:
        """Hear `topic`; return whether this process produces it. While Redis is away nobody does."""
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
        """Hear `topic` no longer; whoever waits to produce it may begin at once."""
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
        """Queue an update. One by the producer goes nowhere unless the lease is, and stays, this process's."""
        state = self._state
        if state is None:
            return
        opened = state.topics.get(topic)
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
        """Tell all processes that the producer here has ended; this one too is notified through Redis."""
        state = self._state
        opened = state.topics.get(topic) if state is not None else None
        if state is None or opened is None:
            return
        now = asyncio.get_running_loop().time()
        number = state.leases.number(topic, now)
        if number is None:
            return  # another process produces the topic by now, and `host.own` says so
        state.endings[topic] = AwaitedEnding(now + self._ttl, reason)
        message = ending_message(*number, reason)
        self._send(state, Sending(opened.channel, message, opened.lease, number[0]))

    def _send(self, state: BrokerState, sending: Sending) -> None:
        self._tally.dropped += state.outgoing.put(sending)
        session = self._session
        if session is not None:
            session.wake()
