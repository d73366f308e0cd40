"""The quick part of the matrix on each server, and the same in memory, with other people's test clients."""

import json

import httpx
import pytest
from fastapi import FastAPI
from httpx_ws import aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport

from tests.runtime.services import AAPL, Bar, BarRequest, BarRouter, Recorder
from tests.servers.checks import QUICK
from tests.servers.processes import SERVERS, running
from wsgen_runtime import CloseCode, WsApp

SUBSCRIBE = json.dumps({"type": "bars.subscribe", "payload": AAPL, "id": 7})


@pytest.mark.parametrize("name", SERVERS)
async def test_a_client_subscribes_is_refused_and_is_closed(name: str) -> None:
    async with running(name) as server:
        for check in QUICK:
            await check(server)


async def test_httpx_ws_subscribes_gets_updates_and_close_codes() -> None:
    from httpx_ws import WebSocketDisconnect

    router = BarRouter(service=Recorder())
    ws_app = WsApp(routers=[router])
    app = FastAPI()
    app.router.routes.extend(ws_app.routes("/ws"))
    async with httpx.AsyncClient(transport=ASGIWebSocketTransport(app)) as client:
        for code in CloseCode:
            async with aconnect_ws("http://testserver/ws", client) as socket:  # type: ignore[var-annotated]
                await socket.send_text(SUBSCRIBE)
                assert json.loads(await socket.receive_text(10))["id"] == 7
                router.publish(BarRequest(symbol="AAPL"), Bar(close=1))
                assert json.loads(await socket.receive_text(10))["payload"]["payload"] == {
                    "close": 1
                }
                (number,) = ws_app.clients
                ws_app.disconnect(number, code=code)
                with pytest.raises(WebSocketDisconnect) as caught:
                    await socket.receive_text(10)
                assert caught.value.code == code
    assert (ws_app.stats.failures, ws_app.stats.clients) == (0, 0)
