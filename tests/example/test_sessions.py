"""The example app on a real uvicorn: a session of a real client on each of the seven routes."""

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


def test_both_modules_have_their_pages(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for path, holds in {
        "/ws-docs/": "/api/v1/broker/ws",
        "/api/v1/broker/ws/asyncapi": "<html",
        "/api/v1/datafeed/ws/asyncapi": "<html",
        "/api/v1/broker/ws/asyncapi.json": '"orders.update"',
        "/api/v1/datafeed/ws/asyncapi.json": '"bars.update"',
    }.items():
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, holds in answer.read().decode()) == (200, True), path
    connection.close()
