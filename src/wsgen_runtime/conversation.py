"""One accepted connection: reads its frames until it ends, and keeps its timers."""

import asyncio
import inspect
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial

from pydantic import BaseModel
from starlette.types import Receive

from wsgen_runtime.auth import Authenticate, Authorize, Connection, RefusedError, Session
from wsgen_runtime.client import Client
from wsgen_runtime.closing import CloseCode
from wsgen_runtime.frames import pong_frame, unsubscribed_frame
from wsgen_runtime.handshake import identify
from wsgen_runtime.hub import Hub
from wsgen_runtime.limits import Limits
from wsgen_runtime.models import ErrorCode
from wsgen_runtime.protocol import Event, Fault, Ping, ServerProtocol, Subscribe, Unsubscribe
from wsgen_runtime.router import WsRouter

_log = logging.getLogger("wsgen_runtime")


class Conversation:
    """The incoming side of one client, from its accept to its end."""

    __slots__ = (
        "_authorize",
        "_client",
        "_heard",
        "_hub",
        "_limits",
        "_loop",
        "_protocol",
        "_renewal",
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
        authorize: Authorize | None,
    ) -> None:
        self._client = client
        self._hub = hub
        self._routers = routers
        self._limits = limits
        self._authorize = authorize
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._protocol = ServerProtocol(requests, limits, self._heard)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._renewal: asyncio.Task[None] | None = None

    async def run(self, receive: Receive) -> None:
        """Serve frames until the client has gone."""
        client, protocol = self._client, self._protocol
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if client.closing or client.lost:
                continue
            now = self._heard = self._loop.time()
            text = message.get("text")
            if text is not None:
                event = protocol.receive_text(text, now)
            else:
                event = protocol.receive_bytes(message.get("bytes") or b"", now)
            fault = await self._serve(event)
            if fault is None:
                protocol.served()
            else:
                self._hub.refuse(client, fault)

    def watch(
        self, connection: Connection, session: Session, authenticate: Authenticate | None
    ) -> None:
        """Start the timers: silence, the connection's longest life, the end of its authentication."""
        limits = self._limits
        if limits.heartbeat is not None:
            self._check_heartbeat(limits.heartbeat)
        if limits.lifespan is not None:
            self._call_later("lifespan", limits.lifespan, self._end_of_life)
        if session.expires_at is not None and authenticate is not None:
            self._expire_at(session.expires_at, connection, authenticate)

    def end(self) -> None:
        """Stop all timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None

    # -- frames

    async def _serve(self, event: Event) -> Fault | None:
        """Do what the client asks; return why not, if it cannot be done."""
        if isinstance(event, Subscribe):
            return await self._subscribe(event)
        if isinstance(event, Unsubscribe):
            return self._unsubscribe(event)
        if isinstance(event, Ping):
            self._hub.answer(self._client, pong_frame(event.id))
            return None
        return event

    async def _subscribe(self, event: Subscribe) -> Fault | None:
        router = self._routers[event.route]
        try:
            topic = router.name_topic(event.request)
            allowed = await self._may_subscribe(router, event.request)
        except Exception as error:  # authorize and the request's serialisers are user code
            return self._protocol.fault(
                ErrorCode.INTERNAL, "The server failed", id=event.id, cause=error
            )
        if not allowed:
            return self._protocol.fault(
                ErrorCode.UNAUTHORIZED, "You may not subscribe to this", id=event.id
            )
        topics = self._hub.topics
        if not topics.holds(topic, self._client):
            own, everyone = self._limits.subscriptions, self._limits.topics
            if own is not None and topics.count_of(self._client) >= own:
                message = f"You have as many subscriptions as you may have: {own}"
                return self._protocol.fault(ErrorCode.TOO_MANY_SUBSCRIPTIONS, message, id=event.id)
            if everyone is not None and topic not in topics and len(topics) >= everyone:
                message = "The server has as many topics as it may have"
                return self._protocol.fault(ErrorCode.TOO_MANY_SUBSCRIPTIONS, message, id=event.id)
        # The client may have gone, or been told to go, while authorize was asked.
        if not (self._client.closing or self._client.lost):
            self._hub.subscribe(self._client, router, topic, event.id)
        return None

    def _unsubscribe(self, event: Unsubscribe) -> Fault | None:
        router = self._routers[event.route]
        try:
            topic = router.name_topic(event.request)
        except Exception as error:  # the request's serialisers are user code
            return self._protocol.fault(
                ErrorCode.INTERNAL, "The server failed", id=event.id, cause=error
            )
        if not self._hub.unsubscribe(self._client, router, topic):
            return self._protocol.fault(
                ErrorCode.NOT_SUBSCRIBED, "You are not subscribed to this", id=event.id
            )
        self._hub.answer(self._client, unsubscribed_frame(router.route, topic, event.id))
        return None

    async def _may_subscribe(self, router: WsRouter, request: BaseModel) -> bool:
        if self._authorize is None:
            return True
        try:
            answer = self._authorize(self._client.user, router, request)
            return bool(await answer if inspect.isawaitable(answer) else answer)
        except RefusedError:
            return False

    # -- timers

    def _call_later(self, name: str, delay: float, callback: Callable[[], None]) -> None:
        self._timers[name] = self._loop.call_later(delay, callback)

    def _check_heartbeat(self, interval: float) -> None:
        rest = self._heard + interval - self._loop.time()
        if rest > 0:
            self._call_later("heartbeat", rest, partial(self._check_heartbeat, interval))
        else:
            self._client.close(CloseCode.TIMEOUT, "Nothing was heard for too long")

    def _end_of_life(self) -> None:
        self._client.close(CloseCode.GOING_AWAY, "The connection reached its longest life")

    def _expire_at(self, moment: float, connection: Connection, authenticate: Authenticate) -> None:
        delay = max(0.0, moment - time.time())
        self._call_later("expiry", delay, partial(self._renew_soon, connection, authenticate))

    def _renew_soon(self, connection: Connection, authenticate: Authenticate) -> None:
        self._renewal = self._loop.create_task(self._renew(connection, authenticate))

    async def _renew(self, connection: Connection, authenticate: Authenticate) -> None:
        try:
            session = await identify(connection, authenticate)
        except RefusedError:
            self._client.close(CloseCode.UNAUTHORIZED, "The authentication expired")
            return
        self._client.user = session.user
        if session.expires_at is None:
            return
        if session.expires_at <= time.time():
            self._client.close(CloseCode.UNAUTHORIZED, "The authentication expired")
            return
        self._expire_at(session.expires_at, connection, authenticate)
