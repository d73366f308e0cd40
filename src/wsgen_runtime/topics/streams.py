"""Streams: iterates the async generator of a service in a task of its own, and publishes what it yields."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextvars import Context
from dataclasses import dataclass

from pydantic import BaseModel

from wsgen_runtime.router import WsRouter
from wsgen_runtime.service import Topic
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics.feed import Feed
from wsgen_runtime.user_code.calls import ENDINGS, PanicError, StrayCancellationError, is_closed
from wsgen_runtime.user_code.service_shapes import iterate
from wsgen_runtime.user_code.slow_calls import Awaited, SlowCalls

_log = logging.getLogger("wsgen_runtime")

_FIRST = 0.05
"""Seconds for which the first subscriber's answer waits for the first update of a stream, or for its failure."""
_TURN = 0.005
"""Seconds after which a stream that does not wait by itself pauses, to let others run."""
_MUCH = 256 * 1024
"""Bytes of updates after which it pauses too."""
_HINT = "let it pass on CancelledError and GeneratorExit, and limit the time of what it does in `finally`"

_left: set[asyncio.Task[None]] = set()
"""Streams that do not end: the event loop alone does not keep a task alive."""


@dataclass(slots=True, eq=False)
class StreamProducer:
    """Publishes what one call of `stream` yields, until it ends or nobody listens any more.

    All of the generator runs in one task, with a copy of `context`, so that timeouts, cancel scopes and context
    variables in it work.
    """

    router: WsRouter
    stream: Callable[..., object]
    crowded: Callable[[], bool]
    counters: Counters
    context: Context
    slow: SlowCalls
    within: float | None
    _task: asyncio.Task[None] | None = None
    _started: asyncio.Future[None] | None = None
    """Whether the first update came, or why none will; None when nobody waits for it any more."""
    _stopping: bool = False
    _closing: bool = False

    async def start(self, topic: Topic[BaseModel], feed: Feed) -> None:
        """Start the stream; raises what it raises before its first update, if that is within a moment."""
        loop = asyncio.get_running_loop()
        started = self._started = loop.create_future()
        running = self._run(topic, feed)
        # A copy, since a context cannot be entered twice, as an eager task factory does.
        self._task = self.context.copy().run(loop.create_task, running)
        try:
            await asyncio.wait({started}, timeout=_FIRST)
            if started.done():
                started.result()
        except asyncio.CancelledError:
            self._cancel()
            raise
        finally:
            self._started = None

    async def stop(self) -> None:
        """Close the stream, in its own task; one that does not end in time is left alone."""
        self._cancel()
        if self._task is None:
            return
        with Awaited(self.slow, "the end of a stream", self.router.route, _HINT):
            await asyncio.wait({self._task}, timeout=self.within)
        if not self._task.done():
            self._leave(self._task)

    def abandon(self) -> asyncio.Task[None] | None:
        """Return the task of the stream, which is to be cancelled."""
        self._stopping = True
        if self._task is not None:
            _keep(self._task)
        return self._task

    def _cancel(self) -> None:
        self._stopping = True
        # What the stream does at its end is not interrupted.
        if self._task is not None and not self._closing:
            self._task.cancel()

    def _leave(self, task: asyncio.Task[None]) -> None:
        """Cancel a stream once more that does not end, and log it."""
        task.cancel()
        _keep(task)
        self.counters.failures += 1
        route = self.router.route
        _log.error(
            "a stream of the route %s has not ended %g seconds after it was cancelled, and is left running:"
            " %s",
            route,
            self.within,
            _HINT,
            extra={"route": route},
        )

    async def _run(self, topic: Topic[BaseModel], feed: Feed) -> None:
        iterator: AsyncIterator[object] | None = None
        task = asyncio.current_task()
        try:
            iterator = iterate(self._open(topic))
            await self._publish_all(iterator, feed)
        except asyncio.CancelledError as error:
            if not self._stopping:
                stray = StrayCancellationError("an awaited task had been cancelled")
                stray.__cause__ = error
                self._fail(feed, stray)
        except Exception as error:
            self._fail(feed, error)
        except ENDINGS:
            raise
        except BaseException as error:  # as in `call`
            if isinstance(error, GeneratorExit) and is_closed(task):
                raise
            panic = PanicError(type(error).__qualname__)
            panic.__cause__ = error
            self._fail(feed, panic)
        else:
            feed.end()
            self._note_start()
        finally:
            self._closing = True
            await self._close(iterator)

    def _open(self, topic: Topic[BaseModel]) -> object:
        if self.router.has_request:
            return self.stream(topic.request)
        return self.stream()

    async def _publish_all(self, iterator: AsyncIterator[object], feed: Feed) -> None:
        clock = asyncio.get_running_loop().time
        paused, size = clock(), 0
        async for data in iterator:
            size += feed.post(data)
            if feed.closed:
                return
            while self._started is not None:  # until the first subscribers are answered
                self._note_start()
                await asyncio.sleep(0)
            if size > _MUCH or clock() - paused > _TURN:
                await asyncio.sleep(0)
                paused, size = clock(), 0
            while self.crowded() and not feed.closed:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(_TURN)

    def _note_start(self) -> None:
        started = self._started
        if started is not None and not started.done():
            started.set_result(None)

    def _fail(self, feed: Feed, error: Exception) -> None:
        """Report the failure as the answer to the first subscriber if possible, otherwise to all subscribers."""
        if self._stopping:
            self._note_bad_end(error)
        elif self._started is not None and not self._started.done():
            self._started.set_exception(error)
        else:
            feed.fail(error)

    async def _close(self, iterator: AsyncIterator[object] | None) -> None:
        close = getattr(iterator, "aclose", None)
        if close is None:
            return
        try:
            await close()
        except Exception as error:
            self._note_bad_end(error)

    def _note_bad_end(self, error: Exception) -> None:
        route = self.router.route
        self.counters.fail(f"a stream of the route {route} failed at its end", error, route=route)


def _keep(task: asyncio.Task[None]) -> None:
    _left.add(task)
    task.add_done_callback(_left.discard)
