"""Names functions of users in the log that keep clients waiting."""

import asyncio
import logging
from types import TracebackType

_log = logging.getLogger("wsgen_runtime")
_SLOW = 5.0  # seconds


class SlowCalls:
    """The calls that clients wait for now. One timer serves all of them, since most return at once."""

    def __init__(self) -> None:
        self._open: set[Awaited] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, call: "Awaited") -> None:
        """Log `call` if it takes long."""
        self._open.add(call)
        loop = asyncio.get_running_loop()
        call.since = loop.time()
        if self._timer is None or self._timer.when() < call.since:  # also where its loop has ended
            self._timer = loop.call_later(_SLOW, self._check, loop)

    def end(self, call: "Awaited") -> None:
        """Note that `call` has returned."""
        self._open.discard(call)

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        for call in tuple(self._open):
            if loop.time() - call.since >= _SLOW:
                self._open.discard(call)
                call.warn()
        if self._open:
            self._timer = loop.call_later(_SLOW, self._check, loop)


class Awaited:
    """A context in which a function of a user runs that clients wait for."""

    __slots__ = ("_calls", "_hint", "_route", "_what", "since")

    def __init__(self, calls: SlowCalls, what: str, route: str, hint: str) -> None:
        self._calls = calls
        self._what = what
        self._route = route
        self._hint = hint
        self.since = 0.0

    def __enter__(self) -> None:
        self._calls.begin(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._calls.end(self)

    def warn(self) -> None:
        """Log which function of which route has not returned yet."""
        _log.warning(
            "%s of the route %s has not returned after %g seconds, and subscribers wait for it: %s",
            self._what,
            self._route,
            _SLOW,
            self._hint,
            extra={"route": self._route},
        )


def naming_slow(what: str, route: str, hint: str) -> Awaited:
    """Return a context that logs `what` with its route and a hint if it takes long, with a timer of its own."""
    return Awaited(SlowCalls(), what, route, hint)
