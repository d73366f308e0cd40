"""One accepted connection: reads and serves the frames of its client until it ends."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel
from starlette.types import Receive, Scope

from wsgen_runtime.auth import Connection, RefusedError, Session
from wsgen_runtime.commands.desk import CommandDesk
from wsgen_runtime.commands.turns import CommandTurns
from wsgen_runtime.connections.handshake import close_of
from wsgen_runtime.connections.permissions import Permissions
from wsgen_runtime.connections.timers import Timers, needs_timers
from wsgen_runtime.errors import ServiceError, reason_of, sound
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.closing import CloseCode
from wsgen_runtime.protocol.events import (
    AskCommand,
    Event,
    Fault,
    FrameId,
    Hello,
    Ping,
    Question,
    Reauthenticate,
    Subscribe,
    Unsubscribe,
)
from wsgen_runtime.protocol.frames import (
    PLAIN_PONG,
    authenticated_frame,
    hello_frame,
    notice_frame,
    pong_frame,
    size_of,
    unsubscribed_frame,
)
from wsgen_runtime.protocol.incoming import ServerProtocol
from wsgen_runtime.protocol.payloads import (
    ErrorCode,
    ErrorDetail,
    Notice,
    ServerHello,
    ServerLimits,
)
from wsgen_runtime.protocol.reasons import Reason
from wsgen_runtime.protocol.topic_names import name_of
from wsgen_runtime.router import WsRouter
from wsgen_runtime.topics.hub import Hub

FEATURES = ("positions", "snapshot", "keys", "renewal")
_APART = (
    1.0  # seconds between two authentications by the same client, since each may ask a database
)
_TURN = 0.005  # seconds after which serving one client pauses, to let others run


@dataclass(slots=True, eq=False)
class Conversation:
    """The incoming side of one client, from its acceptance to its end."""

    client: Client
    hub: Hub
    routers: Mapping[str, WsRouter]
    requests: Mapping[str, type[BaseModel]]
    limits: Limits
    permissions: Permissions
    scope: Scope
    """That of the handshake; after a renewal by the client, with its new token."""
    authenticate: Callable[[Connection], Awaitable[Session]]
    contract: Callable[[], Awaitable[str]]
    desk: CommandDesk
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _protocol: ServerProtocol = field(init=False)
    _running: Timers | None = None
    _turns: CommandTurns | None = None
    _authenticated_at: float = -math.inf

    def __post_init__(self) -> None:
        now, asked = self._loop.time(), self.desk.requests
        self._protocol = ServerProtocol(self.requests, self.limits, now, asked)

    async def run(self, receive: Receive, session: Session) -> None:
        """Serve frames until the client has disconnected."""
        client, protocol, loop = self.client, self._protocol, self._loop
        timers, busy = None, 0.0
        if needs_timers(self.limits, session):
            timers = self._timers()
            timers.start(self.limits, session)
        try:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    return
                if client.closing or client.lost:
                    continue
                now = loop.time()
                if timers is not None:
                    timers.hold()
                text = message.get("text")
                if text is not None:
                    event = protocol.receive_text(text, now)
                else:
                    event = protocol.receive_bytes(message.get("bytes") or b"", now)
                fault = await self._serve(event)
                if fault is None:
                    protocol.served()
                else:
                    self.hub.clients.refuse(client, fault)
                del message, text, event, fault  # they would take memory while the client is silent
                # While the server has more frames of this client, `receive` does not let other tasks run.
                served = loop.time()
                if timers is not None:
                    timers.heard(served)
                busy += served - now
                if busy > _TURN:
                    busy = 0.0
                    await asyncio.sleep(0)
        finally:
            if self._running is not None:
                self._running.stop()

    async def renew(self) -> None:
        """Check each subscription again, since the user or the user's rights may have changed."""
        for topic, router, request in self.permissions.granted():
            reason = Reason("Subscription no longer authorized", "unauthorized")
            try:
                served = await self.permissions.serve(router, request)
                if served is not None and router.key_topic(served) != topic:
                    served, reason = None, Reason("Subscription changed", "changed", 1.0)
            except Exception as raised:  # authorize is user code
                error, served = sound(raised), None
                if isinstance(error, ServiceError):
                    self.hub.clients.note_refusal()
                    reason = reason_of(error)
                else:
                    self.hub.clients.note_failure(self.client, error)
            if served is None:
                self.permissions.withdraw(topic)
                self.hub.revoke(self.client, router, topic, reason)

    def _timers(self) -> Timers:
        """Return the timers of the connection, which most have no need of."""
        if self._running is None:
            self._running = Timers(self.client, self._identify, self.renew, self._notify)
        return self._running

    async def _identify(self) -> Session:
        return await self.authenticate(Connection(self.scope))

    def _notify(self, expires_in: float) -> None:
        message = "The authentication expires; send `authenticate` with a new token"
        notice = Notice(code="authentication_expires", message=message, expires_in=expires_in)
        self.hub.clients.notify(self.client, notice_frame(notice))

    # -- frames

    async def _serve(self, event: Event) -> Fault | None:
        """Do what the client asks; return a fault if that is not possible."""
        if isinstance(event, Subscribe):
            return await self._subscribe(event)
        if isinstance(event, Unsubscribe):
            return self._unsubscribe(event)
        if isinstance(event, AskCommand):
            if self._turns is None:  # most clients ask for none
                self._turns = CommandTurns(self.client, self.desk, self.permissions.serve)
            self._turns.ask(event)
            return None
        if isinstance(event, Ping):
            self.hub.clients.answer(
                self.client, PLAIN_PONG if event.plain else pong_frame(event.id)
            )
            return None
        if isinstance(event, Hello):
            await self._greet(event)
            return None
        if isinstance(event, Reauthenticate):
            return await self._reauthenticate(event)
        return event

    async def _greet(self, event: Hello) -> None:
        contract = await self.contract()
        self.client.greet(event.features)
        limits = self.limits
        answer = ServerHello(
            features=FEATURES,
            contract=contract,
            limits=ServerLimits(
                frames_per_second=limits.frames_per_second,
                frame_burst=limits.frame_burst,
                subscriptions=limits.subscriptions,
                heartbeat=None if limits.heartbeat == math.inf else limits.heartbeat,
                idempotency=limits.idempotency,
            ),
        )
        self.hub.clients.answer(self.client, hello_frame(answer, event.id))
        if self._running is not None:
            self._running.greeted()

    async def _reauthenticate(self, event: Reauthenticate) -> Fault | None:
        now, frame_id = self._loop.time(), event.id
        rest = self._authenticated_at + _APART - now
        if rest > 0:
            message = "Authenticated a moment ago; the frame was ignored"
            return self._protocol.fault(
                ErrorCode.RATE_LIMITED, message, id=frame_id, retry_after=math.ceil(rest)
            )
        self._authenticated_at = now
        connection = Connection(self.scope).renewed(event.token)
        timers = self._timers()
        timers.suspend_expiry()
        try:
            session = await self.authenticate(connection)
        except RefusedError as refusal:
            if close_of(refusal)[0] == CloseCode.TRY_LATER:
                message, close = "The authentication cannot be checked now", CloseCode.TRY_LATER
                code, after = ErrorCode.UNAVAILABLE, 1.0
                return Fault(code, message, id=frame_id, close=close, retry_after=after)
            message, close = "Authentication refused", CloseCode.UNAUTHORIZED
            return Fault(ErrorCode.UNAUTHORIZED, message, id=frame_id, close=close)
        self.scope = connection.scope
        expires_in = timers.accept(session)
        if expires_in != 0:
            await self.renew()
            self.hub.clients.answer(self.client, authenticated_frame(expires_in, frame_id))
        return None

    async def _subscribe(self, event: Subscribe) -> Fault | None:
        router = self.routers[event.route]
        asked = self._name_topic(event, event.request)
        if isinstance(asked, Fault):
            return asked
        since = event.since if self.client.positions else None
        if isinstance(since, ErrorDetail):
            return self._protocol.fault(
                ErrorCode.INVALID_PAYLOAD, "The position is invalid", id=event.id, details=(since,)
            )
        try:
            request = await self.permissions.serve(router, event.request)
        except Exception as raised:  # authorize is user code
            error = sound(raised)
            if isinstance(error, ServiceError):
                return self._refuse(error, event.id)
            return self._protocol.failure(event.id, error)
        if request is None:
            return self._protocol.fault(
                ErrorCode.UNAUTHORIZED, "Not authorized to subscribe", id=event.id
            )
        topic = asked if request is event.request else self._name_topic(event, request)
        if isinstance(topic, Fault):
            return topic
        if self.hub.has_namesake(self.client, topic):
            return self._invalid(
                event, 'The client has another topic with this name, in which null is ""', "alike"
            )
        excess = self.permissions.excess(topic)
        if excess is not None:
            return self._protocol.fault(
                ErrorCode.TOO_MANY_SUBSCRIPTIONS,
                excess.message,
                id=event.id,
                retry_after=excess.retry_after,
            )
        # The connection may have ended while authorize was running.
        if not (self.client.closing or self.client.lost):
            self.permissions.grant(topic, router, event.request, asked)
            question = Question(event.id, since)
            self.hub.subscribe(self.client, router, topic, question, request)
        return None

    def _unsubscribe(self, event: Unsubscribe) -> Fault | None:
        router = self.routers[event.route]
        asked = self._name_topic(event, event.request)
        if isinstance(asked, Fault):
            return asked
        topic = self.permissions.served_for(asked)
        if not self.hub.unsubscribe(self.client, router, topic):
            return self._protocol.fault(ErrorCode.NOT_SUBSCRIBED, "Not subscribed", id=event.id)
        self.permissions.withdraw(topic)
        self.hub.clients.answer(self.client, unsubscribed_frame(router.route, topic, event.id))
        return None

    def _name_topic(self, event: Subscribe | Unsubscribe, request: BaseModel) -> str | Fault:
        try:
            topic = self.routers[event.route].key_topic(request)
        except Exception as error:  # serializers of the request are user code
            return self._protocol.failure(event.id, error)
        if size_of(name_of(topic)) > self.limits.topic_bytes:
            message = f"The topic name is longer than {self.limits.topic_bytes} bytes"
            return self._invalid(event, message, "topic_too_long")
        return topic

    def _invalid(self, event: Subscribe | Unsubscribe, message: str, kind: str) -> Fault:
        detail = ErrorDetail(loc=("payload",), message=message, type=kind)
        return self._protocol.fault(
            ErrorCode.INVALID_PAYLOAD, "The payload is invalid", id=event.id, details=(detail,)
        )

    def _refuse(self, error: ServiceError, frame_id: FrameId) -> Fault:
        """Return the answer of a service that refuses to serve a frame, and count it."""
        self.hub.clients.note_refusal()
        code, message, details = error.code, error.message, error.details
        after = error.retry_after
        return self._protocol.fault(code, message, id=frame_id, details=details, retry_after=after)
