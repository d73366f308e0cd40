"""Serves WebSocket connections, each from its handshake to its end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import InitVar, dataclass, field

from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from wsgen_runtime.auth import (
    SUBPROTOCOL,
    Authenticate,
    Authorize,
    BusyError,
    Connection,
    NotFoundError,
    NotStartedError,
    RefusedError,
    Session,
)
from wsgen_runtime.commands.desk import CommandDesk
from wsgen_runtime.connections.client_ids import client_ids
from wsgen_runtime.connections.conversation import Conversation
from wsgen_runtime.connections.handshake import Handshake, Refusals, close_of, refuse
from wsgen_runtime.connections.origins import AllowedPages
from wsgen_runtime.connections.paths import is_below_mount
from wsgen_runtime.connections.permissions import Permissions
from wsgen_runtime.connections.presence import ClientCallback, Presence
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.prepared import prepared_writing
from wsgen_runtime.outgoing.servers import abort_after, is_disconnect, own_send, server_of_task
from wsgen_runtime.protocol.closing import CloseCode
from wsgen_runtime.router import WsRouter
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics.hub import Hub
from wsgen_runtime.user_code.suspended import as_coroutine_function

_log = logging.getLogger("wsgen_runtime")


@dataclass(eq=False)
class Sockets:
    """Accepts clients, and serves each until its connection ends."""

    hub: Hub
    routers: Mapping[str, WsRouter]
    limits: Limits
    counters: Counters
    startup: Callable[[], Awaitable[None]]
    authenticate: InitVar[Authenticate | None]
    authorize: Authorize | None
    pages: AllowedPages
    contract: Callable[[], Awaitable[str]]
    desk: CommandDesk
    prepared: bool | None = None
    """Whether updates are written past `send` if the server can; None means: unless something wraps `send`."""
    on_connect: InitVar[ClientCallback | None] = None
    on_disconnect: InitVar[ClientCallback | None] = None
    _stopping: bool = False
    _stops: int = 0
    _arriving: int = 0
    _refusals: Refusals = field(default_factory=Refusals)
    _wrapped: bool = False
    _ids: Iterator[int] = field(default_factory=client_ids)

    def __post_init__(
        self,
        authenticate: Authenticate | None,
        on_connect: ClientCallback | None,
        on_disconnect: ClientCallback | None,
    ) -> None:
        within = self.limits.auth_timeout
        self._handshake = Handshake(authenticate, within, self.counters.log)
        self._requests = {route: router.request_type for route, router in self.routers.items()}
        self._presence = Presence(
            on_connect, on_disconnect, within, self.counters, self.hub.leaving
        )
        # One object each for all clients.
        self._topics_of = self.hub.topics_of
        self._identify = self._handshake.identify
        self._note_unsent = self.hub.clients.note_unsent

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI WebSocket connection."""
        session = await self._arrive(scope, receive, send)
        if session is None:
            return
        ending = _Ending.of_current_task()
        client = self._client_of(scope, session, send, ending)
        conversation = self._conversation_with(client, scope)
        reading = self._read(client, conversation, receive, session)
        self.hub.clients.add(client)
        try:
            try:
                await (reading if client.direct else client.write_during(reading))
            except asyncio.CancelledError:
                if not ending.expects_cancellation():
                    raise
            if client.pending_close is not None:
                await self._close_last(client.pending_close, receive, send)
        finally:
            self._drop(client)  # also if reading has never started
            abort_after(scope, 0.0 if ending.asked else self.limits.close_timeout)
            await self._presence.gone(client)

    def stop(self) -> None:
        """Refuse new clients until `resume`, and close those that are being accepted."""
        self._stopping = True
        self._stops += 1

    def resume(self) -> None:
        """Accept clients again."""
        self._stopping = False

    async def _arrive(self, scope: Scope, receive: Receive, send: Send) -> Session | None:
        """Accept the client and return its session, or refuse it and return None."""
        await receive()  # websocket.connect
        bound = self.limits.clients
        full = bound is not None and len(self.hub.clients) + self._arriving >= bound
        self._arriving += 1
        try:
            return await self._accept(Connection(scope), receive, send, full)
        finally:
            self._arriving -= 1

    async def _accept(
        self, connection: Connection, receive: Receive, send: Send, full: bool
    ) -> Session | None:
        """Accept the client and return its session, or refuse it and return None."""
        stops = self._stops
        try:
            if is_below_mount(connection.scope):
                raise NotFoundError(f"no endpoint has the path {connection.scope['path']}")
            if full:
                raise BusyError("the maximum number of clients is connected")
            session = await self._admit(connection, stops)
        except RefusedError as refusal:
            self.counters.refused += 1
            self._refusals.note(refusal)
            if self._reads_close_codes(connection, refusal):
                await self._tell(connection, receive, send, refusal)
            else:
                await refuse(connection, receive, send, refusal)
            return None
        chosen = session.subprotocol
        if chosen is None and SUBPROTOCOL in connection.subprotocols:
            chosen = SUBPROTOCOL
        try:
            await send({"type": "websocket.accept", "subprotocol": chosen, "headers": []})
            if stops != self._stops:  # the hub does not know this client yet
                await WebSocketClose(int(CloseCode.GOING_AWAY), "Server is shutting down")(
                    connection.scope, receive, send
                )
                return None
        except Exception as error:
            if is_disconnect(error):
                return None
            raise
        return session

    def _reads_close_codes(self, connection: Connection, refusal: RefusedError) -> bool:
        """Return whether to accept a client to notify it of `refusal`, since it offers our subprotocol.

        Pages that may not connect, and wrong addresses, are refused by HTTP in any case.
        """
        if SUBPROTOCOL not in connection.subprotocols or isinstance(refusal, NotFoundError):
            return False
        try:
            self.pages.check(connection)
        except RefusedError:
            return False
        return True

    async def _tell(
        self, connection: Connection, receive: Receive, send: Send, refusal: RefusedError
    ) -> None:
        """Accept the client, and close it with the code that says why it is refused."""
        # The client may have disconnected, which servers report in several ways.
        with suppress(Exception):
            await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL, "headers": []})
            code, reason = close_of(refusal)
            await WebSocketClose(int(code), reason)(connection.scope, receive, send)
        abort_after(connection.scope, self.limits.close_timeout)

    async def _admit(self, connection: Connection, stops: int) -> Session:
        self._require_serving(stops)
        try:
            await self.startup()
        except Exception as error:
            # A broker may raise anything. `startup` has logged it, and the client may try again.
            raise NotStartedError(f"the app could not start: {error}") from error
        self.pages.check(connection)
        session = await self._handshake.identify(connection)
        self._require_serving(stops)
        return session

    def _require_serving(self, stops: int) -> None:
        if self._stopping or stops != self._stops:
            raise BusyError("the server is shutting down")

    def _client_of(self, scope: Scope, session: Session, send: Send, ending: "_Ending") -> Client:
        own, server = own_send(send), server_of_task()
        past = own is not None if self.prepared is None else self.prepared
        prepare, write = prepared_writing(scope)
        if write is not None and not past:
            prepare = write = None
            self._note_wrapped()
        return Client(
            next(self._ids),
            session.user,
            as_coroutine_function(own or send),
            self.limits,
            user_id=session.id,
            topics_of=self._topics_of,
            direct=own is not None,
            closes_last=server == "granian",
            prepare=prepare,
            write=write,
            on_lost=ending,
            on_failure=self._note_unsent,
        )

    def _conversation_with(self, client: Client, scope: Scope) -> Conversation:
        limits = self.limits.on(server_of_task())
        permissions = Permissions(
            client, self.hub.topics, limits, self.authorize, self.counters.log
        )
        return Conversation(
            client,
            self.hub,
            self.routers,
            self._requests,
            limits,
            permissions,
            scope,
            self._identify,
            self.contract,
            self.desk,
        )

    def _note_wrapped(self) -> None:
        """Log once that prepared messages are left unused, unless the app asks for that."""
        if self.prepared is None and not self._wrapped:
            self._wrapped = True
            _log.warning(
                "the server takes prepared messages, but updates are sent to each client, because a middleware "
                "wraps `send`: WsApp(prepared=True) writes past it, and prepared=False says that this is meant"
            )

    def _drop(self, client: Client) -> None:
        self.hub.drop(client)
        self._presence.leave(client)

    async def _close_last(self, pending_close: Message, receive: Receive, send: Send) -> None:
        """Send the close frame, now that nothing waits in `receive`, and wait for the answer of the client."""
        with suppress(Exception):  # the connection ends in any case
            async with asyncio.timeout(self.limits.close_timeout):
                await send(pending_close)
                while (await receive())["type"] != "websocket.disconnect":
                    pass

    async def _read(
        self, client: Client, conversation: Conversation, receive: Receive, session: Session
    ) -> None:
        """Serve the client until it has disconnected; a failure affects this client only."""
        try:
            await self._presence.arrive(client)
            await conversation.run(receive, session)
        except Exception as error:
            self.counters.fail("a connection failed", error)
            client.close(CloseCode.INTERNAL, "Internal server error", discard=True)
            await client.close_sent()
        finally:
            if client.pending_close is None:
                self._drop(client)


@dataclass(slots=True, eq=False)
class _Ending:
    """Ends the task of a connection that is to be given up."""

    task: asyncio.Task[None]
    asked: bool = False

    @classmethod
    def of_current_task(cls) -> "_Ending":
        """Return the ending of the task that is running; raises RuntimeError if there is none."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("an ASGI application must run in a task")
        return cls(task)

    def __call__(self) -> None:
        self.asked = True
        self.task.cancel()

    def expects_cancellation(self) -> bool:
        """Return whether the task was cancelled by this only; that cancellation is then over."""
        return self.asked and self.task.uncancel() == 0
