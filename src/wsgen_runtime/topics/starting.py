"""Starts an app, on the right event loop; each reason why it cannot start is logged once."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from wsgen_runtime.brokers.base import Broker
from wsgen_runtime.brokers.memory import MemoryBroker
from wsgen_runtime.outgoing.servers import count_workers, serves_lifespan
from wsgen_runtime.topics.event_loops import require_asyncio
from wsgen_runtime.topics.hub import Hub

_log = logging.getLogger("wsgen_runtime")
_NO_LIFESPAN = (
    "the app was not started with the server, so that its first client starts it, and nothing shuts it down; use"
    " `app.include_router(ws_app.router(path))`, or pass `lifespan=ws_app.lifespan` to the FastAPI or Starlette"
    " application that the server runs"
)
_OTHER_LOOP = (
    "a WsApp serves one event loop at a time; in a test, use `with TestClient(app) as client`, since a TestClient"
    " that is not entered has an event loop for each connection"
)


@dataclass(slots=True, eq=False)
class Starting:
    """Starts a hub with whatever comes first: a lifespan, a client, or an update that is published.

    A lifespan and a client come on the event loop of the server. An update may be published on another one; an
    app that it has started there moves to the event loop of the server when a lifespan or a client comes.
    """

    hub: Hub
    broker: Broker
    within: float
    _task: asyncio.Task[None] | None = None
    _launched: bool = False
    _known_lifespan: bool = False
    _failure: str | None = None

    async def startup(self) -> None:
        """Start on the running event loop, once; raises what the broker raises, and the next call tries again."""
        self._known_lifespan = True
        starting = self._begin(launched=False)
        if starting.done():
            starting.result()
        else:
            await asyncio.shield(starting)

    async def for_client(self) -> None:
        """Start as `startup` does, and log a failure, since the client is not told the reason.

        If the server could have started the app, and did not, that is logged once.
        """
        if not self._known_lifespan and serves_lifespan():
            self._known_lifespan = True
            _log.warning(_NO_LIFESPAN)
        try:
            starting = self._begin(launched=False)
        except RuntimeError as error:
            self._log(error, known=True)
            raise
        if not starting.done():
            await asyncio.wait({starting})
        self._note(starting)
        starting.result()

    def launch(self) -> None:
        """Start because something is published; if that fails, the next update tries again."""
        starting = self._begin(launched=True)
        starting.add_done_callback(self._note)
        self.hub.updates.start()

    def take(self) -> asyncio.Task[None] | None:
        """Forget the present start; return its task, or None if there was none or it has failed."""
        starting, self._task = self._task, None
        return None if starting is None or has_failed(starting) else starting

    def _begin(self, *, launched: bool) -> asyncio.Task[None]:
        """Return the task that starts the hub on the running event loop; it may be done already."""
        loop = require_asyncio()
        starting, elsewhere = self._task, None
        if starting is not None and starting.get_loop() is not loop:
            # A closed loop is usually that of a test client, which has a new one for each session.
            elsewhere = None if starting.get_loop().is_closed() else starting
            starting = None
        if elsewhere is not None and not self._launched:
            raise RuntimeError(_OTHER_LOOP)
        if starting is None or has_failed(starting):
            self._warn_of_workers()
            starting = self._task = loop.create_task(self._start(elsewhere))
        self._launched = launched
        return starting

    async def _start(self, elsewhere: asyncio.Task[None] | None) -> None:
        if elsewhere is not None:
            with suppress(RuntimeError, TimeoutError):  # that loop may end, or be blocked
                loop = elsewhere.get_loop()
                ending = asyncio.run_coroutine_threadsafe(self._stop(elsewhere), loop)
                async with asyncio.timeout(self.within):
                    await asyncio.wrap_future(ending)
        await self.hub.start()

    async def _stop(self, starting: asyncio.Task[None]) -> None:
        await asyncio.wait({starting})
        if not has_failed(starting):
            await self.hub.stop(self.within)

    def _warn_of_workers(self) -> None:
        if isinstance(self.broker, MemoryBroker) and (workers := count_workers()) > 1:
            _log.warning(
                "the server has %d workers, and an update reaches the clients of its own worker only;"
                ' start one worker, or write WsApp(broker="redis://...")',
                workers,
            )

    def _note(self, starting: asyncio.Task[None]) -> None:
        error = None if starting.cancelled() else starting.exception()
        self._log(error, known=isinstance(error, ConnectionError))

    def _log(self, error: BaseException | None, *, known: bool) -> None:
        """Log the result of a start if it differs from the previous one."""
        failure = None if error is None else str(error)
        if failure == self._failure:
            return
        self._failure = failure
        if error is None:
            _log.warning("the app has started")
        else:
            _log.error("the app could not start: %s", error, exc_info=None if known else error)


def has_failed(task: asyncio.Task[None]) -> bool:
    """Return whether the task was cancelled or has raised an exception."""
    return task.done() and (task.cancelled() or task.exception() is not None)
