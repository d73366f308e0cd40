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
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.closing import CloseCode

_log = logging.getLogger("wsgen_runtime")
_LATE = 0.05  # seconds; a timer is that late only if the event loop was blocked
_SPREAD = 0.1  # the fraction of the lifetime over which the ends of connections are spread


@dataclass(slots=True, eq=False)
class Timers:
    """Closes a connection that is silent, too old or no longer authenticated.

    At the expiry of its authentication, `identify` returns the session of the client again, and then `renewed` is
    called.
    """

    client: Client
    identify: Callable[[], Awaitable[Session]]
    renewed: Callable[[], Awaitable[None]]
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _heard: float = math.inf
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _renewal: asyncio.Task[None] | None = None

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
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None

    def heard(self, now: float) -> None:
        """Note that the server waits for the next frame since `now`, in the time of the event loop."""
        self._heard = now

    def hold(self) -> None:
        """Note that a frame came. Until `heard`, the client does not count as silent, since nothing is read."""
        self._heard = math.inf

    def _call_later(self, name: str, delay: float, callback: Callable[[], None]) -> None:
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
        if session.expires_at is not None:
            delay = max(0.0, session.expires_at - time.time())
            self._call_later("expiry", delay, self._renew_soon)

    def _renew_soon(self) -> None:
        self._renewal = self._loop.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            session: Session | None = await self.identify()
        except RefusedError:
            session = None
        if session is None or (
            session.expires_at is not None and session.expires_at <= time.time()
        ):
            self.client.close(CloseCode.UNAUTHORIZED, "Authentication expired")
            return
        self.client.user, self.client.user_id = session.user, session.id
        self._expire(session)
        await self.renewed()
