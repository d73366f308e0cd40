"""Subscriptions from end to end, in memory, as services and clients see them."""

import asyncio
import logging
import sys

import pytest
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRequest,
    BarRouter,
    Gated,
    Recorder,
    turns,
    until,
)

from wsgen_runtime import Limits, WsApp
from wsgen_runtime.testing import ErrorFrameError, WsTestClient, connect


def app_for(service: Recorder) -> WsApp:
    return WsApp(routers=[BarRouter(service=service)])


async def test_subscribe_update_unsubscribe_on_the_wire() -> None:
    service = Recorder()
    async with connect(app_for(service)) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 7})
        assert await client.receive() == {
            "type": "bars.subscribe.response",
            "payload": {"status": "ok", "message": "Subscribed", "topic": AAPL_TOPIC},
            "id": 7,
        }
        service.feeds[AAPL_TOPIC](Bar(close=1.5))
        assert await client.receive() == {
            "type": "bars.update",
            "payload": {"topic": AAPL_TOPIC, "payload": {"close": 1.5}},
            "seq": 1,
        }
        await client.send({"type": "bars.unsubscribe", "payload": AAPL})
        assert await client.receive() == {
            "type": "bars.unsubscribe.response",
            "payload": {"status": "ok", "message": "Unsubscribed", "topic": AAPL_TOPIC},
        }
        await until(lambda: service.log == [("create", AAPL_TOPIC), ("remove", AAPL_TOPIC)])


async def test_every_plain_ping_is_answered_with_a_plain_pong() -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())], limits=Limits(bad_frames=1))
    async with connect(app) as client:
        for _ in range(30):
            await client.send_text("ping")
            assert await client._from_app.get() == {"type": "websocket.send", "text": "pong"}
        await client.send_text("ping")
        assert await client.receive() == {"type": "pong"}
    assert app.stats.errors == 0


async def test_ping_is_answered() -> None:
    async with connect(app_for(Recorder())) as client:
        await client.send({"type": "ping"})
        assert await client.receive() == {"type": "pong"}
        await client.send({"type": "ping", "id": "x"})
        assert await client.receive() == {"type": "pong", "id": "x"}


async def test_a_topic_lives_from_its_first_to_its_last_subscriber() -> None:
    service = Recorder()
    app = app_for(service)
    async with connect(app) as one:
        await one.subscribe("bars", AAPL)
        await one.subscribe("bars", AAPL)
        async with connect(app) as two:
            await two.subscribe("bars", AAPL)
        await turns()
        assert service.log == [("create", AAPL_TOPIC)]
        assert app.topics == (AAPL_TOPIC,)
        await one.unsubscribe("bars", AAPL)
        await until(lambda: app.topics == ())
        with pytest.raises(ErrorFrameError, match="not_subscribed"):
            await one.unsubscribe("bars", AAPL)
    assert service.log == [("create", AAPL_TOPIC), ("remove", AAPL_TOPIC)]


async def test_a_client_that_vanishes_leaves_its_topics() -> None:
    service = Recorder()
    app = app_for(service)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        await client.subscribe("bars", {"symbol": "MSFT"})
        client.vanish()
        await until(lambda: app.stats.topics == 0)
    assert sorted(kind for kind, _ in service.log) == ["create", "create", "remove", "remove"]


async def test_concurrent_first_subscribers_share_one_create_topic() -> None:
    service = Gated()
    app = app_for(service)
    async with connect(app) as one, connect(app) as two:
        for client in (one, two):
            await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: len(service.log) == 1)
        service.create_gate.set()
        for client in (one, two):
            assert (await client.receive())["type"] == "bars.subscribe.response"
        assert service.log == [("create", AAPL_TOPIC)]


async def test_updates_made_while_a_topic_is_created_come_after_the_answer() -> None:
    class Eager(Recorder):
        async def create_topic(self, topic: str, topic_update: object) -> None:
            assert callable(topic_update)
            topic_update(Bar(close=1))
            topic_update(Bar(close=2))

        def remove_topic(self, topic: str) -> None:
            pass

    async with connect(app_for(Eager())) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        frames = [await client.receive() for _ in range(3)]
        assert [frame["type"] for frame in frames[:2]] == ["bars.subscribe.response", "bars.update"]
        assert [frame.get("seq") for frame in frames] == [None, 1, 2]


async def test_the_second_subscriber_while_the_last_leaves_gets_a_new_topic() -> None:
    service = Gated()
    service.create_gate.set()
    service.remove_gate.clear()
    app = app_for(service)
    async with connect(app) as one, connect(app) as two:
        await one.subscribe("bars", AAPL)
        await one.unsubscribe("bars", AAPL)
        await until(lambda: service.log[-1][0] == "remove")
        await two.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await turns()
        assert [kind for kind, _ in service.log] == ["create", "remove"]
        service.remove_gate.set()
        assert (await two.receive())["payload"]["status"] == "ok"
        assert [kind for kind, _ in service.log] == ["create", "remove", "create"]


async def test_a_failed_create_topic_is_an_internal_error_and_leaves_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Gated()
    service.create_gate.set()
    service.error = RuntimeError("the secret is 42")
    app = app_for(service)
    async with connect(app) as client:
        with (
            caplog.at_level(logging.ERROR, "wsgen_runtime"),
            pytest.raises(ErrorFrameError) as caught,
        ):
            await client.subscribe("bars", AAPL)
        assert caught.value.code == "internal"
        assert "secret" not in str(caught.value.payload)
        assert "the secret is 42" in caplog.text
        await until(lambda: app.topics == ())
        service.error = None
        await client.subscribe("bars", AAPL)
    assert app.stats.failures == 1


async def test_a_client_that_vanishes_during_create_topic_is_cleaned_up_after_it() -> None:
    service = Gated()
    app = app_for(service)
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await until(lambda: len(service.log) == 1)
        client.vanish()
        await until(lambda: app.stats.clients == 0)
        service.create_gate.set()
        await until(lambda: app.topics == ())
    assert [kind for kind, _ in service.log] == ["create", "remove"]


async def test_unsubscribing_before_the_topic_has_started_answers_both_requests() -> None:
    service = Gated()
    app = app_for(service)
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: len(service.log) == 1)
        await client.send({"type": "bars.unsubscribe", "payload": AAPL, "id": 2})
        assert [(await client.receive())["id"] for _ in range(2)] == [1, 2]
        service.create_gate.set()
        await until(lambda: app.topics == ())


async def test_a_failing_remove_topic_is_logged_and_the_topic_can_be_created_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing(Recorder):
        def remove_topic(self, topic: str) -> None:
            super().remove_topic(topic)
            raise RuntimeError("cannot stop")

    service = Failing()
    app = app_for(service)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        with caplog.at_level(logging.ERROR, "wsgen_runtime"):
            await client.unsubscribe("bars", AAPL)
            await until(lambda: app.topics == ())
        assert "cannot stop" in caplog.text
        await client.subscribe("bars", AAPL)
    await until(lambda: app.topics == ())
    assert [kind for kind, _ in service.log] == ["create", "remove"] * 2


async def test_cancel_tells_everyone_why() -> None:
    service = Recorder()
    app = app_for(service)
    async with connect(app) as one, connect(app) as two:
        await one.subscribe("bars", AAPL)
        await two.subscribe("bars", AAPL)
        assert app.cancel(AAPL_TOPIC, "delisted") == 2
        for client in (one, two):
            assert await client.receive() == {
                "type": "bars.unsubscribed",
                "payload": {"topic": AAPL_TOPIC, "reason": "delisted"},
            }
        await until(lambda: app.topics == ())
        assert app.cancel(AAPL_TOPIC, "delisted") == 0
    assert [kind for kind, _ in service.log] == ["create", "remove"]


async def test_cancel_before_the_topic_has_started_answers_with_the_reason() -> None:
    service = Gated()
    app = app_for(service)
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: len(service.log) == 1)
        app.cancel(AAPL_TOPIC, "maintenance")
        answer = await client.receive()
        assert (answer["payload"]["code"], answer["payload"]["message"]) == (
            "internal",
            "maintenance",
        )
        service.create_gate.set()
        await until(lambda: app.topics == ())


async def test_a_feed_kept_after_remove_topic_does_nothing() -> None:
    service = Recorder()
    async with connect(app_for(service)) as client:
        await client.subscribe("bars", AAPL)
        old = service.feeds[AAPL_TOPIC]
        await client.unsubscribe("bars", AAPL)
        await until(lambda: len(service.log) == 2)
        await client.subscribe("bars", AAPL)
        old(Bar(close=1))
        service.feeds[AAPL_TOPIC](Bar(close=2))
        assert (await client.receive())["payload"]["payload"] == {"close": 2.0}


async def test_publish_reaches_the_subscribers_of_that_request_only() -> None:
    router = BarRouter(service=Recorder())
    app = WsApp(routers=[router])

    async def closes(client: WsTestClient) -> object:
        return (await client.receive())["payload"]["payload"]["close"]

    async with connect(app) as one, connect(app) as two:
        await one.subscribe("bars", AAPL)
        await two.subscribe("bars", {"symbol": "MSFT"})
        router.publish(BarRequest(symbol="AAPL"), Bar(close=1))
        router.publish(BarRequest(symbol="MSFT"), Bar(close=2))
        router.publish(BarRequest(symbol="NONE"), Bar(close=3))
        assert [await closes(one), await closes(two)] == [1, 2]
        assert app.stats.updates == 2


async def test_disconnect_closes_one_client() -> None:
    from wsgen_runtime.testing import ClosedByServerError

    app = app_for(Recorder())
    async with connect(app) as one, connect(app) as two:
        first, second = app.clients
        assert app.disconnect(first, code=4000, reason="bye")
        with pytest.raises(ClosedByServerError) as caught:
            await one.receive()
        assert (caught.value.code, caught.value.reason) == (4000, "bye")
        await until(lambda: tuple(app.clients) == (second,))
        assert not app.disconnect(first)
        await two.subscribe("bars", AAPL)


async def test_an_eager_task_factory_changes_nothing() -> None:
    loop = asyncio.get_running_loop()
    # From Python 3.12 on; before it, this is the test of the ordinary factory once more.
    loop.set_task_factory(getattr(asyncio, "eager_task_factory", None))
    assert loop.create_task(turns(0)).done() is (sys.version_info >= (3, 12))
    service = Recorder()
    app = app_for(service)
    async with connect(app) as client:
        for _ in range(2):
            await client.subscribe("bars", AAPL)
            service.feeds[AAPL_TOPIC](Bar(close=1))
            client.stall()
            service.feeds[AAPL_TOPIC](Bar(close=2))
            service.feeds[AAPL_TOPIC](Bar(close=3))
            client.resume()
            assert [(await client.receive())["seq"] for _ in range(3)] == [1, 2, 3]
            await client.unsubscribe("bars", AAPL)
            await until(lambda: app.topics == ())
    assert [kind for kind, _ in service.log] == ["create", "remove"] * 2
