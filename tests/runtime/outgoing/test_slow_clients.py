"""Clients that do not read: their outbox and policy, and no delay for others."""

import asyncio
import gc
import weakref

import pytest
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, turns, until

from wsgen_runtime import CloseCode, Delivery, Limits, WsApp
from wsgen_runtime.testing import ClosedByServerError, WsTestClient, connect


async def numbers(client: WsTestClient, count: int) -> list[tuple[int, float]]:
    frames = [await client.receive() for _ in range(count)]
    return [(frame["seq"], frame["payload"]["payload"]["close"]) for frame in frames]


async def test_a_stalled_client_delays_nobody() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as slow, connect(app) as quick:
        for client in (slow, quick):
            await client.subscribe("bars", AAPL)
        slow.stall()
        for number in range(5):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        # All of them are there at once, without a turn of the event loop.
        assert quick._from_app.qsize() == 5
        assert app.stats.queued == 4  # the fifth is in the send that blocks
        slow.resume()
        assert [seq for seq, _ in await numbers(slow, 5)] == [1, 2, 3, 4, 5]


async def test_drop_oldest_shows_as_a_gap_that_equals_the_count() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service, delivery=Delivery(queue=3))])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        client.stall()
        for number in range(1, 11):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        assert app.stats.drops == 6
        client.resume()
        assert await numbers(client, 4) == [(1, 1), (8, 8), (9, 9), (10, 10)]
    assert app.stats.drops == 6


async def test_no_update_overtakes_a_notice() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service, delivery=Delivery(overflow="latest"))])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        client.stall()
        for number in (8, 9):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        app._hub.report("disconnected")
        for number in (10, 11):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        client.resume()
        assert await numbers(client, 2) == [(1, 8), (2, 9)]
        assert (await client.receive())["type"] == "status"
        assert await numbers(client, 1) == [(4, 11)]


async def test_the_policy_latest_keeps_the_newest_update_of_each_topic() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service, delivery=Delivery(overflow="latest"))])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await client.subscribe("bars", {"symbol": "MSFT"})
        first, second = service.feeds.values()
        client.stall()
        first(Bar(close=0))
        for number in range(1, 4):
            first(Bar(close=number))
            second(Bar(close=-number))
        client.resume()
        assert await numbers(client, 3) == [(1, 0), (4, 3), (3, -3)]


async def test_the_policy_disconnect_closes_with_a_reason() -> None:
    service = Recorder()
    delivery = Delivery(queue=2, overflow="disconnect")
    app = WsApp(routers=[BarRouter(service=service, delivery=delivery)])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        client.stall()
        for number in range(4):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        client.resume()
        assert await numbers(client, 1) == [(1, 0)]
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
        assert caught.value.code == CloseCode.TRY_LATER
        assert caught.value.reason == "Client too slow"
        await until(lambda: app.stats.clients == 0)


async def test_a_client_that_never_reads_its_close_frame_is_abandoned() -> None:
    service = Recorder()
    delivery = Delivery(queue=1, overflow="disconnect")
    app = WsApp(
        routers=[BarRouter(service=service, delivery=delivery)], limits=Limits(close_timeout=0.01)
    )
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        client.stall()
        for number in range(3):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        await until(lambda: app.stats.clients == 0 and app.stats.topics == 0)


async def test_a_client_that_never_reads_its_answers_is_disconnected() -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())], limits=Limits(outbox_bytes=2_000))
    async with connect(app) as client:
        client.stall()
        for _ in range(1_000):
            await client.send({"type": "ping"})
        await until(lambda: any(known.closing for known in app.clients.values()))
        client.resume()

        async def read_to_the_end() -> None:
            while True:
                await client.receive()

        with pytest.raises(ClosedByServerError) as caught:
            await read_to_the_end()
        assert caught.value.code == CloseCode.TRY_LATER


async def test_a_client_whose_sends_fail_is_removed_without_harm_to_others() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])

    class Broken(WsTestClient):
        failing = False

        async def _send_from_app(self, message: object) -> None:
            if self.failing:
                raise ConnectionResetError
            await super()._send_from_app(message)  # type: ignore[arg-type] # what the app sends

    broken = Broken()
    scope = {"type": "websocket", "headers": [], "path": "/", "query_string": b""}
    task = asyncio.create_task(broken._run(app, scope))
    await broken._accepted()
    await broken.subscribe("bars", AAPL)
    async with connect(app) as well:
        await well.subscribe("bars", AAPL)
        broken.failing = True
        service.feeds[AAPL_TOPIC](Bar(close=1))
        assert await numbers(well, 1) == [(1, 1)]
        await task  # without a disconnect of the server: the app has given up the connection
        assert app.stats.clients == 1


async def test_a_client_whose_send_fails_after_it_blocked_is_removed() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    gate = asyncio.Event()

    class Failing(WsTestClient):
        async def _send_from_app(self, message: object) -> None:
            if not self._readable.is_set():
                await gate.wait()
                raise ConnectionResetError
            await super()._send_from_app(message)  # type: ignore[arg-type] # what the app sends

    client = Failing()
    scope = {"type": "websocket", "headers": [], "path": "/", "query_string": b""}
    task = asyncio.create_task(client._run(app, scope))
    await client._accepted()
    await client.subscribe("bars", AAPL)
    client.stall()
    service.feeds[AAPL_TOPIC](Bar(close=1))
    service.feeds[AAPL_TOPIC](Bar(close=2))
    gate.set()
    await task
    await until(lambda: app.stats.topics == 0)


@pytest.mark.parametrize("stalled", [False, True])
async def test_nothing_is_left_of_a_client_that_vanishes(stalled: bool) -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    before = asyncio.all_tasks()
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        (known,) = app.clients.values()
        gone = weakref.ref(known)
        del known
        if stalled:
            client.stall()
            for number in range(5):
                service.feeds[AAPL_TOPIC](Bar(close=number))
            assert app.stats.queued == 4
        client.vanish()
        await until(lambda: app.stats.topics == 0)
    await turns(3)
    assert asyncio.all_tasks() == before
    gc.collect()
    assert gone() is None
    assert len(app._hub.topics) == 0
    assert not app._hub._channels
    assert app.stats.queued == 0
