"""A server's stop signals, taken first: clients are told to go before the server closes their sockets itself.

uvicorn answers SIGTERM and SIGINT by closing all sockets with 1012, and only then ends the lifespan. So a signal
is held back until the app has said its goodbye, within its own bounds, and then given to whoever had it before.
"""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_Handler = Callable[[int, FrameType | None], object]


@contextmanager
def before_stop_signals(goodbye: Callable[[], Awaitable[None]]) -> Iterator[None]:
    """Run `goodbye` on the running loop when a stop signal comes, and pass the signal on afterwards.

    A second signal is passed on at once. Signals that no server handles, and other threads than the main one, are
    left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken: dict[int, tuple[_Handler, _Handler]] = {}
    for number in map(int, _SIGNALS):
        before = signal.getsignal(number)
        if callable(before) and before is not signal.default_int_handler:
            ours = _holding_back(goodbye, before)
            signal.signal(number, ours)
            taken[number] = ours, before
    try:
        yield
    finally:
        for number, (ours, before) in taken.items():
            if signal.getsignal(number) is ours:
                signal.signal(number, before)


def _holding_back(goodbye: Callable[[], Awaitable[None]], before: _Handler) -> _Handler:
    loop = asyncio.get_running_loop()
    going: list[asyncio.Task[None]] = []
    asked = False

    async def go(number: int) -> None:
        try:
            await goodbye()
        finally:
            before(number, None)

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked or loop.is_closed():
            before(number, frame)
            return
        asked = True
        loop.call_soon_threadsafe(lambda: going.append(loop.create_task(go(number))))

    return handle
