"""A real uvicorn that gets a stop signal: what its clients see, and that its producers stop."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from tests.runtime.documented import reader_of
from tests.runtime.services import BarRouter, Recorder
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

SERVER = """
import sys, uvicorn
from contextlib import AsyncExitStack, asynccontextmanager
from fastapi import FastAPI
from tests.runtime.services import BarRouter, Recorder
from wsgen_runtime import Limits, WsApp

class Told(Recorder):
    async def remove_topic(self, topic):
        print("removed", flush=True)
        if "stuck" in sys.argv:
            import asyncio
            await asyncio.Event().wait()

limits = Limits(shutdown_timeout=60 if "slow" in sys.argv else 1)
ws_app = WsApp(routers=[BarRouter(service=Told())], limits=limits)
if "several" in sys.argv:
    apps = [ws_app, *(WsApp(routers=[BarRouter(service=Told())], limits=limits) for _ in "23")]

    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            for each in apps:
                await stack.enter_async_context(each.lifespan())
            yield

    app = FastAPI(lifespan=lifespan)
    for number, each in enumerate(apps, 1):
        app.router.routes.extend(each.routes(f"/{number}"))
elif "mounted" in sys.argv:
    app = FastAPI(lifespan=ws_app.lifespan)
    app.include_router(ws_app.router("/"))
else:
    app = ws_app

class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)

Server(uvicorn.Config(app, port=0, log_level="error")).run()
"""


@asynccontextmanager
async def serving(*words: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, *words, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            port = int(await process.stdout.readline())
            yield process, f"ws://127.0.0.1:{port}/"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize(
    ("words", "number"),
    [(["direct"], signal.SIGTERM), (["mounted"], signal.SIGINT), (["stuck"], signal.SIGTERM)],
    ids=["direct", "mounted", "stuck"],
)
async def test_clients_are_closed_with_1001_and_the_server_exits(
    words: list[str], number: signal.Signals
) -> None:
    async with serving(*words) as (process, url), connect(url) as client:
        await client.send(json.dumps({"type": "bars.subscribe", "payload": {"symbol": "A"}}))
        reader_of([BarRouter(service=Recorder())])(await client.recv())
        process.send_signal(number)
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1001
        assert process.stdout is not None
        assert await process.stdout.readline() == b"removed\n"
        await process.wait()


async def test_several_apps_shut_down_concurrently() -> None:
    """Each app has a producer that hangs: one after the other, they would wait for a minute each."""
    async with serving("several", "stuck", "slow") as (process, url), AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connect(f"{url}{one}")) for one in "123"]
        for client in clients:
            await client.send(json.dumps({"type": "bars.subscribe", "payload": {"symbol": "A"}}))
            reader_of([BarRouter(service=Recorder())])(await client.recv())
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            for client in clients:
                with pytest.raises(ConnectionClosed) as caught:
                    await client.recv()
                assert caught.value.rcvd is not None
                assert caught.value.rcvd.code == 1001
            process.send_signal(signal.SIGTERM)
            await process.wait()


@pytest.mark.parametrize("words", [["stuck", "slow"], ["stuck", "slow", "mounted"]])
async def test_a_second_signal_stops_the_server_at_once(words: list[str]) -> None:
    async with (
        asyncio.timeout(30),
        serving(*words) as (process, url),
        connect(url) as client,
    ):
        await client.send(json.dumps({"type": "bars.subscribe", "payload": {"symbol": "A"}}))
        reader_of([BarRouter(service=Recorder())])(await client.recv())
        process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            await client.recv()
        process.send_signal(signal.SIGTERM)
        await process.wait()
