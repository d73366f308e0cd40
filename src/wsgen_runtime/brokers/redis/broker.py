"""RedisBroker: what the runtime asks for, and the life of the connection behind it."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from ssl import SSLError

from redis.credentials import CredentialProvider
from redis.exceptions import RedisError

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.brokers.redis.address import Address
from wsgen_runtime.brokers.redis.backoff import Backoff
from wsgen_runtime.brokers.redis.clients import Client, ClientAddress
from wsgen_runtime.brokers.redis.leases import Leases
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.messages import (
    Names,
    ending_message,
    produced_message,
    published_message,
)
from wsgen_runtime.brokers.redis.outgoing import Outgoing, Sending
from wsgen_runtime.brokers.redis.session import Session
from wsgen_runtime.brokers.redis.state import Ending, State, Tally
from wsgen_runtime.stats import BrokerStats

_log = logging.getLogger("wsgen_runtime")

_FAILURES = (RedisError, OSError, TimeoutError)
_STABLE = 5.0  # a connection that lived so long was a good one


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
        url: "str | Client | Callable[[], Client]",
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
        self._address = _address_of(url, credentials)
        self._prefix = prefix or ""
        # What is left of the lease is for the question, its jitter and the start of the production.
        self._ttl = lease * 0.8
        self._timeout = min(lease * 0.4, 2.0)
        self._bounds = queue, queue_bytes
        self._tally = Tally()
        self._state: State | None = None
        self._session: Session | None = None
        self._connected = False
        self._tasks: list[asyncio.Task[None]] = []
        self._trial = b""

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
            connected=self._connected,
            leases=state.leases.held if state is not None else 0,
            queued=len(state.outgoing) if state is not None else 0,
            dropped=tally.dropped,
            missed=tally.missed,
            rejected=tally.rejected,
            reconnects=tally.reconnects,
        )

    # -- life

    async def start(self, host: BrokerHost) -> None:
        """Connect; raises ConnectionError, saying why, when Redis cannot be used."""
        process = secrets.token_hex(8)
        names = Names(self._prefix or "wsgen", self._address.db)
        self._trial = names.process(process)
        try:
            link = await self._open()
        except Exception as error:
            # redis-py's own mistakes and what no Redis answers keep their traceback.
            cause = None if isinstance(error, _FAILURES) else error
            why = _reason(error)
            raise ConnectionError(f"Redis at {self._address} cannot be used: {why}") from cause
        leases, outgoing = Leases(process, self._ttl), Outgoing(*self._bounds)
        self._state = State(host, names, leases, outgoing, self._tally)
        self._connected = True
        self._session = None
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._serve(link, self._state)),
            loop.create_task(self._watch(self._state)),
        ]

    async def stop(self) -> None:
        """Publish what waits and give all leases back, if Redis takes them in time; then disconnect."""
        state = self._state
        if state is None:
            return
        for name in tuple(state.topics):
            self._close(state, name)
        if self._session is not None:
            done = state.give_back(self._trial, b"", self._trial)  # nobody's: it only comes last
            self._session.wake()
            await asyncio.wait([done], timeout=self._timeout)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._state = None
        self._connected = False

    async def _open(self) -> Link:
        return await Link.open(self._address, self._timeout, self._trial)

    async def _watch(self, state: State) -> None:
        """Stop producing what could not be renewed, and end what has ended, whatever the connection does."""
        while True:
            await asyncio.sleep(self._ttl / 8)
            now = asyncio.get_running_loop().time()
            state.expire(now)
            state.end_overdue(now)

    async def _serve(self, link: Link, state: State) -> None:
        """Go on for ever: from each connection to the next."""
        time, backoff = asyncio.get_running_loop().time, Backoff()
        while True:
            began = time()
            silence = state.leases.interval + self._timeout
            self._session = Session(link, state, silence=silence, ready=self._is_back)
            try:
                # In a task of its own: a failed TaskGroup leaves its task marked as cancelled, and before
                # Python 3.11.3 `asyncio.timeout` then raises CancelledError, which would end this loop.
                await asyncio.create_task(self._session.run())
            except Exception as error:
                # Mostly that of a connection; but whatever it is, the next connection starts afresh.
                self._is_away(error)
            finally:
                self._session = None
                state.disconnect(time())
                await link.close()
            if time() - began > _STABLE:
                backoff.reset()
            link = await self._reconnect(backoff)
            self._tally.reconnects += 1

    async def _reconnect(self, backoff: Backoff) -> Link:
        told = ""
        while True:
            await asyncio.sleep(backoff.next())
            try:
                return await self._open()
            except Exception as error:
                # Whatever it is: ending here would leave all clients without updates until a restart.
                reason = _reason(error)
                if reason != told:  # a password that was changed, say, while Redis was away
                    known = isinstance(error, _FAILURES)
                    cause = None if known else error
                    _log.warning(
                        "Redis at %s is still away: %s", self._address, reason, exc_info=cause
                    )
                    told = reason

    def _is_away(self, error: Exception) -> None:
        cause = _first(error)
        if not isinstance(cause, _FAILURES):
            _log.error("the Redis broker failed", exc_info=error)
        if self._connected and self._state is not None:
            self._connected = False
            _log.warning("Redis at %s went away: %s", self._address, _reason(cause))
            self._state.host.report("disconnected")

    def _is_back(self) -> None:
        if not self._connected and self._state is not None:
            self._connected = True
            _log.warning("Redis at %s is back", self._address)
            self._state.host.report("connected")

    # -- topics

    async def open(self, topic: str) -> bool:
        """Hear `topic`; return whether this process produces it. While Redis is away nobody does."""
        state = self._state
        if state is None:
            raise RuntimeError("the broker is not started")
        opened = state.open(topic)
        if self._session is not None:
            opened.answered = asyncio.get_running_loop().create_future()
            self._session.subscribe(opened.channel)
            await opened.answered
        return state.leases.holds(topic, asyncio.get_running_loop().time())

    async def close(self, topic: str) -> None:
        """Hear `topic` no longer; whoever waits to produce it may begin at once."""
        if self._state is not None:
            released = self._close(self._state, topic)
            if released is not None:
                await released

    def _close(self, state: State, name: str) -> "asyncio.Future[None] | None":
        closed = state.close(name)
        if closed is None or self._session is None:
            return None
        topic, token = closed
        self._session.unsubscribe(topic.channel)
        if token is None:
            return None
        self._session.wake()
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
        state.endings[topic] = Ending(now + self._ttl, reason)
        message = ending_message(*number, reason)
        self._send(state, Sending(opened.channel, message, opened.lease, number[0]))

    def _send(self, state: State, sending: Sending) -> None:
        self._tally.dropped += state.outgoing.put(sending)
        if self._session is not None:
            self._session.wake()


def _address_of(
    source: "str | Client | Callable[[], Client]", credentials: CredentialProvider | None
) -> Address | ClientAddress:
    if isinstance(source, str):
        return Address(source, credentials)
    if credentials is not None:
        raise TypeError("a client brings its own credentials: give them to the client")
    return ClientAddress(source)


def _first(error: BaseException) -> BaseException:
    """Return the exception that a group is about: the others are its consequences."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _reason(error: BaseException) -> str:
    if isinstance(error.__context__, SSLError):
        return str(error.__context__)  # of which older versions of redis-py show the number only
    return str(error) or ("it does not answer" if isinstance(error, TimeoutError) else repr(error))
