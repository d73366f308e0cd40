"""Updates before the first answer: the delivery policy of the route applies to them."""

import threading

import pytest
from tests.runtime.services import AAPL, Bar, BarRouter, Gated, Recorder, publish_all, until

from wsgen_runtime import CloseCode, Delivery, Limits, TopicUpdate, WsApp
from wsgen_runtime.testing import ClosedByServerError, WsTestClient, connect


class Eager(Recorder):
    """A service that sends many updates at once."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        await super().create_topic(topic, topic_update)
        for close in range(1, self.count + 1):
            topic_update(Bar(close=close))


def app_of(count: int, delivery: Delivery) -> WsApp:
    return WsApp(routers=[BarRouter(service=Eager(count), delivery=delivery)])


async def seqs(client: WsTestClient, count: int) -> list[int]:
    frames = [await client.receive() for _ in range(count)]
    assert all(frame["payload"]["payload"]["close"] == frame["seq"] for frame in frames)
    return [frame["seq"] for frame in frames]


async def test_as_many_updates_as_may_be_held_arrive_from_the_first() -> None:
    async with connect(app_of(256, Delivery())) as client:
        assert (await client.subscribe("bars", AAPL))["message"] == "Subscribed"
        assert await seqs(client, 256) == list(range(1, 257))


async def test_the_oldest_updates_are_dropped_and_the_answer_says_so() -> None:
    app = app_of(1_000, Delivery())
    async with connect(app) as client, connect(app) as late:
        answer = await client.subscribe("bars", AAPL)
        assert answer["message"] == "Subscribed; 744 updates were dropped before the topic started"
        assert await seqs(client, 256) == list(range(745, 1_001))
        assert app.stats.lost == 744
        assert (await late.subscribe("bars", AAPL))["message"] == "Subscribed"


async def test_updates_that_threads_lost_meanwhile_are_reported_too() -> None:
    service = Gated()
    app = WsApp(routers=[BarRouter(service=service)], limits=Limits(pending_updates=2))
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await until(lambda: bool(service.feeds))
        (feed,) = service.feeds.values()
        thread = threading.Thread(
            target=publish_all, args=(feed, [Bar(close=n) for n in (1, 2, 3)])
        )
        thread.start()
        thread.join()  # on purpose: the event loop cannot take a single one meanwhile
        feed(Bar(close=4))
        await until(lambda: app.stats.lost == 2)
        service.create_gate.set()
        message = (await client.receive())["payload"]["message"]
        assert message == "Subscribed; 2 updates were dropped before the topic started"
        assert await seqs(client, 2) == [3, 4]


async def test_the_policy_latest_delivers_only_the_newest() -> None:
    app = app_of(1_000, Delivery(overflow="latest"))
    async with connect(app) as client:
        assert (await client.subscribe("bars", AAPL))["message"] == "Subscribed"
        assert await seqs(client, 1) == [1_000]
        await client.send({"type": "ping"})
        assert (await client.receive())["type"] == "pong"
        assert app.stats.lost == 999


async def test_the_policy_disconnect_closes_those_who_wait() -> None:
    app = app_of(5, Delivery(queue=4, overflow="disconnect"))
    async with connect(app) as client:
        with pytest.raises(ClosedByServerError) as caught:
            await client.subscribe("bars", AAPL)
        assert caught.value.code == CloseCode.TRY_LATER
        await until(lambda: app.topics == ())
        assert app.stats.lost == 5


async def test_the_policy_disconnect_closes_nobody_while_there_is_room() -> None:
    async with connect(app_of(4, Delivery(queue=4, overflow="disconnect"))) as client:
        await client.subscribe("bars", AAPL)
        assert await seqs(client, 4) == [1, 2, 3, 4]


async def test_a_client_that_subscribes_after_others_were_disconnected_is_subscribed() -> None:
    service = Gated()
    delivery = Delivery(queue=1, overflow="disconnect")
    app = WsApp(routers=[BarRouter(service=service, delivery=delivery)])
    async with connect(app) as first, connect(app) as second:
        await first.send({"type": "bars.subscribe", "payload": AAPL})
        await until(lambda: bool(service.feeds))
        (feed,) = service.feeds.values()
        for close in (1, 2):
            feed(Bar(close=close))
        with pytest.raises(ClosedByServerError):
            await first.receive()
        await second.send({"type": "bars.subscribe", "payload": AAPL})
        await second.send({"type": "ping"})
        assert (await second.receive())["type"] == "pong"
        feed(Bar(close=3))
        service.create_gate.set()
        assert (await second.receive())["payload"]["message"] == "Subscribed"
        assert await seqs(second, 1) == [3]
