"""The quick checks on each server, and the same in memory, with the test clients of other libraries."""

import json

import httpx
import httpx_ws
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx_ws import aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from starlette.websockets import WebSocketDisconnect

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


class Served:
    """An application with one route, for the test clients of other libraries."""

    def __init__(self) -> None:
        self.router = BarRouter(service=Recorder())
        self.ws_app = WsApp(
            routers=[self.router],
            authenticate=lambda connection: connection.query_params.get("user"),
        )
        self.app = FastAPI(lifespan=self.ws_app.lifespan)
        self.app.router.routes.extend(self.ws_app.routes("/ws"))

        @self.app.post("/close")
        async def close(code: int) -> None:
            (number,) = self.ws_app.clients
            self.ws_app.disconnect(number, code=code)

    def publish(self) -> None:
        self.router.publish(BarRequest(symbol="AAPL"), Bar(close=1))

    def was_clean(self) -> bool:
        return (self.ws_app.stats.failures, self.ws_app.stats.clients) == (0, 0)


async def test_httpx_ws_gets_updates_refusals_and_close_codes() -> None:
    served = Served()
    async with httpx.AsyncClient(transport=ASGIWebSocketTransport(served.app)) as client:
        for code in (*CloseCode, 4321):
            async with aconnect_ws("http://test/ws?user=ann", client) as socket:  # type: ignore[var-annotated]
                await socket.send_text(SUBSCRIBE)
                assert json.loads(await socket.receive_text(10))["id"] == 7
                served.publish()
                frame = json.loads(await socket.receive_text(10))
                assert frame["payload"]["payload"] == {"close": 1}
                await client.post("http://test/close", params={"code": int(code)})
                with pytest.raises(httpx_ws.WebSocketDisconnect) as caught:
                    await socket.receive_text(10)
                assert caught.value.code == code
        with pytest.raises(httpx_ws.WebSocketDisconnect):
            async with aconnect_ws("http://test/ws", client):
                pass
    assert served.was_clean()


def test_fastapis_test_client_gets_updates_refusals_and_close_codes() -> None:
    served = Served()
    with TestClient(served.app) as client:
        for code in (*CloseCode, 4321):
            with client.websocket_connect("/ws?user=ann") as socket:
                socket.send_text(SUBSCRIBE)
                assert socket.receive_json()["id"] == 7
                served.publish()
                assert socket.receive_json()["payload"]["payload"] == {"close": 1}
                client.post("/close", params={"code": int(code)})
                with pytest.raises(WebSocketDisconnect) as caught:
                    socket.receive_json()
                assert caught.value.code == code
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws"):
            pass
    assert served.was_clean()
