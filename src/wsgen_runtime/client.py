"""One connected client: what is sent to it, now or as soon as it reads.

A send that completes without blocking is driven by hand, with no task and no trip through the event loop. The
first one that blocks is handed to a writer task, which exists only as long as something waits.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from starlette.types import Send

from wsgen_runtime.delivery import Delivery
from wsgen_runtime.limits import Limits
from wsgen_runtime.outbox import Message, Outbox


class _Resumed:
    """The rest of a coroutine whose first step was driven by hand and yielded `pending`."""

    __slots__ = ("_coroutine", "_pending")

    def __init__(self, coroutine: Coroutine[Any, Any, None], pending: Any) -> None:
        self._coroutine = coroutine
        self._pending = pending

    def __await__(self) -> Generator[Any, Any, None]:
        """Yield what the coroutine yields, `pending` first, and pass on what comes back."""
        coroutine, pending = self._coroutine, self._pending
        try:
            while True:
                try:
                    answer = yield pending
                except GeneratorExit:
                    raise
                except BaseException as error:  # whatever it is, it is the coroutine's
                    pending = coroutine.throw(error)
                else:
                    pending = coroutine.send(answer)
        except StopIteration:
            return
        finally:
            coroutine.close()


class Client:
    """A client's outgoing side.

    `on_lost` is called once, when the connection is to be given up: a send failed, or the client
    did not read its close frame in time.
    """

    __slots__ = (
        "__weakref__",
        "_deadline",
        "_limits",
        "_loop",
        "_on_lost",
        "_outbox",
        "_send",
        "_writer",
        "closing",
        "id",
        "lost",
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
        self.lost = False
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._send = _as_coroutine_function(send)
        self._on_lost = on_lost
        self._outbox = Outbox(limits.outbox_bytes)
        self._writer: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None

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
            return self._outbox.put(message, len(frame))
        self._start(message)
        return True

    def send_update(
        self, message: Message, size: int, route: str, topic: str, delivery: Delivery
    ) -> bool:
        """Send an update; return False when the route's policy asks to disconnect the client."""
        if self._writer is None:
            if not (self.closing or self.lost):
                self._start(message)
            return True
        if self.closing or self.lost:
            return True
        return self._outbox.put_update(message, size, route=route, topic=topic, delivery=delivery)

    def seal(self, topic: str) -> None:
        """Note that the subscription to `topic` ended: later updates of it belong to another one."""
        self._outbox.seal(topic)

    def close(self, code: int, reason: str, *, discard: bool = False) -> None:
        """Send a close frame after all that waits, or, with `discard`, instead of it."""
        if self.closing or self.lost:
            return
        self.closing = True
        self._deadline = self._loop.call_later(self._limits.close_timeout, self._give_up)
        message: Message = {"type": "websocket.close", "code": int(code), "reason": reason}
        if discard:
            self._outbox.clear()
        if self._writer is None:
            self._start(message)
        elif not self._outbox.put(message, 0):
            self._outbox.clear()
            self._outbox.put(message, 0)

    def release(self) -> None:
        """Let go of everything: no frame is sent any more, no task or timer is left."""
        self.lost = True
        self._outbox.clear()
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    def _start(self, message: Message) -> None:
        coroutine = self._send(message)
        try:
            pending = coroutine.send(None)
        except StopIteration:
            return
        except Exception:  # servers differ in what they raise once a client is gone
            self._give_up()
            return
        self._writer = self._loop.create_task(self._write(_Resumed(coroutine, pending)))

    async def _write(self, first: Awaitable[None]) -> None:
        try:
            await first
            while (message := self._outbox.pop()) is not None:
                await self._send(message)
        except Exception:  # as in _start
            self._writer = None
            self._give_up()
        else:
            self._writer = None

    def _give_up(self) -> None:
        if not self.lost:
            self.lost = True
            self._on_lost()


def _as_coroutine_function(send: Send) -> Callable[[Message], Coroutine[Any, Any, None]]:
    """Return `send`, wrapped when it returns another awaitable than a coroutine."""
    if inspect.iscoroutinefunction(send):
        return send

    async def wrapped(message: Message) -> None:
        await send(message)

    return wrapped
