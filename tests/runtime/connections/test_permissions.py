"""Permissions of a client that is connected: they are checked again, and forgotten with its subscriptions."""

import asyncio
import time

import pytest
from pydantic import BaseModel, field_serializer
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRequest, BarRouter, Recorder, until

from wsgen_runtime import Connection, Session, WsApp, WsRouter
from wsgen_runtime.connections.permissions import Permissions
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.events import Question
from wsgen_runtime.testing import ErrorFrameError, connect
from wsgen_runtime.topics.subscriptions import TopicIndex
from wsgen_runtime.user_code.failure_log import FailureLog


async def test_a_subscription_ends_if_authorize_fails_after_a_renewal() -> None:
    renewals: list[Session] = []

    def authenticate(_: Connection) -> Session:
        expires_at = None if renewals else time.time() + 0.05
        renewals.append(Session("ann", expires_at=expires_at))
        return renewals[-1]

    def authorize(*_: object) -> bool:
        if len(renewals) > 1:
            raise ConnectionError("the database is away")
        return True

    app = WsApp(
        routers=[BarRouter(service=Recorder())], authenticate=authenticate, authorize=authorize
    )
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        frame = await client.receive()
        assert frame["payload"]["topic"] == AAPL_TOPIC
        await until(lambda: app.topics == ())
    assert app.stats.failures == 1


async def test_a_serializer_that_fails_is_an_internal_error() -> None:
    class Request(BaseModel):
        symbol: str

        @field_serializer("symbol")
        def shown(self, symbol: str) -> str:
            raise ValueError(symbol)

    router = WsRouter(service=Recorder(), route="bars", request_type=Request, data_type=Bar)
    async with connect(WsApp(routers=[router])) as client:
        for ask in (client.subscribe, client.unsubscribe):
            with pytest.raises(ErrorFrameError) as caught:
                await ask("bars", AAPL)
            assert (caught.value.code, caught.value.payload["message"]) == (
                "internal",
                "Internal server error",
            )


async def test_permissions_for_topics_that_have_ended_are_forgotten() -> None:
    async def send(message: object) -> None: ...

    client = Client(
        1,
        "ann",
        send,
        Limits(),
        direct=True,
        on_lost=asyncio.Event().set,
        on_failure=lambda *_: None,
    )
    topics: TopicIndex[Client, Question] = TopicIndex()
    permissions = Permissions(client, topics, Limits(), lambda *_: True, FailureLog())
    router, request = BarRouter(service=Recorder()), BarRequest(symbol="AAPL")
    topics.join("kept", client, Question(None))
    permissions.grant("kept", router, request, "kept")
    for number in range(100):
        permissions.grant(f"ended {number}", router, request, f"ended {number}")
    granted = [topic for topic, _, _ in permissions.granted()]
    assert granted[0] == "kept"
    assert len(granted) < 15
