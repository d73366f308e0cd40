"""Topics whose positions come from the broker, and what subscribers see when it has lost its place."""

import asyncio

import pytest
from tests.runtime.greeting import ask, greeted, nothing_follows, position_of, seqs
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, turns, until

from wsgen_runtime import BrokerHost, BrokerStats, Delivery, History, Position, WsApp
from wsgen_runtime.testing import connect


class Store:
    """A broker that says what the test says."""

    shared = True
    stats = BrokerStats()

    def __init__(self, *, owned: bool = False) -> None:
        self.owned = owned
        self.at: tuple[Position, list[tuple[int, str]]] | None = None
        self.calls: list[tuple[object, ...]] = []
        self.reading: asyncio.Future[None] | None = None
        """What `catch_up` returns."""

    async def start(self, host: BrokerHost) -> None:
        self.host = host

    async def stop(self) -> None: ...

    async def open(self, topic: str) -> bool:
        if self.at is not None:
            self.stand(*self.at)
        return self.owned

    async def close(self, topic: str) -> None: ...

    def publish(self, topic: str, data: str, *, produced: bool) -> None:
        self.calls.append(("publish", topic, data, produced))

    def begin(self, topic: str) -> None:
        self.calls.append(("begin", topic))
        self.stand(Position("begun", 0), [])

    def catch_up(self, topic: str, position: Position) -> asyncio.Future[None] | None:
        self.calls.append(("catch_up", topic, position))
        return self.reading

    def skip(self, topic: str, count: int) -> None:
        self.calls.append(("skip", topic, count))

    def snapshot(self, topic: str, data: str) -> None: ...

    def ask_snapshot(self, topic: str) -> None: ...

    def stand(
        self, position: Position, entries: list[tuple[int, str]], *, continued: bool = False
    ) -> None:
        self.host.stand(AAPL_TOPIC, position, entries, continued=continued)

    def deliver(self, epoch: str, *numbers: int) -> None:
        for number in numbers:
            self.host.deliver(AAPL_TOPIC, data(number), Position(epoch, number))


def data(number: int) -> str:
    return Bar(close=number).model_dump_json()


def entries(*numbers: int) -> list[tuple[int, str]]:
    return [(number, data(number)) for number in numbers]


def app_with(
    store: Store, *, replay: int = 0, delivery: Delivery | None = None
) -> tuple[WsApp, Recorder]:
    service = Recorder()
    router = BarRouter(service=service, history=History(), replay=replay, delivery=delivery)
    return WsApp(routers=[router], broker=store), service


async def test_the_first_subscriber_of_a_process_gets_what_the_store_holds() -> None:
    store = Store()
    store.at = Position("a", 5), entries(3, 4, 5)
    app, _ = app_with(store, replay=1)
    async with greeted(app) as client, greeted(app) as back:
        assert position_of(await ask(client, AAPL)) == Position("a", 4)
        assert await seqs(client, 1) == [5]
        answer = await ask(back, AAPL, Position("a", 2))
        assert answer["payload"]["recovered"] is True
        assert await seqs(back, 3) == [3, 4, 5]
        store.deliver("a", 6)
        assert (await seqs(client, 1), await seqs(back, 1)) == ([6], [6])


async def test_an_update_that_comes_twice_is_delivered_once_and_a_gap_stays_visible() -> None:
    store = Store()
    store.at = Position("a", 0), []
    app, _ = app_with(store)
    async with greeted(app) as client:
        await ask(client, AAPL)
        store.deliver("a", 1, 1, 2, 1, 4)
        assert await seqs(client, 3) == [1, 2, 4]
        assert app.stats.lost == 1


async def test_what_was_missed_between_processes_follows_if_nothing_else_was() -> None:
    store = Store()
    store.at = Position("a", 1), entries(1)
    app, _ = app_with(store)
    async with greeted(app) as client:
        await ask(client, AAPL)
        store.stand(Position("a", 3), entries(2, 3), continued=True)
        assert await seqs(client, 2) == [2, 3]
        store.deliver("a", 3, 4)
        assert await seqs(client, 1) == [4]


async def test_subscribers_are_told_that_a_lost_tail_may_be_missing() -> None:
    store = Store()
    store.at = Position("a", 1), entries(1)
    app, _ = app_with(store)
    async with greeted(app) as client, connect(app) as founding:
        await ask(client, AAPL)
        await founding.subscribe("bars", AAPL)
        store.stand(Position("a", 3), [], continued=False)
        assert await client.receive() == {
            "type": "bars.reset",
            "payload": {"topic": AAPL_TOPIC, "epoch": "a", "seq": 3, "recovered": False},
        }
        store.deliver("a", 4)
        assert (await seqs(client, 1), await seqs(founding, 1)) == ([4], [4])
        assert app.stats.unrecovered == 1


async def test_another_epoch_resets_subscribers_who_go_on_like_new_ones() -> None:
    store = Store()
    store.at = Position("a", 7), entries(6, 7)
    app, _ = app_with(store, replay=1)
    async with greeted(app) as client, connect(app) as founding:
        await ask(client, AAPL)
        await founding.subscribe("bars", AAPL)
        assert (await seqs(client, 1), await seqs(founding, 1)) == ([7], [7])
        store.stand(Position("b", 2), entries(1, 2), continued=False)
        reset = await client.receive()
        assert (reset["type"], position_of(reset)) == ("bars.reset", Position("b", 1))
        assert await seqs(client, 1) == [2]
        assert await seqs(founding, 2) == [1, 2]
        async with greeted(app) as back:
            answer = await ask(back, AAPL, Position("a", 7))
            assert answer["payload"]["recovered"] is False
            assert position_of(answer) == Position("b", 1)


async def test_an_update_of_an_unknown_epoch_resets_too() -> None:
    store = Store()
    store.at = Position("a", 7), []
    app, _ = app_with(store)
    async with greeted(app) as client:
        await ask(client, AAPL)
        store.deliver("b", 3)
        assert position_of(await client.receive()) == Position("b", 2)
        assert await seqs(client, 1) == [3]


async def test_the_first_answer_waits_for_the_position_that_another_process_begins() -> None:
    store = Store()
    app, _ = app_with(store)
    async with greeted(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: bool(app._hub._channels))
        await turns()
        store.stand(Position("a", 0), [])
        assert position_of(await client.receive()) == Position("a", 0)
        store.deliver("a", 1)
        assert await seqs(client, 1) == [1]


async def test_a_process_that_may_produce_meanwhile_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsgen_runtime.topics.lifecycle._BEGINS", 0.05)
    store = Store()
    app, service = app_with(store)
    async with greeted(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
        await until(lambda: bool(app._hub._channels))
        await turns()
        store.host.own(AAPL_TOPIC, owned=True)
        assert position_of(await client.receive()) == Position("begun", 0)
        assert service.log == [("create", AAPL_TOPIC)]


async def test_without_a_position_subscribers_are_answered_and_reset_later() -> None:
    store = Store()
    app, _ = app_with(store)
    async with greeted(app) as client:
        store.host.report("disconnected")
        assert (await client.receive())["type"] == "status"
        answer = await ask(client, AAPL, Position("a", 1))
        assert answer["payload"] == {
            "status": "ok",
            "message": "Subscribed",
            "topic": AAPL_TOPIC,
            "recovered": False,
        }
        assert "epoch" not in (await ask(client, AAPL))["payload"]
        store.stand(Position("a", 1), entries(1), continued=False)
        assert position_of(await client.receive()) == Position("a", 1)


async def test_a_reset_is_not_overtaken_by_updates_after_it() -> None:
    store = Store()
    store.at = Position("a", 8), []
    app, _ = app_with(store, delivery=Delivery(overflow="latest"))
    async with greeted(app) as client, greeted(app) as other:
        await ask(client, AAPL)
        await ask(other, AAPL)
        client.stall()
        store.deliver("a", 9)
        await seqs(other, 1)
        store.deliver("a", 10)
        await seqs(other, 1)
        store.stand(Position("a", 10), [], continued=False)
        store.deliver("a", 11)
        client.resume()
        assert await seqs(client, 2) == [9, 10]
        assert (await client.receive())["type"] == "bars.reset"
        assert await seqs(client, 1) == [11]


async def test_a_producer_here_begins_an_epoch_and_its_updates_are_numbered_by_the_broker() -> None:
    store = Store(owned=True)
    app, service = app_with(store)
    async with greeted(app) as client:
        await ask(client, AAPL)
        assert store.calls == [("begin", AAPL_TOPIC)]
        service.feeds[AAPL_TOPIC](Bar(close=1))
        assert store.calls[1:] == [("publish", AAPL_TOPIC, data(1), True)]
        await nothing_follows(client)


async def test_updates_that_were_held_are_dropped_when_another_epoch_begins() -> None:
    store = Store(owned=True)
    store.at = Position("a", 0), []
    app, service = app_with(store)
    async with greeted(app) as client:
        store.begin = lambda topic: store.deliver("a", 1)  # type: ignore[method-assign]
        created = service.create_topic

        async def create_topic(topic: str, topic_update: object) -> None:
            await created(topic, topic_update)  # type: ignore[arg-type] # what the app passes
            store.stand(Position("b", 0), [], continued=False)
            store.deliver("b", 1)

        service.create_topic = create_topic  # type: ignore[method-assign]
        assert position_of(await ask(client, AAPL)) == Position("b", 0)
        assert await seqs(client, 1) == [1]
        await nothing_follows(client)
        assert app.stats.lost == 1


@pytest.mark.parametrize(("dropped", "recovered"), [(False, True), (True, False)])
async def test_a_client_that_resumes_before_the_topic_has_started(
    dropped: bool, recovered: bool
) -> None:
    store = Store()
    app, _ = app_with(store, delivery=Delivery(queue=1 if dropped else 9))
    gate = asyncio.Event()

    async def slow(topic: str) -> bool:
        assert topic == AAPL_TOPIC
        store.stand(Position("a", 5), entries(4, 5))
        await gate.wait()
        return False

    store.open = slow  # type: ignore[method-assign]
    async with greeted(app) as client:
        since = Position("a", 3)._asdict()
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1, "since": since})
        await until(lambda: any(it.epoch for it in app._hub._channels.values()))
        store.deliver("a", 6, 7)
        gate.set()
        answer = await client.receive()
        assert answer["payload"]["recovered"] is recovered
        assert position_of(answer).seq == (3 if recovered else 6)
        assert await seqs(client, 4 if recovered else 1) == ([4, 5, 6, 7] if recovered else [7])


@pytest.mark.parametrize("alone", [False, True])
async def test_who_has_had_more_than_this_process_waits_until_it_knows(alone: bool) -> None:
    store = Store()
    store.at = Position("e", 3), entries(3)
    app, _ = app_with(store)
    async with app.lifespan(), greeted(app) as stays, greeted(app) as back:
        await ask(stays, AAPL)
        if alone:
            await stays.unsubscribe("bars", AAPL)
        store.calls.clear()
        store.reading = asyncio.get_running_loop().create_future()
        frame = {"type": "bars.subscribe", "payload": AAPL, "since": {"epoch": "e", "seq": 5}}
        await back.send(frame)
        await turns()
        assert store.calls == [("catch_up", AAPL_TOPIC, Position("e", 5))]
        store.stand(Position("e", 5), entries(4, 5), continued=True)
        store.deliver("e", 6)
        store.reading.set_result(None)
        answer = await back.receive()
        assert (answer["payload"]["recovered"], position_of(answer)) == (True, Position("e", 5))
        assert await seqs(back, 1) == [6]
        store.deliver("e", 7)
        assert await seqs(back, 1) == [7]
        if not alone:
            assert await seqs(stays, 4) == [4, 5, 6, 7]


async def test_who_has_had_what_nobody_knows_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsgen_runtime.topics.lifecycle._BEGINS", 0.01)
    store = Store()
    store.at = Position("e", 3), entries(3)
    app, _ = app_with(store)
    async with greeted(app) as client:
        await ask(client, AAPL)
        await client.unsubscribe("bars", AAPL)
        for reading in (None, asyncio.get_running_loop().create_future()):
            store.reading = reading  # one that never ends
            answer = await ask(client, AAPL, Position("e", 4))
            assert (answer["payload"]["recovered"], position_of(answer)) == (
                False,
                Position("e", 3),
            )
            await client.unsubscribe("bars", AAPL)
        store.calls.clear()
        assert (await ask(client, AAPL, Position("e", 2)))["payload"]["recovered"] is True
        assert store.calls == []


async def test_a_topic_that_lingers_is_given_up_where_it_would_be_produced() -> None:
    store = Store()
    store.at = Position("a", 0), []
    app, service = app_with(store)
    async with app.lifespan():
        async with greeted(app) as client:
            await ask(client, AAPL)
        await turns()
        assert app.stats.lingering == 1
        store.host.own(AAPL_TOPIC, owned=True)
        await until(lambda: not app._hub._channels)
        assert service.log == []
        assert app.stats.lingering == 0


async def test_topics_that_are_not_open_are_ignored() -> None:
    store = Store()
    app, _ = app_with(store)
    async with app.lifespan():
        store.stand(Position("a", 1), entries(1))
        store.deliver("a", 1)
        kept = store.host.kept(AAPL_TOPIC)
        assert kept is not None
        assert (kept.history, kept.published) == (History(), False)
        assert store.host.kept("others:{}") is None
