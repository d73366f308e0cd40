"""The runtime on uvicorn, with a real client of `websockets`."""

import asyncio
import gc
import json
import socket
import threading
import weakref
from typing import Any

import pytest
from fastapi import FastAPI
from tests.runtime.server import IMPLEMENTATIONS, serving
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRequest, BarRouter, Recorder, until
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as ws_connect_to
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wsgen_runtime import Delivery, Limits, WsApp, WsRouter

SUBSCRIBE = json.dumps({"type": "bars.subscribe", "payload": AAPL, "id": 7})
UNSUBSCRIBE = json.dumps({"type": "bars.unsubscribe", "payload": AAPL})


async def frame(
    client: ClientConnection,
) -> dict[str, Any]:  # Any: only the test knows the structure
    async with asyncio.timeout(10):
        decoded: dict[str, Any] = json.loads(await client.recv())
    return decoded


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
async def test_a_subscription_from_its_start_to_its_end(implementation: str) -> None:
    service = Recorder()
    app = FastAPI()
    app.router.routes.extend(WsApp(routers=[BarRouter(service=service)]).routes("/api/ws"))
    async with (
        serving(app, ws=implementation) as host,
        ws_connect_to(f"ws://{host}/api/ws") as one,
        ws_connect_to(f"ws://{host}/api/ws") as two,
    ):
        for client in (one, two):
            await client.send(SUBSCRIBE)
            assert (await frame(client))["id"] == 7
        for number in (1, 2):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        thread = threading.Thread(target=service.feeds[AAPL_TOPIC], args=(Bar(close=3),))
        thread.start()
        for client in (one, two):
            closes = [(await frame(client))["payload"]["payload"]["close"] for _ in range(3)]
            assert closes == [1, 2, 3]
        thread.join()
        await one.send(UNSUBSCRIBE)
        assert (await frame(one))["type"] == "bars.unsubscribe.response"
        assert len(service.log) == 1
        two.transport.abort()  # without a close frame
        await until(lambda: len(service.log) == 2)
    assert service.log == [("create", AAPL_TOPIC), ("remove", AAPL_TOPIC)]


async def test_a_client_that_is_not_authenticated_gets_403() -> None:
    app = WsApp(
        routers=[BarRouter(service=Recorder())],
        authenticate=lambda connection: connection.bearer_token == "good" or None,
    )
    async with serving(app) as host:
        with pytest.raises(InvalidStatus) as caught:
            await ws_connect_to(f"ws://{host}/")
        assert caught.value.response.status_code == 403
        headers = {"Authorization": "Bearer good"}
        async with ws_connect_to(f"ws://{host}/", additional_headers=headers) as client:
            await client.send(SUBSCRIBE)
            assert (await frame(client))["payload"]["status"] == "ok"


async def test_a_full_server_answers_503() -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())], limits=Limits(clients=1))
    async with serving(app) as host, ws_connect_to(f"ws://{host}/"):
        with pytest.raises(InvalidStatus) as caught:
            await ws_connect_to(f"ws://{host}/")
        assert caught.value.response.status_code == 503


async def test_close_codes_reach_the_client() -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())], limits=Limits(bad_frames=1))
    async with serving(app) as host, ws_connect_to(f"ws://{host}/") as client:
        await client.send("x")
        assert (await frame(client))["payload"]["code"] == "invalid_json"
        with pytest.raises(ConnectionClosed) as caught:
            await frame(client)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1008
        await until(lambda: app.stats.clients == 0)


async def test_the_shutdown_closes_with_1001() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    async with serving(app) as host, ws_connect_to(f"ws://{host}/") as client:
        await client.send(SUBSCRIBE)
        await frame(client)
        await app.shutdown()
        with pytest.raises(ConnectionClosed) as caught:
            await frame(client)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1001
    assert [kind for kind, _ in service.log] == ["create", "remove"]


async def test_a_server_that_stops_leaves_no_producer() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    async with serving(app) as host:
        client = await ws_connect_to(f"ws://{host}/")
        await client.send(SUBSCRIBE)
        await frame(client)
    await client.wait_closed()
    assert [kind for kind, _ in service.log] == ["create", "remove"]


async def test_the_queue_of_a_stalled_client_is_bounded_and_delays_nobody() -> None:
    service = Recorder()
    router = WsRouter(
        service=service,
        route="bars",
        request_type=BarRequest,
        data_type=str,
        delivery=Delivery(queue=8),
    )
    app = WsApp(routers=[router])
    async with serving(app) as host, ws_connect_to(f"ws://{host}/") as quick:
        stalled = await ws_connect_to(f"ws://{host}/", max_queue=1, compression=None)
        raw = stalled.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for client in (quick, stalled):
            await client.send(SUBSCRIBE)
            await frame(client)
        stalled.transport.pause_reading()
        count = 0
        while app.stats.drops < 20:
            count += 1
            service.feeds[AAPL_TOPIC]("x" * 60_000)
            assert (await frame(quick))["seq"] == count
            assert count < 10_000, "a socket that is never read must fill up"
        assert app.stats.queued == 8
        stalled.transport.abort()
        await until(lambda: app.stats.clients == 1)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
async def test_nothing_is_left_after_clients_vanish(implementation: str) -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())])
    async with serving(app, ws=implementation) as host:
        clients = [await ws_connect_to(f"ws://{host}/") for _ in range(20)]
        for client in clients:
            await client.send(SUBSCRIBE)
            await frame(client)
        gone = weakref.WeakSet(app.clients.values())
        assert len(gone) == 20
        while clients:
            clients.pop().transport.abort()
        await until(lambda: app.stats.clients == 0 and app.stats.topics == 0)
        gc.collect()
        assert len(gone) == 0
