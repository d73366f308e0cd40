"""One accepted connection: reads and serves the frames of its client until it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from pydantic import BaseModel
from starlette.types import Receive

from wsgen_runtime.auth import Session
from wsgen_runtime.connections.permissions import Permissions
from wsgen_runtime.connections.timers import Timers
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.events import Event, Fault, Ping, Subscribe, Unsubscribe
from wsgen_runtime.protocol.frames import PLAIN_PONG, pong_frame, size_of, unsubscribed_frame
from wsgen_runtime.protocol.incoming import ServerProtocol
from wsgen_runtime.protocol.payloads import ErrorCode, ErrorDetail
from wsgen_runtime.router import WsRouter
from wsgen_runtime.topics.hub import Hub

_TURN = 0.005  # seconds after which serving one client pauses, to let others run


class Conversation:
    """The incoming side of one client, from its acceptance to its end."""

    __slots__ = (
        "_client",
        "_hub",
        "_limits",
        "_loop",
        "_permissions",
        "_protocol",
        "_routers",
        "_timers",
    )

    def __init__(
        self,
        client: Client,
        hub: Hub,
        routers: Mapping[str, WsRouter],
        requests: Mapping[str, type[BaseModel]],
        limits: Limits,
        permissions: Permissions,
        identify: Callable[[], Awaitable[Session]],
    ) -> None:
        self._client = client
        self._hub = hub
        self._routers = routers
        self._limits = limits
        self._permissions = permissions
        self._loop = asyncio.get_running_loop()
        self._protocol = ServerProtocol(requests, limits, self._loop.time())
        self._timers = Timers(client, identify, self.renew)

    async def run(self, receive: Receive, session: Session) -> None:
        """Serve frames until the client has disconnected."""
        self._timers.start(self._limits, session)
        try:
            await self._serve_frames(receive)
        finally:
            self._timers.stop()

    async def _serve_frames(self, receive: Receive) -> None:
        client, protocol = self._client, self._protocol
        clock = self._loop.time
        busy = 0.0
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if client.closing or client.lost:
                continue
            now = clock()
            self._timers.hold()
            text = message.get("text")
            if text is not None:
                event = protocol.receive_text(text, now)
            else:
                event = protocol.receive_bytes(message.get("bytes") or b"", now)
            fault = await self._serve(event)
            if fault is None:
                protocol.served()
            else:
                self._hub.clients.refuse(client, fault)
            # While the server has more frames of this client, `receive` does not let other tasks run.
            served = clock()
            self._timers.heard(served)
            busy += served - now
            if busy > _TURN:
                busy = 0.0
                await asyncio.sleep(0)

    async def renew(self) -> None:
        """Check each subscription again, since the user or the user's rights may have changed."""
        for topic, router, request in self._permissions.granted():
            try:
                allowed = await self._permissions.allow(router, request)
            except Exception as error:  # authorize is user code
                self._hub.clients.note_failure(self._client, error)
                allowed = False
            if not allowed:
                self._permissions.withdraw(topic)
                self._hub.revoke(self._client, router, topic, "Subscription no longer authorized")

    # -- frames

    async def _serve(self, event: Event) -> Fault | None:
        """Do what the client asks; return a fault if that is not possible."""
        if isinstance(event, Subscribe):
            return await self._subscribe(event)
        if isinstance(event, Unsubscribe):
            return self._unsubscribe(event)
        if isinstance(event, Ping):
            self._hub.clients.answer(
                self._client, PLAIN_PONG if event.plain else pong_frame(event.id)
            )
            return None
        return event

    async def _subscribe(self, event: Subscribe) -> Fault | None:
        router = self._routers[event.route]
        topic = self._name_topic(event)
        if isinstance(topic, Fault):
            return topic
        try:
            allowed = await self._permissions.allow(router, event.request)
        except Exception as error:  # authorize is user code
            return self._protocol.failure(event.id, error)
        if not allowed:
            return self._protocol.fault(
                ErrorCode.UNAUTHORIZED, "Not authorized to subscribe", id=event.id
            )
        excess = self._permissions.excess(topic)
        if excess is not None:
            return self._protocol.fault(ErrorCode.TOO_MANY_SUBSCRIPTIONS, excess, id=event.id)
        # The connection may have ended while authorize was running.
        if not (self._client.closing or self._client.lost):
            self._permissions.grant(topic, router, event.request)
            self._hub.subscribe(self._client, router, topic, event.id)
        return None

    def _unsubscribe(self, event: Unsubscribe) -> Fault | None:
        router = self._routers[event.route]
        topic = self._name_topic(event)
        if isinstance(topic, Fault):
            return topic
        if not self._hub.unsubscribe(self._client, router, topic):
            return self._protocol.fault(ErrorCode.NOT_SUBSCRIBED, "Not subscribed", id=event.id)
        self._permissions.withdraw(topic)
        self._hub.clients.answer(self._client, unsubscribed_frame(router.route, topic, event.id))
        return None

    def _name_topic(self, event: Subscribe | Unsubscribe) -> str | Fault:
        try:
            topic = self._routers[event.route].name_topic(event.request)
        except Exception as error:  # serializers of the request are user code
            return self._protocol.failure(event.id, error)
        if size_of(topic) > self._limits.topic_bytes:
            message = f"The topic name is longer than {self._limits.topic_bytes} bytes"
            detail = ErrorDetail(loc=("payload",), message=message, type="topic_too_long")
            return self._protocol.fault(
                ErrorCode.INVALID_PAYLOAD, "The payload is invalid", id=event.id, details=(detail,)
            )
        return topic
