"""One connected client: sends it frames, or queues them while it does not read.

There are two ways to send. If `send` is the server's own, the publisher calls it directly, and only a send that
blocks is handed to a writer task, which exists as long as frames wait. Otherwise all frames are sent by the
task of the connection, since a middleware that wraps `send` may depend on the current task and context.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import Any

from wsgen_runtime.delivery import Delivery
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.outbox import Message, Outbox
from wsgen_runtime.outgoing.prepared import Outgoing, Prepare, Write
from wsgen_runtime.outgoing.servers import is_disconnect
from wsgen_runtime.protocol.closing import CloseCode, substitute_of
from wsgen_runtime.protocol.frames import size_of
from wsgen_runtime.user_code.suspended import Suspended

_log = logging.getLogger("wsgen_runtime")

# The memory that a waiting answer takes besides its text: a client can cause many short ones, such as `pong`.
OVERHEAD = 512


@dataclass(slots=True, eq=False, repr=False, weakref_slot=True)
class Client:
    """The outgoing side of a client, from its acceptance to `release`.

    With `direct`, `send` may be called from any task of the event loop; otherwise `write_during` must run. With
    `closes_last`, the close frame is not sent but left in `pending_close`, for servers that send none while
    `receive` waits. `on_lost` is called at most once, from the event loop, when the connection is to be given
    up: it has ended, or the client did not read its close frame in time. `on_failure` is called at most once,
    with the exception that `send` raised on a socket that was still connected.
    """

    id: int
    user: object
    transmit: Callable[[Message], Coroutine[Any, Any, None]]
    """The server's `send`, to be called only if the client is `ready`."""
    limits: InitVar[Limits]
    _: KW_ONLY
    user_id: str | None = None
    """The id of the user, if `authenticate` has returned a `Session` with one."""
    direct: bool
    closes_last: bool = False
    prepare: Prepare | None = None
    """With `write`: makes of a text what may be written to all clients that have an equal `prepare`."""
    write: Write | None = None
    """Writes what `prepare` made, if the client is `ready` or `idle`; after False, it is sent or queued."""
    on_lost: Callable[[], object] | None
    on_failure: Callable[["Client", Exception], object]
    hello: bool = False
    """Whether it has sent `hello`: its answers have ids, codes and `retry_after`."""
    positions: bool = False
    """Whether it knows positions: epochs, `recovered` and `reset`."""
    snapshots: bool = False
    """Whether it knows snapshots."""
    renewal: bool = False
    """Whether it can send another token before the old one expires."""
    on_behind: Callable[["Client", str, bool], object] | None = None
    """Called with a topic when its queued changes were dropped, and whether its state is still queued."""
    on_drained: Callable[["Client"], object] | None = None
    """Called from the event loop, once, when nothing is queued any more."""
    topics_of: Callable[["Client"], tuple[str, ...]] | None = None
    """Finds the topics of a client."""
    closing: bool = False
    """Whether a close frame was sent or is queued: nothing else is sent, and nothing more is read."""
    lost: bool = False
    """Whether the connection has ended or was dropped."""
    ready: bool = field(init=False)
    """Whether an update can be sent at once: nothing is queued, and the connection is not closing."""
    pending_close: Message | None = None
    """With `closes_last`: the close frame, to be sent once nothing waits in `receive`."""
    _limits: Limits = field(init=False)
    _outbox: Outbox | None = None
    """Made when something is queued for the first time: for most clients, nothing ever is."""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _blocked: bool = False
    _failing: bool = False
    _close_sent: asyncio.Event | None = None
    _writer: asyncio.Task[None] | None = None
    _waiter: asyncio.Future[None] | None = None
    _timer: asyncio.Handle | None = None

    def __post_init__(self, limits: Limits) -> None:
        self.ready = self.direct
        self._limits = limits

    def greet(self, features: Collection[str]) -> None:
        """Note that the client has sent `hello`, and which features it knows."""
        self.hello = True
        self.positions = "positions" in features
        self.snapshots = "snapshot" in features
        self.renewal = "renewal" in features

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the names of the topics that the client is subscribed to, or waits for, in order."""
        return () if self.topics_of is None else self.topics_of(self)

    @property
    def queued(self) -> int:
        """Return the number of queued frames."""
        return 0 if self._outbox is None else len(self._outbox)

    @property
    def dropped(self) -> int:
        """Return the number of updates that were dropped because this client is slow."""
        return 0 if self._outbox is None else self._outbox.dropped

    @property
    def room(self) -> int:
        """Return how many bytes can still be queued, including `OVERHEAD` for each answer or notice."""
        return self._limits.outbox_bytes - (0 if self._outbox is None else self._outbox.size)

    @property
    def idle(self) -> bool:
        """Return whether nothing is queued or being sent for a client that is not `direct`."""
        busy = self.direct or self._blocked or self.closing or self.lost
        return not (busy or self._outbox)

    def send(self, frame: str) -> bool:
        """Send or queue an answer or a notice; return False if there is no room for it."""
        outgoing = Outgoing({"type": "websocket.send", "text": frame})
        if self.closing or self.lost or self._send_now(outgoing):
            return True
        size = size_of(frame) + OVERHEAD
        waits = self._queue().put(outgoing.message, size, fresh=self._fresh)
        self._report_behind()
        self._wake()
        return waits

    def send_state(self, state: Outgoing, topic: str) -> bool:
        """Send or queue the state of `topic`, in place of what is queued of it; return False for lack of room."""
        if self.closing or self.lost or self._send_now(state):
            return True
        message, size = state.message, size_of(state.message["text"])
        waits = self._queue().put_state(message, size, topic=topic, fresh=self._fresh)
        self._report_behind()
        self._wake()
        return waits

    def queue_change(self, message: Message, size: int, topic: str, queue: int) -> None:
        """Queue a change of the state of `topic`; if there is no room, `on_behind` is called with the topic."""
        if self.closing or self.lost:
            return
        self._queue().put_change(message, size, topic=topic, queue=queue, fresh=self._fresh)
        self._report_behind()
        self._wake()

    def queue_update(
        self, message: Message, size: int, route: str, topic: str, delivery: Delivery
    ) -> bool:
        """Queue an update; return False if the overflow policy of the route says to disconnect the client."""
        if self.closing or self.lost:
            return True
        waits = self._queue().put_update(
            message,
            size,
            route=route,
            topic=topic,
            delivery=delivery,
            fresh=self._fresh,
            resumes=self.positions,
        )
        if self.on_behind is not None:
            self._report_behind()
        self._wake()
        return waits

    def finish_later(self, sending: Coroutine[Any, Any, None], pending: object) -> None:
        """Start a writer that finishes `sending`, which blocks on `pending`, and then sends what is queued."""
        self._start_writer(Suspended(sending, pending))

    def call_when_drained(self, callback: Callable[["Client"], object]) -> None:
        """Call `callback` from the event loop when nothing is queued any more."""
        self.on_drained = callback
        if not self._outbox and not self._blocked and (self.ready or not self.direct):
            self._note_drained()

    def seal(self, topic: str | None = None) -> None:
        """Note that a frame follows which no later update of `topic`, or of any topic, may overtake."""
        if self._outbox is not None:
            self._outbox.seal(topic)

    def close(self, code: int, reason: str, *, discard: bool = False) -> None:
        """Send a close frame after all queued frames, or with `discard` in place of them."""
        if self.closing or self.lost:
            return
        self.closing = True
        self.ready = False
        self._timer = self._loop.call_later(self._limits.close_timeout, self.abandon)
        if discard and self._outbox is not None:
            self._outbox.clear()
        self._put_close(int(code), reason)
        self._wake()

    def fail(self, error: Exception) -> None:
        """React to an `error` of `send`: the connection has ended, or is closed with an internal error."""
        if is_disconnect(error) or self._failing:
            self.abandon()
            return
        self._failing = True
        self.on_failure(self, error)
        if self.closing:
            self.abandon()
        else:
            self.close(CloseCode.INTERNAL, "Internal server error", discard=True)

    def abandon(self) -> None:
        """Drop the connection without sending anything more."""
        if self.lost or self.on_lost is None:
            return
        self.lost = True
        self.ready = False
        self._wake()
        self._set_timer(self._loop.call_soon(self.on_lost))

    def release(self) -> None:
        """Release all tasks, timers and frames, once the connection has ended."""
        self.lost = True
        self.ready = False
        if self._outbox is not None:
            self._outbox.clear()
        self._set_timer(None)
        self.on_lost = self.on_behind = self.on_drained = None
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    async def close_sent(self) -> None:
        """Wait until the close frame was sent; the waiting task is cancelled if the connection is dropped."""
        self._close_sent = asyncio.Event()
        await self._close_sent.wait()

    async def write_during(self, reading: Coroutine[Any, Any, None]) -> None:
        """Send queued frames from the calling task, the connection's own, while another task runs `reading`.

        Return when `reading` has ended. A send that blocks at that time is cancelled by `on_lost`.
        """
        give_up = self.on_lost

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
                    self._note_drained()
                    self._waiter = self._loop.create_future()
                    await self._waiter
        finally:
            if not reader.done():
                reader.cancel()
                await asyncio.wait({reader})

    @property
    def _fresh(self) -> bool:
        """Return whether frames are queued because the writer has not run yet, not because the client is slow."""
        return not (self.direct or self._blocked)

    def _queue(self) -> Outbox:
        if self._outbox is None:
            self._outbox = Outbox(self._limits.outbox_bytes)
        return self._outbox

    def _report_behind(self) -> None:
        if self.on_behind is not None and self._outbox is not None:
            for topic, unread in self._outbox.take_behind().items():
                self.on_behind(self, topic, unread)

    def _note_drained(self) -> None:
        callback, self.on_drained = self.on_drained, None
        if callback is not None and not (self.closing or self.lost):
            self._loop.call_soon(callback, self)

    def _put_close(self, code: int, reason: str) -> None:
        message: Message = {"type": "websocket.close", "code": code, "reason": reason}
        self._queue().put(message, 0, fresh=True)

    def _set_timer(self, timer: asyncio.Handle | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer

    def _send_now(self, outgoing: Outgoing) -> bool:
        """Send a message if the client is ready: where the server can, past `transmit` at the end of the turn."""
        if not self.ready:
            return False
        if self.write is None or not self.write(outgoing.prepared_by(self.prepare)):
            self._start(outgoing.message)
        return True

    def _start(self, message: Message) -> None:
        """Send `message` at once; if that blocks, a writer task finishes it."""
        coroutine = self.transmit(message)
        try:
            pending = coroutine.send(None)
        except StopIteration:
            return
        except asyncio.CancelledError:
            self.abandon()  # the task of the publisher was not cancelled
            return
        except Exception as error:
            self.fail(error)
            return
        self.finish_later(coroutine, pending)

    def _wake(self) -> None:
        """Make a writer send the queued frames."""
        if not self.direct:
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)
        elif self._writer is None and not self.lost:
            self._start_writer(None)

    def _start_writer(self, started: Awaitable[None] | None) -> None:
        self.ready = False
        task = self._loop.create_task(self._write(started))
        # With an eager task factory, the task may be done already.
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
            # By `release`, after which `abandon` does nothing, or raised by the server's `send`.
            self.abandon()
        finally:
            self._writer = None
            self.ready = not (self.closing or self.lost)
            self._note_drained()

    async def _write_waiting(self) -> None:
        """Send the queued frames, and those that are queued meanwhile."""
        while not self.lost and self._outbox and (message := self._outbox.pop()) is not None:
            if self.closes_last and message["type"] == "websocket.close":
                self.pending_close = message
                self.abandon()
                return
            self._blocked = True
            try:
                # A middleware may change the message, which is shared with other clients.
                await self.transmit(message if self.direct else dict(message))
            except Exception as error:
                if not self._close_otherwise(message, error):
                    self.fail(error)
            else:
                if message["type"] == "websocket.close" and self._close_sent is not None:
                    self._close_sent.set()
            finally:
                self._blocked = False

    def _close_otherwise(self, message: Message, error: Exception) -> bool:
        """Queue a close frame with another code if the server may have refused the code of `message`."""
        code = substitute_of(message["code"]) if message["type"] == "websocket.close" else None
        if code is None or is_disconnect(error):
            return False
        _log.info("closing with code %s failed; trying %s instead", message["code"], code)
        self._put_close(code, message["reason"])
        return True
