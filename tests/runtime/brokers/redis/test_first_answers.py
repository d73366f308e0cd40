"""The first subscriber of a topic with positions is answered as soon as its epoch is known."""

import asyncio

import pytest
from tests.runtime.brokers.redis.redis_apps import LEASE
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import Bar, BarRequest, Recorder

from wsgen_runtime import History, WsApp, WsRouter
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.testing import connect
from wsgen_runtime.topics import lifecycle


async def test_the_wait_for_an_epoch_ends_with_the_epoch(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "_BEGINS", 3_600.0)
    router = WsRouter(
        service=Recorder(),
        route="bars",
        request_type=BarRequest,
        data_type=Bar,
        history=History(),
    )
    app = WsApp(routers=[router], broker=RedisBroker(server.url, prefix="wsgen", lease=LEASE))
    async with app.lifespan(), asyncio.timeout(30), connect(app, hello=True) as client:
        for symbol in ("AAPL", "MSFT", "AAPL"):
            answer = await client.subscribe("bars", {"symbol": symbol}, timeout=20)
            assert answer["epoch"]
            assert answer["seq"] == 0
            await client.unsubscribe("bars", {"symbol": symbol})
