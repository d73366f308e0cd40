"""The runtime on uvloop, with each WebSocket implementation of uvicorn."""

import asyncio
import json

import pytest
import uvloop
from tests.runtime.server import IMPLEMENTATIONS, serving
from tests.runtime.services import AAPL, AAPL_TOPIC, BarRequest, Recorder, until
from websockets.asyncio.client import connect as ws_connect_to

from wsgen_runtime import Delivery, WsApp, WsRouter


async def subscribe_stall_and_read_on(implementation: str) -> None:
    """Publish to a client that does not read until its outbox is full, then let it read."""
    service = Recorder()
    delivery = Delivery(queue=8)
    app = WsApp(
        routers=[
            WsRouter(
                service=service,
                route="bars",
                request_type=BarRequest,
                data_type=str,
                delivery=delivery,
            )
        ]
    )
    async with (
        asyncio.timeout(60),
        serving(app, ws=implementation, ws_per_message_deflate=False) as host,
        ws_connect_to(f"ws://{host}/", max_queue=1, compression=None) as client,
    ):
        await client.send(json.dumps({"type": "bars.subscribe", "payload": AAPL}))
        await client.recv()
        client.transport.pause_reading()
        published = 0
        while app.stats.drops < 5:
            published += 1
            service.feeds[AAPL_TOPIC]("x" * 60_000)
            await asyncio.sleep(0)
            assert published < 10_000, "a socket that is never read must fill up"
        client.transport.resume_reading()
        seen = [json.loads(await client.recv())["seq"] for _ in range(published - app.stats.drops)]
        assert seen == sorted(seen)
        # The gaps that the client sees are the drops that were counted.
        assert seen[-1] - len(seen) == app.stats.drops
        await until(lambda: app.stats.queued == 0)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_client_that_resumes_reading_gets_all_updates_that_were_not_dropped(
    implementation: str,
) -> None:
    uvloop.run(subscribe_stall_and_read_on(implementation))
