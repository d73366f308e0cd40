"""One connected client: what is sent to it, now or as soon as it reads.

A send that completes without blocking is driven by hand, with no task and no trip through the event loop. The
first one that blocks is handed to a writer task, which exists only as long as something waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.types import Send

from wsgen_runtime.delivery import Delivery
from wsgen_runtime.driven import Started, as_coroutine_function
from wsgen_runtime.frames import size_of
from wsgen_runtime.limits import Limits
from wsgen_runtime.outbox import Message, Outbox

# What a waiting answer takes in memory beside its text. A client chooses how many there are, and `pong` is short.
_OVERHEAD = 512


class Client:
    """A client's outgoing side, from its accept to `release`.

    `on_lost` is called at most once, from the event loop, when the connection is to be given up: a send failed,
    or the client did not read its close frame in time.
    """

    __slots__ = (
        "__weakref__",
        "_close_timeout",
        "_loop",
        "_on_lost",
        "_outbox",
        "_timer",
        "_writer",
        "closing",
        "id",
        "lost",
        "ready",
        "transmit",
        "user",
    )

    def __init__(
        self,
        client_id: int,
        user: object,
        send: Send,
        limits: Limits,
        on_lost: Callable[[], object],
    ) -> None:
        self.id = client_id
        self.user = user
        self.closing = False
        """Whether a close frame was sent or waits: nothing else is sent, nothing is read any more."""
        self.lost = False
        """Whether the connection was given up or has ended."""
        self.ready = True
        """Whether an update can be sent at once: nothing waits, and the connection is not about to end."""
        self.transmit = as_coroutine_function(send)
        """The ASGI server's send, for who has found the client ready."""
        self._loop = asyncio.get_running_loop()
        self._close_timeout = limits.close_timeout
        self._on_lost: Callable[[], object] | None = on_lost
        self._outbox = Outbox(limits.outbox_bytes)
        self._writer: asyncio.Task[None] | None = None
        self._timer: asyncio.Handle | None = None

    @property
    def queued(self) -> int:
        """Return the number of frames that wait."""
        return len(self._outbox)

    @property
    def dropped(self) -> int:
        """Return the number of updates this client was too slow for."""
        return self._outbox.dropped

    def send(self, frame: str) -> bool:
        """Send an answer or a notice; return False when there is no room for it."""
        if self.closing or self.lost:
            return True
        message = {"type": "websocket.send", "text": frame}
        if self._writer is not None:
            return self._outbox.put(message, size_of(frame) + _OVERHEAD)
        self._start(message)
        return True

    def queue_update(
        self, message: Message, size: int, route: str, topic: str, delivery: Delivery
    ) -> bool:
        """Let an update wait; return False when the route's policy asks to disconnect the client."""
        if self.closing or self.lost:
            return True
        return self._outbox.put_update(message, size, route=route, topic=topic, delivery=delivery)

    def go_on(self, sending: Coroutine[Any, Any, None], pending: object) -> None:
        """Let a writer finish `sending`, which has blocked on `pending`, and then send what waits by then."""
        self.ready = False
        self._writer = self._loop.create_task(self._write(Started(sending, pending)))

    def seal(self, topic: str) -> None:
        """Note that the subscription to `topic` ended: later updates of it belong to another one."""
        self._outbox.seal(topic)

    def close(self, code: int, reason: str, *, discard: bool = False) -> None:
        """Send a close frame after all that waits, or, with `discard`, instead of it."""
        if self.closing or self.lost:
            return
        self.closing = True
        self.ready = False
        self._timer = self._loop.call_later(self._close_timeout, self.abandon)
        if discard:
            self._outbox.clear()
        message: Message = {"type": "websocket.close", "code": int(code), "reason": reason}
        if self._writer is None:
            self._start(message)
        else:
            self._outbox.put(message, 0)

    def abandon(self) -> None:
        """Give the connection up without a word."""
        if self.lost or self._on_lost is None:
            return
        self.lost = True
        self.ready = False
        self._set_timer(self._loop.call_soon(self._on_lost))

    def release(self) -> None:
        """Let go of everything once the connection has ended: no task, timer or reference is left."""
        self.lost = True
        self.ready = False
        self._outbox.clear()
        self._set_timer(None)
        self._on_lost = None
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    def _set_timer(self, timer: asyncio.Handle | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer

    def _start(self, message: Message) -> None:
        """Send `message` now if that does not block; otherwise a writer goes on with it."""
        coroutine = self.transmit(message)
        try:
            pending = coroutine.send(None)
        except StopIteration:
            return
        except (Exception, asyncio.CancelledError):
            # Whatever a server raises once a client is gone; it is no cancellation of whoever publishes.
            self.abandon()
            return
        self.go_on(coroutine, pending)

    async def _write(self, started: Awaitable[None]) -> None:
        try:
            await started
            while (message := self._outbox.pop()) is not None:
                await self.transmit(message)
        except (Exception, asyncio.CancelledError):
            # As in _start; or this task was cancelled by `release`, after which there is nothing to abandon.
            self.abandon()
        finally:
            self._writer = None
            self.ready = not (self.closing or self.lost)
