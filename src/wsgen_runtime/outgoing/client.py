"""One connected client: what is sent to it, now or as soon as it reads.

There are two ways to send. The direct one is taken where `send` is the server's own: whoever publishes calls it,
and only a send that blocks is handed to a writer task, which exists as long as something waits. Otherwise all
frames wait for the task of the connection to send them, since what wraps `send` may depend on task and context.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.types import Send

from wsgen_runtime.delivery import Delivery
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.driven import Started, as_coroutine_function
from wsgen_runtime.outgoing.outbox import Message, Outbox
from wsgen_runtime.outgoing.servers import is_disconnect
from wsgen_runtime.protocol.closing import CloseCode, substitute_of
from wsgen_runtime.protocol.frames import size_of

_log = logging.getLogger("wsgen_runtime")

# What a waiting answer takes in memory beside its text. A client chooses how many there are, and `pong` is short.
_OVERHEAD = 512


class Client:
    """A client's outgoing side, from its accept to `release`.

    With `direct`, `send` may be called from any task of the event loop; otherwise `write_during` must run. With
    `closes_last` the close frame is left in `last_word`, since the server sends none while `receive` waits.
    `on_lost` is called at most once, from the event loop, when the connection is to be given up: it has ended, or
    the client did not read its close frame in time. `on_failure` is called at most once, with what `send` raised
    on a socket that was still connected.
    """

    __slots__ = (
        "__weakref__",
        "_blocked",
        "_close_sent",
        "_close_timeout",
        "_closes_last",
        "_direct",
        "_failing",
        "_loop",
        "_on_failure",
        "_on_lost",
        "_outbox",
        "_timer",
        "_waiter",
        "_writer",
        "closing",
        "id",
        "last_word",
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
        *,
        direct: bool,
        closes_last: bool = False,
        on_lost: Callable[[], object],
        on_failure: Callable[["Client", Exception], object],
    ) -> None:
        self.id = client_id
        self.user = user
        self.closing = False
        """Whether a close frame was sent or waits: nothing else is sent, nothing is read any more."""
        self.lost = False
        """Whether the connection was given up or has ended."""
        self.ready = direct
        """Whether an update can be sent at once: nothing waits, and the connection is not about to end."""
        self.transmit = as_coroutine_function(send)
        """The ASGI server's send, for who has found the client ready."""
        self._loop = asyncio.get_running_loop()
        self._close_timeout = limits.close_timeout
        self._direct = direct
        self._closes_last = closes_last
        self.last_word: Message | None = None
        """The close frame to send once nobody reads any more, with `closes_last`."""
        self._blocked = False
        self._failing = False
        self._close_sent: asyncio.Event | None = None
        self._on_lost: Callable[[], object] | None = on_lost
        self._on_failure = on_failure
        self._outbox = Outbox(limits.outbox_bytes)
        self._writer: asyncio.Task[None] | None = None
        self._waiter: asyncio.Future[None] | None = None
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
        if self.ready:
            self._start(message)
            return True
        waits = self._outbox.put(message, size_of(frame) + _OVERHEAD, fresh=self._fresh)
        self._wake()
        return waits

    def queue_update(
        self, message: Message, size: int, route: str, topic: str, delivery: Delivery
    ) -> bool:
        """Let an update wait; return False when the route's policy asks to disconnect the client."""
        if self.closing or self.lost:
            return True
        waits = self._outbox.put_update(
            message, size, route=route, topic=topic, delivery=delivery, fresh=self._fresh
        )
        self._wake()
        return waits

    def go_on(self, sending: Coroutine[Any, Any, None], pending: object) -> None:
        """Let a writer finish `sending`, which has blocked on `pending`, and then send what waits by then."""
        self._start_writer(Started(sending, pending))

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
        self._put_close(int(code), reason)
        self._wake()

    def fail(self, error: Exception) -> None:
        """Note that `send` raised `error`: the connection has ended, or its client is notified."""
        if is_disconnect(error) or self._failing:
            self.abandon()
            return
        self._failing = True
        self._on_failure(self, error)
        if self.closing:
            self.abandon()
        else:
            self.close(CloseCode.INTERNAL, "Internal server error", discard=True)

    def abandon(self) -> None:
        """Give the connection up without a word."""
        if self.lost or self._on_lost is None:
            return
        self.lost = True
        self.ready = False
        self._wake()
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

    async def close_sent(self) -> None:
        """Wait until the close frame was sent; whoever waits is cancelled when the connection is given up."""
        self._close_sent = asyncio.Event()
        await self._close_sent.wait()

    async def write_during(self, reading: Coroutine[Any, Any, None]) -> None:
        """Send what waits from the calling task, the connection's own, until `reading`, in another, has ended.

        A send that blocks then is cancelled by `on_lost`.
        """
        give_up = self._on_lost

        def stop(_: object) -> None:
            self.lost = True
            if self._blocked and give_up is not None:
                give_up()
            self._wake()

        reader = self._loop.create_task(reading)
        reader.add_done_callback(stop)
        try:
            while not self.lost:
                await self._write_waiting()
                if not self.lost and not self._outbox:
                    self._waiter = self._loop.create_future()
                    await self._waiter
        finally:
            if not reader.done():
                reader.cancel()
                await asyncio.wait({reader})

    @property
    def _fresh(self) -> bool:
        """Whether the writer has not yet had the chance to send what waits: no sign of a slow client."""
        return not (self._direct or self._blocked)

    def _put_close(self, code: int, reason: str) -> None:
        message: Message = {"type": "websocket.close", "code": code, "reason": reason}
        self._outbox.put(message, 0, fresh=True)

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
        except asyncio.CancelledError:
            self.abandon()  # it is no cancellation of whoever publishes
            return
        except Exception as error:
            self.fail(error)
            return
        self.go_on(coroutine, pending)

    def _wake(self) -> None:
        """Let a writer send what waits."""
        if not self._direct:
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)
        elif self._writer is None and not self.lost:
            self._start_writer(None)

    def _start_writer(self, started: Awaitable[None] | None) -> None:
        self.ready = False
        task = self._loop.create_task(self._write(started))
        # With an eager task factory it may be done by now.
        if not task.done():
            self._writer = task

    async def _write(self, started: Awaitable[None] | None) -> None:
        try:
            if started is not None:
                try:
                    await started
                except Exception as error:
                    self.fail(error)
            await self._write_waiting()
        except asyncio.CancelledError:
            # By `release`, after which there is nothing to abandon; or the server's send raised it.
            self.abandon()
        finally:
            self._writer = None
            self.ready = not (self.closing or self.lost)

    async def _write_waiting(self) -> None:
        """Send what waits, and what comes to wait meanwhile."""
        while not self.lost and (message := self._outbox.pop()) is not None:
            if self._closes_last and message["type"] == "websocket.close":
                self.last_word = message
                self.abandon()
                return
            self._blocked = True
            try:
                # What wraps `send` may change its message, which other clients get as well.
                await self.transmit(message if self._direct else dict(message))
            except Exception as error:
                if not self._close_otherwise(message, error):
                    self.fail(error)
            else:
                if message["type"] == "websocket.close" and self._close_sent is not None:
                    self._close_sent.set()
            finally:
                self._blocked = False

    def _close_otherwise(self, message: Message, error: Exception) -> bool:
        """Let another close frame wait if `message` is one whose code the server may have refused."""
        code = substitute_of(message["code"]) if message["type"] == "websocket.close" else None
        if code is None or is_disconnect(error):
            return False
        _log.info("a close with %s failed; %s is tried instead", message["code"], code)
        self._put_close(code, message["reason"])
        return True
