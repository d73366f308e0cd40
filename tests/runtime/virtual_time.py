"""An event loop whose time passes only while nothing is ready to run, so that tests with timers take no time."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let `timeout` pass, unless a thread or a socket has something; wait only if no timer runs."""
        ready = super().select(0 if timeout is not None else None)
        if not ready and timeout is not None:
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that starts at the time 0."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Return the virtual time."""
        return self._virtual.now

    def pass_time(self, seconds: float) -> None:
        """Let time pass while code runs."""
        self._virtual.now += seconds

    @property
    def timers(self) -> int:
        """Return how many timers run."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined] # asyncio's own
        return sum(not timer.cancelled() for timer in scheduled)


def virtually(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test on a `VirtualLoop`."""

    @wraps(test)
    def run(*arguments: P.args, **options: P.kwargs) -> None:
        in_virtual_time(test(*arguments, **options))

    return run


def in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Return the result of `main`, run on a `VirtualLoop`."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
