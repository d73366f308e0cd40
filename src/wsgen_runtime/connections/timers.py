"""The timers of one connection: heartbeat, maximum lifetime and expiry of the authentication."""

import asyncio
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from wsgen_runtime.auth import RefusedError, Session
from wsgen_runtime.connections.handshake import close_of
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.closing import CloseCode

_log = logging.getLogger("wsgen_runtime")
_NOTICE = 60.0  # seconds before the expiry; half of the time if that is less
_LATE = 0.05  # seconds; a timer is that late only if the event loop was blocked
_SPREAD = 0.1  # the fraction of the lifetime over which the ends of connections are spread


def needs_timers(limits: Limits, session: Session) -> bool:
    """Return whether `Timers.start` would start any."""
    heartbeat = math.inf if limits.heartbeat is None else limits.heartbeat
    return heartbeat < math.inf or limits.lifespan is not None or session.expires_at is not None


@dataclass(slots=True, eq=False)
class Timers:
    """Closes a connection that is silent, too old or no longer authenticated.

    At the expiry of its authentication, `identify` returns the session of the client again, and then `renewed` is
    called. A client that can renew it by itself is told before, by `notify` with the number of seconds left.
    """

    client: Client
    identify: Callable[[], Awaitable[Session]]
    renewed: Callable[[], Awaitable[None]]
    notify: Callable[[float], None]
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _heard: float = math.inf
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _renewal: asyncio.Task[None] | None = None
    _expires_at: float | None = None
    _notice_at: float = 0.0

    def start(self, limits: Limits, session: Session) -> None:
        """Start the timers that the limits and the session require."""
        self._heard = self._loop.time()
        if limits.heartbeat is not None and limits.heartbeat < math.inf:
            self._expect_within(limits.heartbeat, limits.heartbeat)
        if limits.lifespan is not None:
            # Clients that connected together after a restart must not all reconnect together.
            life = limits.lifespan * random.uniform(1 - _SPREAD, 1)  # noqa: S311 - no secret
            self._call_later("lifespan", life, self._end_of_life)
        self._expire(session)

    def stop(self) -> None:
        """Stop all timers, and a running renewal."""
        for name in tuple(self._timers):
            self._cancel(name)
        self._cancel_renewal()

    def greeted(self) -> None:
        """Note that the client has said hello: it may be able to renew its authentication."""
        if self.client.renewal and self._expires_at is not None:
            delay = max(0.0, self._notice_at - time.time())
            self._call_later("notice", delay, partial(self._notify, self._expires_at))

    def suspend_expiry(self) -> None:
        """Do not close the connection for its old authentication while the client renews it."""
        self._cancel("expiry")
        self._cancel("notice")
        self._cancel_renewal()

    def accept(self, session: Session) -> float | None:
        """Take `session` as the present one; return the number of seconds until it expires, or None for never.

        Closes the connection, and returns 0, if it has expired.
        """
        left = None if session.expires_at is None else session.expires_at - time.time()
        if left is not None and left <= 0:
            self.client.close(CloseCode.UNAUTHORIZED, "Authentication expired")
            return 0.0
        self.client.user, self.client.user_id = session.user, session.id
        self._expire(session)
        return left

    def heard(self, now: float) -> None:
        """Note that the server waits for the next frame since `now`, in the time of the event loop."""
        self._heard = now

    def hold(self) -> None:
        """Note that a frame came. Until `heard`, the client does not count as silent, since nothing is read."""
        self._heard = math.inf

    def _call_later(self, name: str, delay: float, callback: Callable[[], None]) -> None:
        self._cancel(name)
        self._timers[name] = self._loop.call_later(delay, callback)

    def _expect_within(self, delay: float, interval: float) -> None:
        due = self._loop.time() + delay
        self._call_later("heartbeat", delay, partial(self._check_heartbeat, interval, due))

    def _check_heartbeat(self, interval: float, due: float) -> None:
        """Close the connection if it was silent for `interval`; this should have been called at `due`.

        If the event loop was blocked, frames may have come that were not read: they get as much time again.
        """
        now = self._loop.time()
        rest, late = self._heard + interval - now, now - due
        if rest > 0 or late > _LATE:
            self._expect_within(min(max(rest, late), interval), interval)
        else:
            self.client.close(CloseCode.TIMEOUT, "Heartbeat timeout")

    def _end_of_life(self) -> None:
        self.client.close(CloseCode.GOING_AWAY, "Maximum connection lifetime reached")

    def _expire(self, session: Session) -> None:
        self._expires_at = session.expires_at
        if session.expires_at is not None:
            delay = max(0.0, session.expires_at - time.time())
            self._call_later("expiry", delay, self._renew_soon)
            self._notice_at = session.expires_at - min(_NOTICE, delay / 2)
            self.greeted()

    def _notify(self, expires_at: float) -> None:
        self.notify(max(0.0, round(expires_at - time.time(), 3)))

    def _cancel(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _cancel_renewal(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None

    def _renew_soon(self) -> None:
        self._renewal = self._loop.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            session = await self.identify()
        except RefusedError as refusal:
            code, reason = close_of(refusal)
            if code != CloseCode.TRY_LATER:  # so that the client comes back
                code, reason = CloseCode.UNAUTHORIZED, "Authentication expired"
            self.client.close(code, reason)
            return
        if self.accept(session) != 0:
            await self.renewed()
