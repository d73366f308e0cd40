"""A `WsApp` sends a client the same, and counts the same, as with uvicorn's own protocol."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.runtime.framing.offers import OFFERS
from tests.runtime.framing.wire import Talk
from tests.runtime.services import Recorder
from tests.runtime.virtual_time import in_virtual_time
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Offer

from wsgen_runtime import Delivery, Limits, WsApp, WsRouter
from wsgen_runtime.framing.protocol import Protocol
from wsgen_runtime.stats import Stats

Script = list[tuple[str, Any]]


class Named(BaseModel):
    name: str


class Service(Recorder):
    async def remove_topic(self, topic: str) -> None:  # type: ignore[override] # both forms are allowed
        super().remove_topic(topic)


class WithStates(Service):
    async def snapshot(self, request: Named) -> str:
        return "state" * 100


class Wrapping:
    """A middleware whose `send` takes a turn of the event loop."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def later(message: Message) -> None:
            await asyncio.sleep(0)
            await send(message)

        await self.app(scope, receive, later)


class Conversation:
    """One client of a `WsApp`, and all that happens to it."""

    def __init__(
        self, implementation: type, offer: dict[str, Any] | None, *, wrapped: bool
    ) -> None:
        self.services = (Service(), WithStates())
        bars, books = self.services
        delivery = Delivery(queue=3)
        self.ws_app = WsApp(
            routers=[
                WsRouter(
                    service=bars,
                    route="bars",
                    request_type=Named,
                    data_type=str,
                    delivery=delivery,
                ),
                WsRouter(
                    service=books,
                    route="books",
                    request_type=Named,
                    data_type=str,
                    snapshot_type=str,
                    delivery=delivery,
                ),
            ],
            limits=Limits(outbox_bytes=300_000, frames_per_second=None),
        )
        self.implementation, self.wrapped = implementation, wrapped
        self.offer = None if offer is None else Offer(**offer)

    async def play(self, script: Script) -> tuple[list[tuple[str, bytes]], bool, Stats]:
        """Return what the client has received, whether the server has closed, and what was counted."""
        app: Any = Starlette(routes=self.ws_app.routes("/"))
        async with self.ws_app.lifespan(app):
            served = Wrapping(app) if self.wrapped else app
            talk = self.talk = Talk(self.implementation, served, self.offer)
            await asyncio.sleep(0.1)
            for step, value in script:
                await getattr(self, step)(value)
            talk.protocol.resume_writing()
            await asyncio.sleep(0.5)
            closing = talk.wire.closing
            await talk.end()
            return talk.wire.received, closing, self.ws_app.stats

    @property
    def open(self) -> bool:
        return self.talk.client.state.name == "OPEN" and not self.talk.wire.closing

    async def say(self, texts: list[str]) -> None:
        if self.open:
            for text in texts:
                self.talk.client.send_text(text.encode())
            self.talk.pass_on()

    async def update(self, texts: list[str]) -> None:
        for service in self.services:
            for feed in service.feeds.values():
                for text in texts:
                    with suppress(ValueError):  # of one that has no JSON
                        feed(text)

    async def ping(self, payload: bytes) -> None:
        if self.open:
            self.talk.client.send_ping(payload)
            self.talk.pass_on()

    async def leave(self, code: int) -> None:
        if self.open:
            self.talk.client.send_close(code)
            self.talk.pass_on()

    async def stall(self, _: None) -> None:
        self.talk.protocol.pause_writing()

    async def go_on(self, _: None) -> None:
        self.talk.protocol.resume_writing()

    async def turns(self, number: int) -> None:
        for _ in range(number):
            await asyncio.sleep(0)

    async def disconnect(self, code: int) -> None:
        for number in tuple(self.ws_app.clients):
            self.ws_app.disconnect(number, code=code, reason="as asked")

    async def shutdown(self, _: None) -> None:
        if not self.talk.wire.closing:
            self.talk.protocol.shutdown()

    async def lose(self, _: None) -> None:
        await asyncio.sleep(0.1)  # or what is collected in this turn is lost with the connection
        if self.talk.protocol in self.talk.state.connections:
            self.talk.lose(ConnectionResetError())


def frame(kind: str, payload: dict[str, Any] | None = None, **more: object) -> str:
    return json.dumps({"type": kind, **({} if payload is None else {"payload": payload}), **more})


def named(kind: str, name: str) -> str:
    return frame(kind, {"name": name}, id=name[:1])


FRAMES = st.sampled_from(
    [
        "ping",
        frame("ping", id=1),
        frame("ping", id="ä\u2028"),
        frame("ping", id="\ud800"),
        named("bars.subscribe", "a"),
        named("bars.subscribe", "ä\u2028" * 300),
        named("bars.unsubscribe", "a"),
        named("books.subscribe", "a"),
        named("books.unsubscribe", "a"),
        named("unknown.subscribe", "\ud800"),
        frame("hello", {"protocol": 1, "features": ["positions", "snapshot", "renewal"]}),
        frame("authenticate", {"token": "x"}),
        "not JSON \x00",
    ]
)
TEXTS = st.sampled_from(["", "a", "ä€😀" * 50, "\ud800", "x" * 40_000])
SAYING = st.tuples(st.just("say"), st.lists(FRAMES, min_size=1, max_size=5))
UPDATING = st.tuples(st.just("update"), st.lists(TEXTS, min_size=1, max_size=6))
STEP = st.one_of(
    SAYING,
    SAYING,
    UPDATING,
    UPDATING,
    st.tuples(st.just("ping"), st.binary(max_size=9)),
    st.tuples(st.sampled_from(["stall", "go_on"]), st.none()),
    st.tuples(st.just("turns"), st.sampled_from([1, 2, 3, 20])),
)
ENDING = st.one_of(
    st.just(("turns", 1)),
    st.tuples(st.sampled_from(["leave", "disconnect"]), st.sampled_from([1000, 4000])),
    st.tuples(st.sampled_from(["shutdown", "lose"]), st.none()),
)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("offer", ["none", "parameters"])
@settings(max_examples=15, deadline=None)
@given(st.lists(STEP, max_size=14), ENDING, st.lists(STEP, max_size=3))
def test_a_client_receives_and_the_app_counts_the_same(
    offer: str, wrapped: bool, steps: Script, ending: tuple[str, Any], late: Script
) -> None:
    def play(implementation: type) -> tuple[list[tuple[str, bytes]], bool, Stats]:
        conversation = Conversation(implementation, OFFERS[offer], wrapped=wrapped)
        return in_virtual_time(conversation.play([*steps, ending, *late]))

    assert play(Protocol) == play(WebSocketsSansIOProtocol)
