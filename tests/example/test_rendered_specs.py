"""The routers that are rendered from specs/, served by a real uvicorn to a real client."""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any  # frames are JSON of any shape

import pytest
import uvicorn
from specs.broker import ws_generated as broker
from specs.datafeed import ws_generated as datafeed
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from trading_api import models
from wsgen_runtime import WsApp

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DATA: dict[str, Any] = {
    "bars": models.Bar(time=NOW, open=1, high=2, low=0.5, close=1.5, volume=10),
    "quotes": models.Quote(symbol="AAPL", bid=1.0, ask=1.1, time=NOW),
    "orders": models.Order(
        id="1",
        symbol="AAPL",
        side=models.OrderSide.BUY,
        type=models.OrderType.MARKET,
        status=models.OrderStatus.WORKING,
        quantity=Decimal("1.5"),
    ),
    "positions": models.Position(symbol="AAPL", quantity=Decimal(-2), average_price=Decimal("3.5")),
    "executions": models.Execution(
        order_id="1",
        symbol="AAPL",
        side=models.OrderSide.SELL,
        quantity=Decimal(1),
        price=Decimal("2.25"),
        time=NOW,
    ),
    "equity": models.Equity(balance=Decimal(1), equity=Decimal(2), unrealized_profit=Decimal(1)),
    "broker-connection": models.BrokerConnectionStatus(
        state=models.ConnectionState.CONNECTED, since=NOW
    ),
}
LATEST = {"quotes", "equity", "broker-connection"}  # of which only the newest update waits
REQUESTS: dict[str, dict[str, Any]] = {
    "bars": {"symbol": "AAPL", "resolution": "1"},
    "quotes": {"symbols": ["AAPL"]},
    "orders": {"account_id": "demo"},
    "positions": {"account_id": "demo"},
    "executions": {"account_id": "demo"},
    "equity": {"account_id": "demo"},
    "broker-connection": {"account_id": "demo"},
}


class Recording:
    """A service that counts its calls and sends two updates for each topic before it has begun."""

    def __init__(self) -> None:
        self.created: Counter[str] = Counter()
        self.removed: Counter[str] = Counter()
        self.removal = asyncio.Event()

    async def create_topic(self, topic: str, topic_update: Callable[[Any], None]) -> None:
        self.created[topic] += 1
        for _ in range(2):
            topic_update(DATA[topic.partition(":")[0]])

    async def remove_topic(self, topic: str) -> None:
        self.removed[topic] += 1
        self.removal.set()

    async def until_removed(self, topic: str) -> None:
        async with asyncio.timeout(10):
            while not self.removed[topic]:
                self.removal.clear()
                await self.removal.wait()


@asynccontextmanager
async def served(service: Recording) -> AsyncIterator[str]:
    """Serve the routers of specs/ and yield the server's address."""
    apps = {
        "/api/v1/datafeed/ws": WsApp(
            title="datafeed",
            routers=[
                datafeed.BarWsRouter(service=service),
                datafeed.QuoteWsRouter(service=service),
            ],
        ),
        "/api/v1/broker/ws": WsApp(
            title="broker",
            routers=[
                broker.OrderWsRouter(service=service),
                broker.PositionWsRouter(service=service),
                broker.ExecutionWsRouter(service=service),
                broker.EquityWsRouter(service=service),
                broker.BrokerConnectionWsRouter(service=service),
            ],
        ),
    }
    app = Starlette(
        routes=[route for path, mounted in apps.items() for route in mounted.routes(path)]
    )
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="off", ws="websockets-sansio")
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def frame(client: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(10):
        received = json.loads(await client.recv())
    assert isinstance(received, dict)
    return received


@pytest.mark.parametrize("route", list(DATA))
async def test_client_of_each_route(route: str) -> None:
    service = Recording()
    module = "datafeed" if route in ("bars", "quotes") else "broker"
    async with served(service) as address, connect(f"{address}/api/v1/{module}/ws") as client:
        await client.send(
            json.dumps({"type": f"{route}.subscribe", "payload": REQUESTS[route], "id": 7})
        )
        count = 1 if route in LATEST else 2
        frames = [await frame(client) for _ in range(1 + count)]
        answer = next(item for item in frames if item["type"] == f"{route}.subscribe.response")
        updates = [item for item in frames if item["type"] == f"{route}.update"]
        topic = answer["payload"]["topic"]
        assert answer["id"] == 7
        assert answer["payload"]["status"] == "ok"
        assert topic.startswith(f"{route}:{{")
        assert [item["payload"]["topic"] for item in updates] == [topic] * count
        assert [item["payload"]["payload"] for item in updates] == [
            DATA[route].model_dump(mode="json")
        ] * count
        assert updates[-1]["seq"] == 2
        await client.send(json.dumps({"type": f"{route}.unsubscribe", "payload": REQUESTS[route]}))
        assert (await frame(client))["type"] == f"{route}.unsubscribe.response"
        await service.until_removed(topic)
        assert service.created == service.removed == {topic: 1}


async def test_clients_that_vanish_leave_nothing() -> None:
    """All seven topics at once, and a drop without goodbye."""
    service = Recording()
    async with served(service) as address:
        topics = []
        for module, routes in (("datafeed", list(DATA)[:2]), ("broker", list(DATA)[2:])):
            client = await connect(f"{address}/api/v1/{module}/ws")
            for route in routes:
                await client.send(
                    json.dumps({"type": f"{route}.subscribe", "payload": REQUESTS[route]})
                )
                answers = [await frame(client) for _ in range(2 if route in LATEST else 3)]
                topics.append(
                    next(
                        item["payload"]["topic"]
                        for item in answers
                        if item["type"].endswith(".response")
                    )
                )
            client.transport.abort()
        for topic in topics:
            await service.until_removed(topic)
        assert service.created == service.removed == dict.fromkeys(topics, 1)
