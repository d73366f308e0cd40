"""Keeps the Redis broker connected: runs a session, and starts another one whenever it fails."""

import asyncio
import logging
import random
from dataclasses import dataclass, field
from ssl import SSLError

from redis.exceptions import RedisError

from wsgen_runtime.brokers.redis.address import Address
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.patience import Patience
from wsgen_runtime.brokers.redis.session import RedisSession
from wsgen_runtime.brokers.redis.state import BrokerState

_log = logging.getLogger("wsgen_runtime")

_FAILURES = (RedisError, OSError, TimeoutError)
_STABLE = 5.0  # seconds after which a connection counts as a good one
_FIRST_DELAY = 0.05
_LONGEST_DELAY = 2.0


@dataclass(slots=True, eq=False)
class Supervisor:
    """Runs one session after another while the broker is started.

    `session` is the current one, or None while Redis is away. `trial` is a name in Redis that only this process
    uses, to test each new connection.
    """

    address: Address
    state: BrokerState
    patience: Patience
    trial: bytes
    session: RedisSession | None = None
    connected: bool = False
    """Whether no session has failed, or the current one receives the updates of all topics."""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False
    """Whether no other connection is to be opened: a session that fails while it is cancelled hides that."""

    async def start(self) -> None:
        """Connect; raises ConnectionError, with the reason, when Redis cannot be used."""
        try:
            link = await self._open()
        except BaseException as error:  # a cancelled start as well
            self.patience.close()
            if not isinstance(error, Exception):
                raise
            # Errors of redis-py itself, and whatever is not an answer of Redis, keep their traceback.
            cause = None if isinstance(error, _FAILURES) else error
            why = _reason(error)
            raise ConnectionError(f"Redis at {self.address} cannot be used: {why}") from cause
        self.connected = True
        self._stopping = False
        self._begin(link)  # before the tasks run, so that topics that are opened now wait for it
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._serve(link)), loop.create_task(self._watch())]

    async def stop(self) -> None:
        """Send what is queued, if Redis answers in time, and disconnect."""
        if self.session is not None:
            # This is not a real lease: it is released after everything that is queued now.
            done = self.state.give_back(self.trial, b"", self.trial)
            self.session.wake()
            await asyncio.wait([done], timeout=self.patience.seconds)
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.patience.close()
        self.connected = False

    async def _open(self) -> Link:
        keeps = self.state.host.keeps
        return await Link.open(self.address, self.patience, self.trial, keeps=keeps)

    async def _watch(self) -> None:
        """Stop producing topics whose leases have expired, and end overdue topics, even without Redis."""
        while True:
            await asyncio.sleep(self.state.leases.ttl / 8)
            now = asyncio.get_running_loop().time()
            self.state.expire(now)
            self.state.end_overdue(now)

    async def _serve(self, link: Link) -> None:
        """Run a session on `link`, and then on each connection that follows, until this task is cancelled."""
        time, attempts = asyncio.get_running_loop().time, 0
        while not self._stopping:
            began = time()
            session = self.session or self._begin(link)
            try:
                # In a task of its own: a failed TaskGroup leaves its task marked as cancelled, and before
                # Python 3.11.3 `asyncio.timeout` then raises CancelledError, which would end this loop.
                await asyncio.create_task(session.run())
            except Exception as error:
                # Usually a failed connection. Whatever it is, start a new connection.
                self._is_away(error)
            finally:
                self.session = None
                self.state.disconnect(time())
                await link.close()
            if time() - began > _STABLE:
                attempts = 0
            link, attempts = await self._reconnect(attempts)
            self.state.tally.reconnects += 1

    def _begin(self, link: Link) -> RedisSession:
        silence = self.state.leases.interval + self.patience.seconds
        self.session = RedisSession(link, self.state, silence=silence, ready=self._is_back)
        return self.session

    async def _reconnect(self, attempts: int) -> tuple[Link, int]:
        """Return a new link, and how many attempts there have been since the last good connection."""
        logged = ""
        while True:
            if self._stopping:
                raise asyncio.CancelledError
            await asyncio.sleep(_delay(attempts))
            attempts += 1
            try:
                return await self._open(), attempts
            except Exception as error:
                # Go on after any error: otherwise, no client would get updates until the process is restarted.
                reason = _reason(error)
                if reason != logged:  # for example, the password was changed meanwhile
                    known = isinstance(error, _FAILURES)
                    cause = None if known else error
                    _log.warning(
                        "Redis at %s is still away: %s", self.address, reason, exc_info=cause
                    )
                    logged = reason

    def _is_away(self, error: Exception) -> None:
        cause: BaseException = error
        while isinstance(
            cause, BaseExceptionGroup
        ):  # its other members are consequences of the first
            cause = cause.exceptions[0]
        if not isinstance(cause, _FAILURES):
            _log.error("the Redis broker failed", exc_info=error)
        if self.connected:
            self.connected = False
            _log.warning("Redis at %s went away: %s", self.address, _reason(cause))
            self.state.host.report("disconnected")

    def _is_back(self) -> None:
        if not self.connected:
            self.connected = True
            _log.warning("Redis at %s is back", self.address)
            self.state.host.report("connected")


def _delay(attempts: int) -> float:
    """Return how long to wait before the next attempt: half to all of a bound that doubles up to two seconds.

    It is random, so that processes that lost Redis at the same moment do not all come back at the same moment.
    """
    bound: float = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(attempts, 16))
    return bound * random.uniform(0.5, 1.0)  # noqa: S311 - nothing depends on its secrecy


def _reason(error: BaseException) -> str:
    if isinstance(error.__context__, SSLError):
        return str(error.__context__)  # older versions of redis-py show only its number
    return str(error) or ("it does not answer" if isinstance(error, TimeoutError) else repr(error))
