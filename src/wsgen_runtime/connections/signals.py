"""Delays stop signals, so that clients are notified before the server closes their sockets.

On SIGTERM and SIGINT, uvicorn closes all sockets with 1012, and only then ends the lifespan. Therefore, a
signal is held back until the app has shut down, which takes a limited time, and then passed to its previous
handler.
"""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_Handler = Callable[[int, FrameType | None], object]


@contextmanager
def before_stop_signals(callback: Callable[[], Awaitable[None]]) -> Iterator[None]:
    """Run `callback` on the running loop when a stop signal comes, and pass the signal on afterwards.

    All callbacks of one event loop run concurrently. A second signal is passed on at once, and cancels them.
    Signals without a handler of a server are left alone, and so is everything outside of the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    joined = [held for number in _SIGNALS if (held := _join(int(number), loop, callback))]
    try:
        yield
    finally:
        for held in joined:
            held.leave(callback)


def _join(
    number: int, loop: asyncio.AbstractEventLoop, callback: Callable[[], Awaitable[None]]
) -> "_HeldBack | None":
    """Return the handler that holds the signal back for `loop`, or None if no server handles the signal."""
    before = signal.getsignal(number)
    if isinstance(before, _HeldBack) and before.loop is loop:
        before.callbacks.append(callback)
        return before
    if not callable(before) or before is signal.default_int_handler:
        return None
    held = _HeldBack(number, loop, before, [callback])
    signal.signal(number, held)
    return held


@dataclass(slots=True)
class _HeldBack:
    """The handler of one signal: runs all callbacks at the first one, and then calls the handler `before`."""

    number: int
    loop: asyncio.AbstractEventLoop
    before: _Handler
    callbacks: list[Callable[[], Awaitable[None]]]
    going: asyncio.Task[None] | None = None
    asked: bool = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.loop.is_closed():
            self.before(number, frame)
        elif self.asked:
            self.before(number, frame)
            self.loop.call_soon_threadsafe(self._cut_short)
        else:
            self.asked = True
            self.loop.call_soon_threadsafe(self._begin)

    def leave(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Remove `callback`; when none is left, restore the previous handler."""
        self.callbacks.remove(callback)
        current: object = signal.getsignal(self.number)
        if not self.callbacks and current is self:
            signal.signal(self.number, self.before)

    def _begin(self) -> None:
        self.going = self.loop.create_task(self._go())

    def _cut_short(self) -> None:
        if self.going is not None:
            self.going.cancel()

    async def _go(self) -> None:
        try:
            await asyncio.gather(
                *(callback() for callback in self.callbacks), return_exceptions=True
            )
        finally:
            self.before(self.number, None)
