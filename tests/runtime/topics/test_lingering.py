"""Topics with a history live on after their last subscriber has left."""

import asyncio

from tests.runtime.greeting import ask, greeted, position_of, seqs
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, turns, until
from tests.runtime.shared_broker import Between, SharedBroker

from wsgen_runtime import Broker, History, Limits, WsApp
from wsgen_runtime.testing import connect

CREATED, REMOVED = ("create", AAPL_TOPIC), ("remove", AAPL_TOPIC)


def app_with(
    history: History | None, limits: Limits | None = None, broker: Broker | None = None
) -> tuple[WsApp, Recorder]:
    service = Recorder()
    router = BarRouter(service=service, history=history)
    return WsApp(routers=[router], limits=limits, broker=broker), service


async def test_a_topic_lives_on_after_its_last_subscriber() -> None:
    app, service = app_with(History(seconds=60))
    async with app.lifespan():
        async with greeted(app) as client:
            position = position_of(await ask(client, AAPL))
        await turns()
        assert service.log == [CREATED]
        assert (app.topics, app.stats.topics, app.stats.lingering) == ((), 0, 1)
        service.feeds[AAPL_TOPIC](Bar(close=1))
        async with greeted(app) as client:
            assert (await ask(client, AAPL, position))["payload"]["recovered"] is True
            assert await seqs(client, 1) == [1]
            assert (app.topics, app.stats.topics, app.stats.lingering) == ((AAPL_TOPIC,), 1, 0)
        assert service.log == [CREATED]


async def test_it_ends_after_the_time_of_its_history() -> None:
    app, service = app_with(History(seconds=0.02))
    async with app.lifespan():
        async with greeted(app) as client:
            position = position_of(await ask(client, AAPL))
        await until(lambda: REMOVED in service.log)
        await until(lambda: not app._hub._channels)
        async with greeted(app) as client:
            answer = await ask(client, AAPL, position)
            assert answer["payload"]["recovered"] is False
            assert position_of(answer).epoch != position.epoch


async def test_a_subscriber_who_comes_meanwhile_keeps_it_alive() -> None:
    app, service = app_with(History(seconds=0.05))
    async with app.lifespan():
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
            await asyncio.sleep(0.1)  # longer than a topic without subscribers lives
            assert service.log == [CREATED]
        await until(lambda: REMOVED in service.log)


async def test_without_a_history_it_ends_with_its_last_subscriber() -> None:
    app, service = app_with(None)
    async with app.lifespan():
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
        await turns()
        assert service.log == [CREATED, REMOVED]


async def test_it_lives_on_after_unsubscribe_and_cancel_too() -> None:
    app, service = app_with(History(seconds=60))
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await client.unsubscribe("bars", AAPL)
        await turns()
        assert service.log == [CREATED]
        await client.subscribe("bars", AAPL)
        assert app.cancel(AAPL_TOPIC, "enough") == 1
        await turns()
        assert service.log == [CREATED]


async def test_with_other_processes_it_ends_when_none_of_them_hears_it() -> None:
    between = Between()
    here, there = (app_with(History(seconds=0.01), broker=SharedBroker(between)) for _ in range(2))
    async with here[0].lifespan(), there[0].lifespan():
        async with connect(there[0]) as other:
            async with connect(here[0]) as client:
                await client.subscribe("bars", AAPL)
                await other.subscribe("bars", AAPL)
            await asyncio.sleep(0.05)  # longer than it lives if nobody hears it
            assert here[1].log == [CREATED]
            async with connect(here[0]) as client:
                await client.subscribe("bars", AAPL)
                here[0]._hub.unheard(AAPL_TOPIC)  # the answer comes late
                here[1].feeds[AAPL_TOPIC](Bar(close=1))
                assert (await client.receive())["type"] == "bars.update"
        await until(lambda: here[1].log == [CREATED, REMOVED])
        assert there[1].log == []


async def test_a_topic_whose_producer_has_ended_does_not_live_on() -> None:
    app, service = app_with(History(seconds=60))
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC].end()
        await until(lambda: REMOVED in service.log)
        await until(lambda: not app._hub._channels)


async def test_nothing_is_produced_for_a_client_that_has_left_before_its_topic_started() -> None:
    app, service = app_with(History(seconds=60))
    async with app.lifespan():
        async with connect(app) as client:
            await client.send({"type": "bars.subscribe", "payload": AAPL})
            await client.send({"type": "bars.unsubscribe", "payload": AAPL})
        await until(lambda: not app._hub._channels)
        assert service.log in ([], [CREATED, REMOVED])


async def test_the_oldest_end_if_too_many_live_on() -> None:
    app, service = app_with(History(seconds=60), Limits(lingering=2))
    async with app.lifespan():
        async with connect(app) as client:
            for symbol in "ABC":
                await client.subscribe("bars", {"symbol": symbol})
            for symbol in "ABC":
                await client.unsubscribe("bars", {"symbol": symbol})
            await until(lambda: len(service.log) == 4)
            assert service.log[-1] == ("remove", 'bars:{"resolution":"","symbol":"A"}')
        assert app.stats.lingering == 2


async def test_a_shutdown_ends_topics_that_live_on_and_does_not_wait_for_them() -> None:
    app, service = app_with(History(seconds=60))
    async with app.lifespan():
        async with connect(app) as stays, connect(app) as client:
            await stays.subscribe("bars", AAPL)
            await client.subscribe("bars", {"symbol": "B"})
            await client.unsubscribe("bars", {"symbol": "B"})
            await app.shutdown()
            assert len(service.log) == 4
            assert not service.feeds
        assert app.stats.lingering == 0
    async with connect(app) as client:  # it has started again
        await client.subscribe("bars", AAPL)
        await client.unsubscribe("bars", AAPL)
        await turns()
        assert app.stats.lingering == 1
    await app.shutdown()


def test_an_app_that_moves_to_another_loop_forgets_its_topics() -> None:
    app, service = app_with(History(seconds=60))

    async def come_and_go() -> int:
        async with greeted(app) as client:
            seq = position_of(await ask(client, AAPL)).seq
            service.feeds[AAPL_TOPIC](Bar(close=seq + 1))
            return (await seqs(client, 1))[0]

    assert asyncio.run(come_and_go()) == 1
    assert asyncio.run(come_and_go()) == 1
