"""Updates that are framed once, on a real uvicorn: to clients with each offer, with TLS, on both event loops."""

import asyncio
import json
import ssl
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvloop
from fastapi import FastAPI, WebSocket
from tests.runtime.framing.offers import OFFERS
from tests.runtime.server import serving
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, until
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as ws_connect_to
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from wsgen_runtime import WsApp
from wsgen_runtime.framing.cork import Cork
from wsgen_runtime.framing.prepared_message import PreparedMessage

PREPARED = "wsgen_runtime.uvicorn:Protocol"
SUBSCRIBE = json.dumps({"type": "bars.subscribe", "payload": AAPL})


@pytest.fixture
def certified(tmp_path: Path) -> tuple[dict[str, Any], ssl.SSLContext]:
    """The options of a server with TLS, and the context of its clients."""
    authority, trusting, path = trustme.CA(), ssl.create_default_context(), tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(path)
    authority.configure_trust(trusting)
    return {"ssl_certfile": path, "ssl_keyfile": path}, trusting


@asynccontextmanager
async def subscribed(
    host: str, offer: dict[str, Any] | None, trusting: ssl.SSLContext | None
) -> AsyncIterator[ClientConnection]:
    extensions = None if offer is None else [ClientPerMessageDeflateFactory(**offer)]
    address = f"{'ws' if trusting is None else 'wss'}://{host}/ws"
    async with ws_connect_to(
        address, ssl=trusting, extensions=extensions, compression=None
    ) as client:
        await client.send(SUBSCRIBE)
        assert json.loads(await client.recv())["payload"]["status"] == "ok"
        yield client


async def closes(client: ClientConnection, count: int) -> list[float]:
    async with asyncio.timeout(30):
        frames = [json.loads(await client.recv()) for _ in range(count)]
    return [frame["payload"]["payload"]["close"] for frame in frames]


async def bursts_reach_all(options: dict[str, Any], trusting: ssl.SSLContext | None) -> None:
    service = Recorder()
    ws_app = WsApp(routers=[BarRouter(service=service)])
    app = FastAPI(lifespan=ws_app.lifespan)
    app.router.routes.extend(ws_app.routes("/ws"))
    async with serving(app, ws=PREPARED, **options) as host:
        stack = [subscribed(host, offer, trusting) for offer in OFFERS.values()]
        clients = [await context.__aenter__() for context in stack]
        reset = await ws_connect_to(
            f"{'ws' if trusting is None else 'wss'}://{host}/ws", ssl=trusting
        )
        await reset.send(SUBSCRIBE)
        await reset.recv()
        for burst in range(3):
            for number in range(10):
                service.feeds[AAPL_TOPIC](Bar(close=burst * 10 + number))
                if number == 5 and burst == 1:
                    reset.transport.abort()
            pongs = [await client.ping() for client in clients]
            for client, pong in zip(clients, pongs, strict=True):
                assert await closes(client, 10) == [burst * 10 + number for number in range(10)]
                await pong
        await until(lambda: ws_app.stats.clients == len(clients))
        # A close in the middle of a burst: all before it arrives, and nothing after it.
        for number in range(3):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        for client_id in ws_app.clients:
            ws_app.disconnect(client_id, code=4000, reason="enough")
        service.feeds[AAPL_TOPIC](Bar(close=99))
        for client in clients:
            assert await closes(client, 3) == [0, 1, 2]
            with pytest.raises(ConnectionClosed, match="4000"):
                await client.recv()
        for context in stack:
            await context.__aexit__(None, None, None)
        await until(lambda: ws_app.stats.clients == 0)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "TLS"])
def test_bursts_reach_clients_with_every_offer(
    run: Callable[..., None],
    encrypted: bool,
    certified: tuple[dict[str, Any], ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared: list[str] = []
    writes: dict[Cork, list[int]] = defaultdict(list)
    init, take = PreparedMessage.__init__, Cork._take

    def counted(self: PreparedMessage, text: str) -> None:
        if "bars.update" in text:
            prepared.append(text)
        init(self, text)

    def noted(self: Cork) -> list[bytes] | None:
        frames = take(self)
        if frames:
            writes[self].append(len(frames))
        return frames

    monkeypatch.setattr(PreparedMessage, "__init__", counted)
    monkeypatch.setattr(Cork, "_take", noted)
    run(bursts_reach_all(*(certified if encrypted else ({}, None))))
    assert len(prepared) == 33  # one of 34 updates came after the end
    # Each burst is one write to each client, behind the answer. (One more client leaves within the second.)
    assert list(writes.values()).count([1, 10, 10, 10, 3]) == len(OFFERS)


async def test_each_loop_of_a_process_has_its_own_cork() -> None:
    """Two servers, each on the event loop of a thread of its own."""
    seen: dict[int, list[float]] = {}

    async def serve(number: int) -> None:
        service = Recorder()
        ws_app = WsApp(routers=[BarRouter(service=service)])
        app = FastAPI(lifespan=ws_app.lifespan)
        app.router.routes.extend(ws_app.routes("/ws"))
        async with serving(app, ws=PREPARED) as host, subscribed(host, {}, None) as client:
            for close in range(200):
                service.feeds[AAPL_TOPIC](Bar(close=number * 1000 + close))
                await asyncio.sleep(0)
            seen[number] = await closes(client, 200)

    threads = [threading.Thread(target=asyncio.run, args=(serve(number),)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert seen == {number: [number * 1000 + close for close in range(200)] for number in (1, 2)}


async def test_sockets_that_know_nothing_of_it_are_served_as_before() -> None:
    app = FastAPI()

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text)
            await socket.send_bytes(text.encode())

    async with serving(app, ws=PREPARED) as host, ws_connect_to(f"ws://{host}/echo") as client:
        for size in (0, 1, 200, 70_000):
            await client.send("x" * size)
            assert await client.recv() == "x" * size
            assert await client.recv() == b"x" * size
        await client.send(["in", " fragments"])
        assert await client.recv() == "in fragments"
