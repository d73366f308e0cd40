"""Timeouts for answers of Redis, which do not count the time in which the event loop was busy otherwise.

When thousands of clients come back at once, a turn of the event loop takes seconds, and answers that have arrived
are read late. To drop the connection then would make it worse: a new one has to read everything again, and all
clients are told.
"""

import asyncio
from types import TracebackType

_TICKS = 20
"""Turns of the event loop that an answer may take at least."""


class Patience:
    """The timeouts of one client of Redis, of `seconds` each."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.busy = 0.0
        """The time so far in which the event loop was busy for longer than a moment."""
        self._open: set[asyncio.Timeout] = set()
        self._timer: asyncio.TimerHandle | None = None

    def within(self) -> "_Within":
        """Return a context manager: it raises TimeoutError after `seconds` in which the event loop was not busy.

        The first one starts to measure that, until `close`.
        """
        if self._timer is None:
            self._begin(asyncio.get_running_loop())
        return _Within(asyncio.timeout(self.seconds), self._open)

    def close(self) -> None:
        """Stop measuring how busy the event loop is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        tick = self.seconds / _TICKS
        self._timer = loop.call_later(tick, self._tick, loop, loop.time() + tick)

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        late = loop.time() - due
        self.busy += late
        for timeout in self._open:
            when = timeout.when()
            if when is not None and not timeout.expired():
                timeout.reschedule(when + late)
        self._begin(loop)


class _Within:
    """One timeout, which is among the `open` ones while its body runs."""

    __slots__ = ("_open", "_timeout")

    def __init__(self, timeout: asyncio.Timeout, open_: set[asyncio.Timeout]) -> None:
        self._timeout, self._open = timeout, open_

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()
        self._open.add(self._timeout)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.discard(self._timeout)
        await self._timeout.__aexit__(kind, error, trace)
