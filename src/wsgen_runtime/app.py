"""WsApp: the ASGI application that serves the routers of a module."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, overload

from starlette.types import Receive, Scope, Send

from wsgen_runtime.auth import Authenticate, Authorize
from wsgen_runtime.brokers.base import Broker, is_keeper
from wsgen_runtime.brokers.choose import choose_broker, keys_of
from wsgen_runtime.command import WsCommands
from wsgen_runtime.commands.desk import LATE, CommandDesk, by_name
from wsgen_runtime.connections.mounting import Routes, api_router, serve_without_slash
from wsgen_runtime.connections.origins import AllowedPages
from wsgen_runtime.connections.presence import ClientCallback
from wsgen_runtime.connections.signals import before_stop_signals
from wsgen_runtime.connections.sockets import Sockets
from wsgen_runtime.documents.contract import Contract
from wsgen_runtime.documents.http import serve_http, served_paths
from wsgen_runtime.documents.metrics import require_prometheus
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.servers import require_websockets
from wsgen_runtime.protocol.closing import CloseCode, require_closable
from wsgen_runtime.protocol.topic_names import name_of
from wsgen_runtime.router import WsRouter, bind_all, by_route
from wsgen_runtime.stats import Counters, Stats
from wsgen_runtime.topics.hub import Hub
from wsgen_runtime.topics.starting import Starting, has_failed
from wsgen_runtime.user_code.callbacks import is_asynchronous, require_callback
from wsgen_runtime.user_code.calls import in_threads

if TYPE_CHECKING:
    from fastapi import APIRouter

_TITLE = "WebSocket API"


class WsApp:
    """An ASGI application that serves `routers` on one WebSocket endpoint.

    Mount it in any ASGI framework, or run it directly; it also serves its documents, such as `GET
    <endpoint>/asyncapi.json`. It is started and shut down by `lifespan`, or by an ASGI server that runs it
    directly; otherwise it starts with its first connection or, if its broker is shared, with the first update
    that is published. Raises ValueError if two routers have the same route, or if the broker cannot keep the
    history of one, and TypeError for a callback that contains `yield` or is a class: a call would not run it.

    - `authenticate(connection)` returns the user who connects, or a `Session`. None, False or `RefusedError`
      refuse the client with HTTP 403 before the socket is accepted. A result that cannot be a user, such as a
      generator, a coroutine or a response, is logged, and the client is refused. A plain function runs in a
      thread.
    - `authorize(user, router, request)` returns True if the user may subscribe, or False, or another request of
      the same type to subscribe with. Any other result is logged and counts as False. A plain function must not
      block; use a coroutine function for that.
    - `origins` are the origins of web pages that may connect besides those of the same host; `*` allows all.
    - `hosts` are the host names that clients may use for the server; `*` allows all. By default, all are allowed,
      except for web pages that reach a loopback address directly: these may only use `localhost` and IP
      addresses.
    - `broker` carries updates between processes; the default is for a single process. With a `redis://` address,
      processes whose apps have the same title share their topics, so that the app needs a title of its own. A
      broker belongs to one app; a second one raises ValueError.
    - `commands` are generated `Commands(service)`, one or several. For a command, `authorize` gets the `Command`
      in place of the router, and its request.
    - `on_connect(client)` is called when a client was accepted, before its first frame is read, and
      `on_disconnect(client)` when it has gone and its subscriptions have ended. A plain function must not block.
      Each may take `Limits.auth_timeout`, and a failure is logged.
    - `docs=False` serves no AsyncAPI documents; `metrics=True` serves `GET <endpoint>/metrics` for Prometheus.
    - `prepared` is for a server that frames an update once for all clients, and writes it past `send`: by default
      where nothing wraps `send`, with True also where a middleware does, which then sees no updates; with False
      never.
    """

    def __init__(
        self,
        *,
        routers: Iterable[WsRouter] = (),
        commands: WsCommands | Iterable[WsCommands] = (),
        title: str = _TITLE,
        version: str = "1.0.0",
        description: str = "",
        authenticate: Authenticate | None = None,
        authorize: Authorize | None = None,
        on_connect: ClientCallback | None = None,
        on_disconnect: ClientCallback | None = None,
        origins: Collection[str] = (),
        hosts: Collection[str] | None = None,
        limits: Limits | None = None,
        broker: Broker | str | None = None,
        docs: bool = True,
        metrics: bool = False,
        prepared: bool | None = None,
    ) -> None:
        if metrics:
            require_prometheus()
        if authenticate is not None:
            require_callback("authenticate", authenticate)
            if not is_asynchronous(authenticate):  # it must not block the event loop
                authenticate = in_threads(authenticate)
        callbacks = {
            "authorize": authorize,
            "on_connect": on_connect,
            "on_disconnect": on_disconnect,
        }
        for name, callback in callbacks.items():
            if callback is not None:
                require_callback(name, callback)
        self.title = title
        self.version = version
        self.description = description
        self.limits = limits or Limits()
        self.docs = docs
        self.metrics = metrics
        self.pages = AllowedPages(origins, hosts)
        self._counters = Counters()
        self._routers = by_route(routers)
        self._broker = choose_broker(broker, title, default_title=_TITLE)
        _require_keeper(self._broker, self._routers.values())
        self._hub = Hub(self._routers, self._broker, self.limits, self._counters)
        self._start = Starting(self._hub, self._broker, self.limits.shutdown_timeout)
        self._hub.updates.launch = self._start.launch
        store = None
        self._commands = (commands,) if isinstance(commands, WsCommands) else tuple(commands)
        offered = by_name(self._commands, self._routers)
        if offered:
            store = keys_of(self._broker, self.limits.idempotency + LATE)
        self._desk = CommandDesk(offered, self.limits, self._counters, self._hub.clients, store)
        bind_all(self._routers.values(), self._hub.updates.publish)
        self._sockets = Sockets(
            self._hub,
            self._routers,
            self.limits,
            self._counters,
            startup=self._start.for_client,
            authenticate=authenticate,
            authorize=authorize,
            pages=self.pages,
            contract=Contract(self),
            desk=self._desk,
            prepared=prepared,
            on_connect=on_connect,
            on_disconnect=on_disconnect,
        )
        self._ending: asyncio.Task[None] | None = None

    @property
    def routers(self) -> Mapping[str, WsRouter]:
        """Return the routers by their route, in the given order."""
        return MappingProxyType(self._routers)

    @property
    def commands(self) -> tuple[WsCommands, ...]:
        """Return what serves the commands, in the given order."""
        return self._commands

    @property
    def clients(self) -> Mapping[int, Client]:
        """Return the connected clients by their id."""
        return MappingProxyType({client.id: client for client in self._hub.clients})

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the names of the topics that have subscribers."""
        return tuple(dict.fromkeys(map(name_of, self._hub.topics.names())))

    @property
    def stats(self) -> Stats:
        """Return the present statistics."""
        clients = tuple(self._hub.clients)
        counters = self._counters
        return Stats(
            clients=len(clients),
            topics=len(self._hub.topics) - self._hub.lingering,
            queued=sum(client.queued for client in clients),
            connections=counters.connections,
            refused=counters.refused,
            updates=counters.updates,
            deliveries=counters.deliveries,
            drops=counters.drops + sum(client.dropped for client in clients),
            lost=counters.lost,
            errors=counters.errors,
            failures=counters.failures,
            broker=self._broker.stats,
            ended=counters.ended,
            lingering=self._hub.lingering,
            recovered=counters.recovered,
            unrecovered=counters.unrecovered,
            coalesced=counters.coalesced,
            snapshots=counters.snapshots,
            refusals=counters.refusals,
            commands=counters.commands,
            keys=self._desk.remembered,
            keys_refused=counters.keys_refused,
        )

    def subscribers(self, topic: str) -> tuple[Client, ...]:
        """Return the clients of this process that are subscribed to `topic`."""
        return self._hub.subscribers(topic)

    def cancel(self, topic: str, reason: str) -> int:
        """End all subscriptions to `topic` and send the reason to the clients; return how many there were.

        With a broker that passes it on, as Redis does, this is done in all processes; the number is that of this
        one. Raises RuntimeError in another thread than that of the event loop, and ValueError for an invalid
        reason.
        """
        self._hub.updates.require_loop("WsApp.cancel")
        reason.encode()
        return self._hub.directives.cancel(topic, reason)

    @overload
    def disconnect(self, client_id: int, *, code: int = ..., reason: str = ...) -> bool: ...

    @overload
    def disconnect(self, *, user: object, code: int = ..., reason: str = ...) -> int: ...

    def disconnect(
        self,
        client_id: int | None = None,
        *,
        user: object = None,
        code: int = CloseCode.POLICY_VIOLATION,
        reason: str = "",
    ) -> int:
        """Close the socket of a client, or those of all clients of a `user`, after their queued frames.

        With a broker that passes it on, as Redis does, this is done in all processes. Returns whether the client
        was connected to this one, or the number of the user's clients that were. A user is the same if its `id`
        is (an attribute, a key, or the `id` of the `Session`), or without one if it is equal as JSON, in whatever
        order its sets and keys are.

        Raises RuntimeError in another thread than that of the event loop, ValueError for a code or a reason that
        a close frame cannot carry, and TypeError for an id that is not an integer, or a user that other processes
        cannot find: one that has no JSON, or has a secret in it. Codes are 1000 to 1003, 1007 to 1014 and 3000 to
        4999; a reason has at most 123 bytes.
        """
        self._hub.updates.require_loop("WsApp.disconnect")
        require_closable(code, reason)
        directives = self._hub.directives
        if (client_id is None) is (user is None):
            raise TypeError("disconnect takes either a client_id or a user")
        if client_id is None:
            return directives.close_user(user, int(code), reason)
        if not isinstance(client_id, int):
            raise TypeError(f"a client_id is an integer, the `id` of a client, not {client_id!r}")
        return directives.close_client(client_id, int(code), reason)

    async def startup(self) -> None:
        """Start on the running event loop, unless the app was started already.

        Raises what the broker raises if it cannot start; the next call tries again. Raises RuntimeError in a
        uvicorn that has no library for WebSockets.
        """
        require_websockets()
        await self._start.startup()

    async def shutdown(self) -> None:
        """Refuse new clients, close all others with 1001, and wait for producers to stop, for a limited time.

        Call it while the server still serves: uvicorn closes all sockets with 1012 before it ends the lifespan.
        `lifespan` calls it when a stop signal comes.
        """
        starting = self._start.take()
        if starting is not None:
            self._ending = asyncio.get_running_loop().create_task(self._end(starting))
        if self._ending is not None and not self._ending.done():
            # `wait`, since the caller may be cancelled, and the task too, by a second signal.
            await asyncio.wait({self._ending})
            if not self._ending.cancelled():
                self._ending.result()

    async def _end(self, starting: asyncio.Task[None]) -> None:
        self._sockets.stop()
        try:
            await asyncio.wait({starting})
            if not has_failed(starting):
                within, began = self.limits.shutdown_timeout, time.monotonic()
                await self._desk.stop(within / 2)
                await self._hub.stop(max(within / 2, within - (time.monotonic() - began)))
        finally:
            self._sockets.resume()

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:
        """Start the app, and shut it down at the end: pass it as `lifespan` to FastAPI, or enter it in your own.

        SIGTERM and SIGINT are passed to the server only after the app has shut down. If `app`, a FastAPI or
        Starlette, has mounted this app at a path, that path serves sockets without a slash at the end too.
        """
        serve_without_slash(app, self)
        await self.startup()
        try:
            with before_stop_signals(self._shut_down_on_signal):
                yield
        finally:
            await self.shutdown()
            self._sockets.resume()

    def router(self, path: str = "") -> "APIRouter":
        """Return a router that serves this app at `path`: `app.include_router(ws_app.router("/ws"))` of FastAPI.

        FastAPI applies its `prefix` and `dependencies` to the sockets and the documents. From version 0.112.2 on,
        it also starts this app with the server and shuts it down: no other `lifespan` is needed. A dependency of
        a socket takes an `HTTPConnection`, since it has no `Request`. Raises ImportError if FastAPI is not
        installed, and ValueError for a path that does not begin with a slash.
        """
        return api_router(self, path, served_paths(self))

    @property
    def routes(self) -> Routes:
        """Make the routes that serve this app at a path: `app.router.routes.extend(ws_app.routes("/ws"))`.

        They serve it in Starlette, which has no `include_router`, and in FastAPI.
        """
        return Routes(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "websocket":
            await self._sockets.serve(scope, receive, send)
        elif scope["type"] == "http":
            await serve_http(self, scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._serve_lifespan(receive, send)

    async def _serve_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.startup()
        except Exception as error:  # a broker may raise anything; the server reports it
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        async with self.lifespan():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _shut_down_on_signal(self) -> None:
        try:
            await self.shutdown()
        except asyncio.CancelledError:  # by a second signal
            if self._ending is not None:
                self._ending.cancel()
            raise
        self._sockets.stop()  # the server accepts connections until it gets the signal


def _require_keeper(broker: Broker, routers: Iterable[WsRouter]) -> None:
    kept = [router.route for router in routers if router.kept]
    if kept and broker.shared and not is_keeper(broker):
        raise ValueError(
            f"{broker!r} keeps no positions, which routes with a history or a snapshot need: {', '.join(kept)}"
        )
