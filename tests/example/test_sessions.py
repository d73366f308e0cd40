"""The example app on a real uvicorn: a session of a real client on each route that has a service, and orders."""

import asyncio
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # frames are JSON of any shape

import pytest
from websockets.asyncio.client import ClientConnection, connect

from .clones import EXAMPLE, Server, serving

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "bars": ("datafeed", {"symbol": "AAPL", "resolution": "1"}),
    "quotes": ("datafeed", {"symbols": ["AAPL", "MSFT"]}),
    "book": ("datafeed", {"symbol": "AAPL"}),
    "orders": ("broker", {"account_id": "demo"}),
    "positions": ("broker", {"account_id": "demo"}),
    "executions": ("broker", {"account_id": "demo", "symbol": "AAPL"}),
    "equity": ("broker", {"account_id": "demo"}),
    "broker-connection": ("broker", {"account_id": "demo"}),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the repository's example, which must not have to generate anything."""
    folder: Path = tmp_path_factory.mktemp("server")
    with serving(EXAMPLE, folder, WSGEN="check", TRADING_API_TICK="0.01") as running:
        running.wait_for("Uvicorn running on")  # it says that it has started before it listens
        yield running


async def until(client: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next frame of the type `kind`; updates in between are no answer."""
    async with asyncio.timeout(60):
        while True:
            frame: dict[str, Any] = json.loads(await client.recv())
            if frame["type"] == kind:
                return frame


@pytest.mark.parametrize("route", list(REQUESTS))
async def test_a_session_of_each_route(server: Server, route: str) -> None:
    module, request = REQUESTS[route]
    address = f"ws://127.0.0.1:{server.port}/api/v1/{module}/ws"
    async with connect(address) as client:

        async def send(verb: str, payload: object, number: int) -> None:
            frame = {"type": f"{route}.{verb}", "payload": payload, "id": number}
            await client.send(json.dumps(frame))

        await send("subscribe", {"nothing": 1}, 1)
        error = await until(client, "error")
        assert (error["id"], error["payload"]["code"]) == (1, "invalid_payload")
        assert error["payload"]["details"]

        await send("subscribe", request, 2)
        answer = await until(client, f"{route}.subscribe.response")
        assert (answer["id"], answer["payload"]["status"]) == (2, "ok")
        topic = answer["payload"]["topic"]
        seen: set[str] = set()
        while len(seen) < 3:  # the market moves
            update = (await until(client, f"{route}.update"))["payload"]
            assert update["topic"] == topic
            seen.add(json.dumps(update["payload"]))

        await send("unsubscribe", request, 3)
        left = await until(client, f"{route}.unsubscribe.response")
        assert (left["id"], left["payload"]["topic"]) == (3, topic)
        await send("unsubscribe", request, 4)
        assert (await until(client, "error"))["payload"]["code"] == "not_subscribed"


class Trader:
    """A client that keeps its account's positions: the state that it got first, and each change after it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.held: dict[str, float] = {}
        self.seq = -1
        self._asked = 0

    async def ask(self, kind: str, payload: object, **more: str) -> dict[str, Any]:
        """Send a frame and return its answer; what the server cannot do yet is asked again."""
        self._asked += 1
        frame = {"type": kind, "payload": payload, "id": self._asked, **more}
        await self.socket.send(json.dumps(frame))
        while (answer := await self.read()).get("id") != self._asked:
            pass
        if "retry_after" in answer["payload"]:  # the simulated broker is away for two ticks
            return await self.ask(kind, payload, **more)
        return answer

    async def read(self) -> dict[str, Any]:
        async with asyncio.timeout(60):
            frame: dict[str, Any] = json.loads(await self.socket.recv())
        if frame["type"] == "positions.snapshot":
            self.held = {}
            self.seq = frame["seq"]
            for position in frame["payload"]["payload"]["positions"]:
                self.held[position["symbol"]] = float(position["quantity"])
        elif frame["type"] == "positions.update":
            assert frame["seq"] == self.seq + 1
            self.seq += 1
            position = frame["payload"]["payload"]
            self.held[position["symbol"]] = float(position["quantity"])
        return frame


async def test_an_order_by_command_changes_the_positions(server: Server) -> None:
    """Asked for twice with one key, it is placed once."""
    address = f"ws://127.0.0.1:{server.port}/api/v1/trading/ws?user=ann"
    async with connect(address) as socket:
        trader = Trader(socket)
        await trader.ask("hello", {"version": 1, "features": ["positions", "snapshot", "keys"]})
        nobody = await trader.ask("positions.subscribe", {"account_id": "nobody"})
        assert nobody["payload"]["code"] == "not_found"
        await trader.ask("positions.subscribe", {"account_id": "paper"})

        order = {"account_id": "paper", "symbol": "AAPL", "side": "buy", "quantity": "500"}
        rejected = await trader.ask("orders.place", {**order, "symbol": "NONE"})
        assert rejected["payload"]["code"] == "order_rejected"
        placed = await trader.ask("orders.place", order, key="one")
        again = await trader.ask("orders.place", order, key="one")
        assert placed["payload"] == again["payload"]
        assert placed["payload"]["status"] == "working"

        while abs(trader.held.get("AAPL", 0)) < 250:  # the account also trades by itself, up to ten
            await trader.read()
        assert trader.held["AAPL"] < 750
        filled = {"account_id": "paper", "order_id": placed["payload"]["id"]}
        late = await trader.ask("orders.cancel", filled)
        assert late["payload"]["code"] == "order_not_working"


def test_all_modules_have_their_pages(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for path, holds in {
        "/ws-docs/": "/api/v1/broker/ws",
        "/api/v1/broker/ws/asyncapi": "<html",
        "/api/v1/datafeed/ws/asyncapi": "<html",
        "/api/v1/trading/ws/asyncapi": "<html",
        "/api/v1/broker/ws/asyncapi.json": '"orders.update"',
        "/api/v1/datafeed/ws/asyncapi.json": '"bars.update"',
        "/api/v1/trading/ws/asyncapi.json": '"orders.place"',
    }.items():
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, holds in answer.read().decode()) == (200, True), path
    connection.close()
