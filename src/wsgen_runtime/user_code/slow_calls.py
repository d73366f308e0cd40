"""Names functions of users in the log that keep clients waiting."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

_log = logging.getLogger("wsgen_runtime")
_SLOW = 5.0  # seconds


@contextmanager
def naming_slow(what: str, route: str, hint: str) -> Iterator[None]:
    """Log `what` with its route and a hint if the block takes long; the block goes on."""
    loop = asyncio.get_running_loop()
    timer = loop.call_later(_SLOW, _warn, what, route, hint)
    try:
        yield
    finally:
        timer.cancel()


def _warn(what: str, route: str, hint: str) -> None:
    _log.warning(
        "%s of the route %s has not returned after %g seconds, and subscribers wait for it: %s",
        what,
        route,
        _SLOW,
        hint,
        extra={"route": route},
    )
