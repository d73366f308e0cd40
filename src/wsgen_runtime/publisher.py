"""Publisher: publishes updates from a process that serves no clients, such as a script or a worker."""

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterable, Sequence
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from wsgen_runtime.brokers.base import Broker, Keeping, is_keeper
from wsgen_runtime.brokers.choose import choose_broker
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.router import WsRouter, bind_all, by_route

_OUTSIDE = "the Publisher is not open: publish inside of `with Publisher(...)` or `async with Publisher(...)`"
_FORKED = "the Publisher was opened in another process: open it in the process that publishes"

_BUSY = "the event loop of the Publisher does not run, or is blocked: whether the update was published is unknown"
_BLOCKED = 1.0  # seconds for which that event loop may be busy with something else


class _Flushing(Protocol):
    """What a broker must have to say whether updates have arrived."""

    async def flush(self, within: float) -> None: ...


class Publisher:
    """Publishes updates of `routers` to the clients of the app with this title, in whatever process they are.

        alerts = AlertWsRouter()
        with Publisher("redis://localhost:6379/0", title="datafeed", routers=[alerts]):
            alerts.publish(Alert(text="market closes"))

    In a plain `with`, and in any other thread than that of the event loop, `publish` of a router returns when the
    broker has taken the update, and raises ConnectionError if that takes longer than `timeout` seconds. In an
    `async with`, `publish` queues the update and raises ConnectionError if the broker is away; `flush`, and the
    end of the block, wait until all updates have been taken, and raise ConnectionError if one was not. So does
    `publish` in either case if the queue of the broker has no room for an update.

    `broker` is the one of the app: its address, or another shared broker that has a `flush`. Raises ValueError
    for any other broker, for an app without a title, and for two routers with the same route, and TypeError for
    routers, a title or a broker of another type.
    """

    def __init__(
        self,
        broker: Broker | str,
        *,
        title: str,
        routers: Iterable[WsRouter],
        timeout: float = 5.0,
    ) -> None:
        if not timeout > 0:
            raise ValueError(f"timeout must be positive, not {timeout}")
        self._routers = tuple(by_route(routers).values())
        self._broker = choose_broker(broker, title, default_title="")
        kept = [router.route for router in self._routers if router.kept]
        if not self._broker.shared or not callable(getattr(self._broker, "flush", None)):
            raise ValueError(f"{self._broker!r} cannot publish to other processes")
        if kept and not is_keeper(self._broker):
            raise ValueError(f"{self._broker!r} keeps no history, as needed for {', '.join(kept)}")
        self._timeout = timeout
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._home = 0, 0
        bind_all(self._routers, self._publish)

    # -- in a plain `with`

    def __enter__(self) -> Self:
        """Connect; raises ConnectionError, with the reason, if the broker cannot be reached."""
        self._require_closed()
        loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=loop.run_forever, name="wsgen publisher", daemon=True
        )
        self._thread.start()
        try:
            self._run(loop, self._open(loop))
        except BaseException:  # an interrupt as well: the thread must not stay
            self._end(loop)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect."""
        loop = self._loop
        if loop is None:
            return
        self._loop = None
        if self._home[0] != os.getpid():
            return  # the thread exists only in the process that opened the publisher
        try:
            self._run(loop, self._broker.stop())
        finally:
            self._end(loop)

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon_threadsafe(loop.stop)
        if self._thread is not None:
            self._thread.join(self._timeout)
        if not loop.is_running():
            loop.close()
        self._thread = None

    # -- in an `async with`

    async def __aenter__(self) -> Self:
        """Connect; raises ConnectionError, with the reason, if the broker cannot be reached."""
        self._require_closed()
        await self._open(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait until all updates have been taken, as `flush` does, and disconnect."""
        try:
            if kind is None:
                await self.flush()
        finally:
            self._loop = None
            await self._broker.stop()

    async def flush(self) -> None:
        """Wait until the broker has taken all updates so far; raises ConnectionError if it has lost one.

        Raises RuntimeError if the publisher is not open, or is open on another event loop.
        """
        if self._loop is not asyncio.get_running_loop():
            raise RuntimeError(_OUTSIDE)
        await self._flush()

    # -- both

    def _require_closed(self) -> None:
        if self._loop is not None:
            raise RuntimeError("the Publisher is open already")

    async def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        await self._broker.start(_Host(self._routers))
        self._home = os.getpid(), threading.get_ident()
        self._loop = loop

    async def _flush(self) -> None:
        flushing: Any = self._broker  # checked when it was passed
        await flushing.flush(self._timeout)

    def _publish(self, router: WsRouter, topic: str, data: object) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            raise RuntimeError(_OUTSIDE)
        process, thread = self._home
        if process != os.getpid():
            raise RuntimeError(_FORKED)
        text = router.encode(data)
        if thread == threading.get_ident():
            if not self._broker.stats.connected:
                raise ConnectionError(f"{self._broker!r} is away: the update was not published")
            self._queue(topic, text)
        else:
            self._run(loop, self._publish_and_flush(topic, text), self._timeout + _BLOCKED)

    async def _publish_and_flush(self, topic: str, text: str) -> None:
        self._queue(topic, text)
        await self._flush()

    def _queue(self, topic: str, text: str) -> None:
        dropped = self._broker.stats.dropped
        self._broker.publish(topic, text, produced=False)
        lost = self._broker.stats.dropped - dropped
        if lost:  # the oldest ones, or this one if it is too large
            raise ConnectionError(
                f"{self._broker!r} has no room in its queue: {lost} updates were not published; publish less at"
                " once, and await `flush` in between, or give it a larger queue"
            )

    def _run(
        self,
        loop: asyncio.AbstractEventLoop,
        work: Coroutine[Any, Any, None],
        within: float | None = None,
    ) -> None:
        running = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            running.result(within)
        except TimeoutError:
            if running.done():
                raise
            running.cancel()
            raise ConnectionError(_BUSY) from None


class _Host:
    """The runtime as the broker of a publisher sees it: nobody is subscribed."""

    def __init__(self, routers: Sequence[WsRouter]) -> None:
        self._routers = routers

    @property
    def keeps(self) -> bool:
        return any(router.kept for router in self._routers)

    def _router_of(self, topic: str) -> WsRouter | None:
        named = (it for it in self._routers if topic.startswith(f"{it.route}:"))
        return next(named, None)

    def label(self, topic: str) -> str:
        router = self._router_of(topic)
        return "" if router is None else router.label

    def kept(self, topic: str) -> Keeping | None:
        router = self._router_of(topic)
        if router is None or not router.kept:
            return None
        return Keeping(router.history, router.published)

    def deliver(self, topic: str, data: str, position: Position | None = None) -> None: ...

    def stand(
        self,
        topic: str,
        position: Position,
        entries: Sequence[tuple[int, str]],
        *,
        continued: bool,
        before: int = 0,
    ) -> None: ...

    def snapshot(self, topic: str, data: str, position: Position) -> None: ...

    def wanted_snapshot(self, topic: str) -> None: ...

    def unheard(self, topic: str) -> None: ...

    def lose(self, topic: str, count: int) -> None: ...

    def end(self, topic: str, reason: str) -> None: ...

    def own(self, topic: str, owned: bool) -> None: ...

    def hear(self, message: str) -> None: ...

    def report(self, status: Literal["connected", "disconnected"]) -> None: ...
