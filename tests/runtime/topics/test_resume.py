"""Clients that come back: what they missed, and whether it is everything."""

import threading

import pytest
from tests.runtime.greeting import ask, greeted, nothing_follows, position_of, seqs
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRouter,
    Gated,
    Recorder,
    publish_all,
    turns,
    until,
)

from wsgen_runtime import Delivery, History, Limits, Position, WsApp
from wsgen_runtime.testing import ClosedByServerError, connect
from wsgen_runtime.topics import history as histories


class Counting:
    """An app with one route, whose updates are their numbers."""

    def __init__(
        self,
        *,
        history: History | None = None,
        replay: int = 0,
        delivery: Delivery | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.service = Recorder()
        router = BarRouter(service=self.service, history=history, replay=replay, delivery=delivery)
        self.app = WsApp(routers=[router], limits=limits)
        self.count = 0

    def publish(self, count: int, topic: str = AAPL_TOPIC) -> None:
        for _ in range(count):
            self.count += 1
            self.service.feeds[topic](Bar(close=self.count))


async def test_an_answer_has_the_position_before_the_first_update_that_follows() -> None:
    it = Counting(history=History())
    async with greeted(it.app) as first, greeted(it.app) as second:
        assert position_of(await ask(first, AAPL)).seq == 0
        it.publish(3)
        position = position_of(await ask(second, AAPL))
        it.publish(2)
        assert position.seq == 3
        assert await seqs(second, 2) == [4, 5]
        assert await seqs(first, 5) == [1, 2, 3, 4, 5]


async def test_updates_before_the_first_answer_come_after_its_position() -> None:
    service = Gated()
    app = WsApp(routers=[BarRouter(service=service, history=History())])
    async with greeted(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: bool(service.feeds))
        publish_all(service.feeds[AAPL_TOPIC], [Bar(close=1), Bar(close=2)])
        service.create_gate.set()
        position = position_of(await client.receive())
        assert position.seq == 0
        assert await seqs(client, 2) == [1, 2]
        service.feeds[AAPL_TOPIC](Bar(close=3))
        assert await seqs(client, 1) == [3]
        async with greeted(app) as back:
            answer = await ask(back, AAPL, position)
            assert answer["payload"]["recovered"] is True
            assert await seqs(back, 3) == [1, 2, 3]


async def test_a_client_that_keeps_the_position_of_the_answer_and_drops_loses_nothing() -> None:
    it = Counting(history=History())
    async with greeted(it.app) as client:
        position = position_of(await ask(client, AAPL))
    it.publish(3)
    async with greeted(it.app) as client:
        answer = await ask(client, AAPL, position)
        assert answer["payload"]["recovered"] is True
        assert position_of(answer) == position
        assert await seqs(client, 3) == [1, 2, 3]
        it.publish(1)
        assert await seqs(client, 1) == [4]
    assert (it.app.stats.recovered, it.app.stats.unrecovered) == (1, 0)


async def test_without_hello_a_client_gets_the_frames_of_the_first_version() -> None:
    it = Counting(history=History())
    async with connect(it.app) as client, greeted(it.app) as other:
        await ask(other, AAPL)
        it.publish(2)
        since = {"epoch": 7, "seq": "ignored"}
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1, "since": since})
        assert await client.receive() == {
            "type": "bars.subscribe.response",
            "payload": {"status": "ok", "message": "Subscribed", "topic": AAPL_TOPIC},
            "id": 1,
        }
        it.publish(1)
        assert await seqs(client, 1) == [3]


async def test_a_client_that_has_everything_is_recovered_also_without_a_history() -> None:
    it = Counting()
    async with greeted(it.app) as stays, greeted(it.app) as client:
        position = position_of(await ask(stays, AAPL))
        assert (await ask(client, AAPL, position))["payload"]["recovered"] is True
        it.publish(1)
        assert (await seqs(stays, 1), await seqs(client, 1)) == ([1], [1])
        async with greeted(it.app) as late:
            answer = await ask(late, AAPL, position)
            assert answer["payload"]["recovered"] is False
            assert position_of(answer) == Position(position.epoch, 1)
            await nothing_follows(late)


@pytest.mark.parametrize("seq", [4, 2**63 - 1])
async def test_a_position_that_has_not_been_reached_is_not_recovered(seq: int) -> None:
    it = Counting(history=History())
    async with greeted(it.app) as stays, greeted(it.app) as client:
        epoch = position_of(await ask(stays, AAPL)).epoch
        it.publish(3)
        answer = await ask(client, AAPL, Position(epoch, seq))
        assert answer["payload"]["recovered"] is False
        assert position_of(answer) == Position(epoch, 3)


async def test_another_epoch_is_not_recovered() -> None:
    it = Counting(history=History())
    async with greeted(it.app) as stays, greeted(it.app) as client:
        await ask(stays, AAPL)
        answer = await ask(client, AAPL, Position("another", 0))
        assert answer["payload"]["recovered"] is False


async def test_more_than_the_history_keeps_is_not_recovered() -> None:
    it = Counting(history=History(updates=2), replay=1)
    async with greeted(it.app) as stays:
        position = position_of(await ask(stays, AAPL))
        it.publish(3)
        async with greeted(it.app) as client:
            answer = await ask(client, AAPL, position)
            assert answer["payload"]["recovered"] is False
            assert it.app.stats.unrecovered == 1
            assert position_of(answer).seq == 2
            assert await seqs(client, 1) == [3]
        async with greeted(it.app) as client:
            answer = await ask(client, AAPL, position._replace(seq=1))
            assert answer["payload"]["recovered"] is True
            assert await seqs(client, 2) == [2, 3]


async def test_updates_that_are_too_old_are_not_recovered(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(histories, "monotonic", lambda: now[0])
    it = Counting(history=History(seconds=60))
    async with greeted(it.app) as stays, greeted(it.app) as client:
        position = position_of(await ask(stays, AAPL))
        it.publish(1)
        now[0] = 61.0
        assert (await ask(client, AAPL, position))["payload"]["recovered"] is False


async def test_updates_that_threads_lost_are_a_gap_in_the_history_too() -> None:
    it = Counting(history=History(), replay=5, limits=Limits(pending_updates=2))
    async with greeted(it.app) as stays:
        position = position_of(await ask(stays, AAPL))
        it.publish(1)
        feed = it.service.feeds[AAPL_TOPIC]
        updates = [Bar(close=number) for number in (2, 3, 4, 5)]
        thread = threading.Thread(target=publish_all, args=(feed, updates))
        thread.start()
        thread.join()  # on purpose: the event loop cannot take a single one meanwhile
        await until(lambda: it.app.stats.lost == 2)
        assert await seqs(stays, 3) == [1, 4, 5]
        async with greeted(it.app) as client:
            answer = await ask(client, AAPL, position)
            assert answer["payload"]["recovered"] is False
            assert position_of(answer).seq == 3
            assert await seqs(client, 2) == [4, 5]
        async with greeted(it.app) as client:
            answer = await ask(client, AAPL, position._replace(seq=3))
            assert answer["payload"]["recovered"] is True
            assert await seqs(client, 2) == [4, 5]


async def test_a_tail_that_threads_lost_is_told_when_nothing_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wsgen_runtime.topics.updates._SILENCE", 0.05)
    it = Counting(history=History(), limits=Limits(pending_bytes=16))
    async with greeted(it.app) as client, connect(it.app) as founding:
        position = position_of(await ask(client, AAPL))
        await founding.subscribe("bars", AAPL)
        feed = it.service.feeds[AAPL_TOPIC]
        large = Bar(close=0.123456789)
        thread = threading.Thread(target=publish_all, args=(feed, [large]))
        thread.start()
        thread.join()
        reset = await client.receive()
        assert reset["type"] == "bars.reset"
        assert position_of(reset) == position._replace(seq=1)
        feed(Bar(close=2))
        assert (await seqs(client, 1), await seqs(founding, 1)) == ([2], [2])


async def test_a_new_producer_is_a_new_epoch() -> None:
    it = Counting(history=History())
    async with greeted(it.app) as client:
        position = position_of(await ask(client, AAPL))
        it.publish(1)
        await seqs(client, 1)
        it.service.feeds[AAPL_TOPIC].end()
        assert (await client.receive())["type"] == "bars.unsubscribed"
        answer = await ask(client, AAPL, position)
        assert answer["payload"]["recovered"] is False
        assert position_of(answer).epoch != position.epoch
        assert it.service.log.count(("create", AAPL_TOPIC)) == 2


async def test_what_does_not_fit_into_the_outbox_is_not_recovered() -> None:
    size = 8 * 1024
    service = Recorder()
    router = BarRouter(service=service, history=History(), replay=3)
    app = WsApp(routers=[router], limits=Limits(outbox_bytes=size))
    async with greeted(app) as stays, greeted(app) as client:
        position = position_of(await ask(stays, AAPL))
        for number in range(1, 21):
            service.feeds[AAPL_TOPIC](Bar(close=number))
        answer = await ask(client, AAPL, position)
        assert answer["payload"]["recovered"] is False
        assert position_of(answer).seq == 17
        assert await seqs(client, 3) == [18, 19, 20]
        answer = await ask(client, AAPL, position._replace(seq=15))
        assert answer["payload"]["recovered"] is True
        assert await seqs(client, 5) == [16, 17, 18, 19, 20]


@pytest.mark.parametrize("overflow", ["drop-oldest", "latest", "disconnect"])
async def test_the_policy_of_the_route_drops_nothing_that_a_client_missed(overflow: str) -> None:
    delivery = Delivery(queue=1, overflow=overflow)  # type: ignore[arg-type] # one of the literals
    it = Counting(history=History(), delivery=delivery)
    async with greeted(it.app) as stays, greeted(it.app) as client:
        position = position_of(await ask(stays, AAPL))
        it.publish(1)
        assert await seqs(stays, 1) == [1]
        for _ in range(8):
            it.publish(1)
            await stays.receive()
        client.stall()
        await client.send(
            {"type": "bars.subscribe", "payload": AAPL, "id": 1, "since": position._asdict()}
        )
        await until(lambda: sum(each.queued for each in it.app.clients.values()) >= 8)
        it.publish(1)
        client.resume()
        assert (await client.receive())["payload"]["recovered"] is True
        assert await seqs(client, 10) == list(range(1, 11))


async def test_a_slow_client_is_closed_for_an_update_that_never_fits() -> None:
    it = Counting(history=History(), limits=Limits(outbox_bytes=100))
    async with greeted(it.app) as client, connect(it.app) as founding:
        await ask(client, AAPL)
        await founding.subscribe("bars", AAPL)
        for each in (client, founding):
            each.stall()
        it.publish(2)  # one is on its way; the other, with its topic, is larger than the outbox
        for each in (client, founding):
            each.resume()
        assert await seqs(founding, 1) == [1]
        it.publish(1)
        assert await seqs(founding, 1) == [3]
        assert await seqs(client, 1) == [1]
        with pytest.raises(ClosedByServerError, match="1013"):
            await client.receive()


# -- replay


async def test_a_new_subscriber_gets_the_newest_updates() -> None:
    it = Counting(history=History(), replay=2)
    async with greeted(it.app) as first, greeted(it.app) as second, connect(it.app) as founding:
        assert position_of(await ask(first, AAPL)).seq == 0
        it.publish(5)
        assert position_of(await ask(second, AAPL)).seq == 3
        assert await seqs(second, 2) == [4, 5]
        await founding.subscribe("bars", AAPL)
        assert await seqs(founding, 2) == [4, 5]
        it.publish(1)
        assert (await seqs(second, 1), await seqs(founding, 1)) == ([6], [6])


# -- subscribing twice


async def test_subscribing_twice_delivers_nothing_twice() -> None:
    it = Counting(history=History(), replay=2)
    async with greeted(it.app) as client, connect(it.app) as founding:
        await ask(client, AAPL)
        await founding.subscribe("bars", AAPL)
        it.publish(2)
        assert (await seqs(client, 2), await seqs(founding, 2)) == ([1, 2], [1, 2])
        answer = await ask(client, AAPL)
        assert position_of(answer).seq == 2
        assert "recovered" not in answer["payload"]
        await founding.subscribe("bars", AAPL)
        it.publish(1)
        assert (await seqs(client, 1), await seqs(founding, 1)) == ([3], [3])
        await nothing_follows(client)
        await nothing_follows(founding)


async def test_a_subscriber_can_ask_for_what_it_has_missed() -> None:
    it = Counting(history=History())
    async with greeted(it.app) as client:
        position = position_of(await ask(client, AAPL))
        it.publish(3)
        await seqs(client, 3)
        answer = await ask(client, AAPL, position._replace(seq=1))
        assert answer["payload"]["recovered"] is True
        assert await seqs(client, 2) == [2, 3]
        it.publish(1)
        assert await seqs(client, 1) == [4]
        await nothing_follows(client)


async def test_an_answer_is_not_overtaken_by_updates_after_it() -> None:
    it = Counting(history=History(), delivery=Delivery(overflow="latest"))
    async with greeted(it.app) as client, greeted(it.app) as other:
        await ask(client, AAPL)
        await ask(other, AAPL)
        client.stall()
        for _ in range(2):  # one is on its way, one is queued
            it.publish(1)
            await other.receive()
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 2})
        await until(lambda: sum(each.queued for each in it.app.clients.values()) >= 2)
        it.publish(1)
        client.resume()
        assert await seqs(client, 2) == [1, 2]
        assert position_of(await client.receive()).seq == 2
        assert await seqs(client, 1) == [3]


async def test_all_requests_that_wait_for_a_topic_are_answered_and_replayed_once() -> None:
    service = Gated()
    app = WsApp(routers=[BarRouter(service=service, history=History(), replay=5)])
    async with greeted(app) as client:
        for _ in range(2):
            await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: bool(service.feeds))
        service.feeds[AAPL_TOPIC](Bar(close=1))
        service.create_gate.set()
        answers = [position_of(await client.receive()) for _ in range(2)]
        assert [answer.seq for answer in answers] == [0, 0]
        assert await seqs(client, 1) == [1]
        await nothing_follows(client)


# -- what clients send


@pytest.mark.parametrize("since", ["x", {"epoch": "k"}, {"epoch": "k", "seq": -1}])
async def test_an_invalid_position_is_an_invalid_payload(since: object) -> None:
    it = Counting(history=History())
    async with greeted(it.app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1, "since": since})
        error = await client.receive()
        assert error["payload"]["code"] == "invalid_payload"
        assert error["payload"]["details"][0]["loc"][0] == "since"
        assert it.app.topics == ()


async def test_many_clients_resume_at_once_without_asking_the_broker() -> None:
    it = Counting(history=History())
    async with greeted(it.app) as stays:
        position = position_of(await ask(stays, AAPL))
        it.publish(20)
        opened: list[str] = []
        broker = it.app._broker
        broker.open = opened.append  # type: ignore[method-assign,assignment] # it must not be called
        for _ in range(50):
            async with greeted(it.app) as client:
                answer = await ask(client, AAPL, position)
                assert answer["payload"]["recovered"] is True
                assert await seqs(client, 20) == list(range(1, 21))
        del broker.open
        assert opened == []
        await turns()
