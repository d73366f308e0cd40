"""Routes without a service, fed by `publish`."""

import asyncio

import pytest
from tests.runtime.greeting import ask, greeted, nothing_follows, position_of, seqs
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRequest, BarRouter, turns, until

from wsgen_runtime import History, WsApp
from wsgen_runtime.testing import connect

REQUEST = BarRequest(symbol="AAPL")


def publish(router: BarRouter, *values: int) -> None:
    for value in values:
        router.publish(REQUEST, Bar(close=value))


async def test_updates_reach_those_who_are_subscribed() -> None:
    router = BarRouter()
    app = WsApp(routers=[router])
    async with connect(app) as client:
        publish(router, -1)  # nobody gets it
        await client.subscribe("bars", AAPL)
        publish(router, 1, 2)
        assert await seqs(client, 2) == [1, 2]
    await turns()
    assert not app._hub._channels


async def test_updates_are_kept_while_nobody_listens() -> None:
    router = BarRouter(history=History(seconds=60), replay=2)
    app = WsApp(routers=[router])
    async with app.lifespan():
        publish(router, 1, 2, 3)
        async with greeted(app) as client:
            position = position_of(await ask(client, AAPL))
            assert position.seq == 1
            assert await seqs(client, 2) == [2, 3]
            publish(router, 4)
            assert await seqs(client, 1) == [4]
        publish(router, 5)
        async with greeted(app) as client:
            answer = await ask(client, AAPL, position._replace(seq=3))
            assert answer["payload"]["recovered"] is True
            assert await seqs(client, 2) == [4, 5]
            await nothing_follows(client)


async def test_a_subscriber_who_comes_in_the_same_moment_gets_each_update_once() -> None:
    router = BarRouter(history=History(seconds=60), replay=9)
    app = WsApp(routers=[router])
    async with greeted(app) as client:
        publish(router, 1)
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        publish(router, 2)
        answer = await client.receive()
        publish(router, 3)
        assert position_of(answer).seq == 0
        assert await seqs(client, 3) == [1, 2, 3]


async def test_the_history_ends_after_its_time_and_starts_in_another_epoch() -> None:
    router = BarRouter(history=History(seconds=0.02))
    app = WsApp(routers=[router])
    async with app.lifespan():
        publish(router, 1)
        async with greeted(app) as client:
            position = position_of(await ask(client, AAPL))
        await until(lambda: not app._hub._channels)
        publish(router, 1)
        async with greeted(app) as client:
            answer = await ask(client, AAPL, position)
            assert answer["payload"]["recovered"] is False
            assert position_of(answer).epoch != position.epoch


async def test_each_publish_prolongs_the_life_of_the_history() -> None:
    router = BarRouter(history=History(seconds=0.2))
    app = WsApp(routers=[router])
    async with app.lifespan():
        publish(router, 1)
        await turns()
        channel = app._hub._channels[AAPL_TOPIC]
        for value in (2, 3, 4):
            await asyncio.sleep(0.1)
            publish(router, value)
        assert app._hub._channels[AAPL_TOPIC] is channel
        await until(lambda: not app._hub._channels)


async def test_an_update_before_an_end_that_is_late_continues_the_topic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    router = BarRouter(history=History(seconds=60))
    app = WsApp(routers=[router])
    async with app.lifespan():
        async with greeted(app) as client:
            position = position_of(await ask(client, AAPL))
        await turns()
        loop = asyncio.get_running_loop()
        time = loop.time
        monkeypatch.setattr(loop, "time", lambda: time() + 61)  # it was busy for too long
        publish(router, 1)
        await turns()
        async with greeted(app) as client:
            answer = await ask(client, AAPL, position)
            assert answer["payload"]["recovered"] is True
            assert await seqs(client, 1) == [1]


async def test_publishing_after_the_shutdown_keeps_nothing() -> None:
    router = BarRouter(history=History())
    app = WsApp(routers=[router])
    await app.startup()
    publish(router, 1)
    await app.shutdown()
    publish(router, 2)
    assert app.stats.lost == 1
    assert not app._hub._channels


async def test_the_first_update_may_start_the_app() -> None:
    router = BarRouter(history=History(seconds=60), replay=1)
    app = WsApp(routers=[router])
    publish(router, 1)
    async with greeted(app) as client:
        await ask(client, AAPL)
        assert await seqs(client, 1) == [1]
    await app.shutdown()


@pytest.mark.parametrize("request_", [None, "AAPL", Bar(close=1), AAPL])
async def test_a_request_of_another_type_is_refused_where_it_is_published(request_: object) -> None:
    router = BarRouter(history=History())
    app = WsApp(routers=[router])
    async with app.lifespan():
        with pytest.raises(TypeError, match="needs a request of the type `BarRequest`, not"):
            router.publish(request_, Bar(close=1))  # type: ignore[arg-type] # which is the point
        assert not app.topics
