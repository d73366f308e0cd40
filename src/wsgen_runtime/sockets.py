"""The WebSocket side of an app: takes each client from its handshake to its end."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping

from starlette.types import Receive, Send

from wsgen_runtime.auth import (
    Authenticate,
    Authorize,
    BusyError,
    Connection,
    RefusedError,
    Session,
)
from wsgen_runtime.client import Client
from wsgen_runtime.closing import CloseCode
from wsgen_runtime.conversation import Conversation
from wsgen_runtime.handshake import admit, refuse
from wsgen_runtime.hub import Hub
from wsgen_runtime.limits import Limits
from wsgen_runtime.router import WsRouter
from wsgen_runtime.stats import Counters

_log = logging.getLogger("wsgen_runtime")


class Sockets:
    """Admits clients and converses with them; while `stopping`, it admits none."""

    def __init__(
        self,
        hub: Hub,
        routers: Mapping[str, WsRouter],
        limits: Limits,
        counters: Counters,
        *,
        startup: Callable[[], Awaitable[None]],
        authenticate: Authenticate | None,
        authorize: Authorize | None,
        origins: Collection[str],
    ) -> None:
        self.stopping = False
        self._hub = hub
        self._routers = routers
        self._requests = {route: router.request_type for route, router in routers.items()}
        self._limits = limits
        self._counters = counters
        self._startup = startup
        self._authenticate = authenticate
        self._authorize = authorize
        self._origins = origins
        self._ids = itertools.count(1)

    async def serve(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Serve one ASGI WebSocket connection."""
        await receive()  # websocket.connect
        try:
            session = await self._admit(connection)
        except RefusedError as refusal:
            self._counters.refused += 1
            _log.info("a client is refused: %s", refusal)
            await refuse(connection, send, refusal)
            return
        try:
            await send(
                {"type": "websocket.accept", "subprotocol": session.subprotocol, "headers": []}
            )
        except OSError:
            return  # the client has gone meanwhile: ASGI says so with an OSError
        await self._converse(connection, session, receive, send)

    async def _admit(self, connection: Connection) -> Session:
        self._require_room()
        try:
            await self._startup()
        except Exception as error:
            # Whatever the broker raises: it is logged, and the client may come again.
            _log.exception("the app could not start")
            raise BusyError("the app could not start") from error
        session = await admit(connection, self._authenticate, self._origins)
        self._require_room()
        return session

    def _require_room(self) -> None:
        bound = self._limits.clients
        if self.stopping:
            raise BusyError("the server shuts down")
        if bound is not None and len(self._hub.clients) >= bound:
            raise BusyError("the server has as many clients as it may have")

    async def _converse(
        self, connection: Connection, session: Session, receive: Receive, send: Send
    ) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("an ASGI application must run in a task")
        client = Client(next(self._ids), session.user, send, self._limits, task.cancel)
        conversation = Conversation(
            client, self._hub, self._routers, self._requests, self._limits, self._authorize
        )
        self._hub.add(client)
        try:
            conversation.watch(connection, session, self._authenticate)
            await conversation.run(receive)
        except asyncio.CancelledError:
            # A client given up asks for this cancellation; any other is not ours to swallow.
            if not client.lost or task.uncancel() > 0:
                raise
        except Exception:
            # Nothing is known to come here; if something does, it is this client's loss and nobody else's.
            self._counters.failures += 1
            _log.exception("a connection failed")
            client.close(CloseCode.INTERNAL, "The server failed", discard=True)
        finally:
            conversation.end()
            self._hub.drop(client)
