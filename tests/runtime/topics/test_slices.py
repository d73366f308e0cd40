"""Long fan-outs are sent in slices: other clients are served in between, and nothing changes its order."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import cast

import pytest
from tests.runtime.greeting import ask, greeted, position_of, seqs
from tests.runtime.ledger import Deed, Ledger, copying, ledger_router, settle
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, turns

from wsgen_runtime import History, WsApp
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.testing import WsTestClient
from wsgen_runtime.topics import slices
from wsgen_runtime.topics.slices import Fanouts

MANY = 7


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE", 2)


class Crowd:
    """An app with one topic, and its subscribers."""

    def __init__(self, app: WsApp, service: Recorder, clients: list[WsTestClient]) -> None:
        self.app, self.service, self.clients = app, service, clients
        self.count = 0

    def publish(self, count: int = 1) -> None:
        for _ in range(count):
            self.count += 1
            self.service.feeds[AAPL_TOPIC](Bar(close=self.count))

    @property
    def reached(self) -> int:
        return self.app.stats.deliveries


@asynccontextmanager
async def crowd() -> AsyncIterator[Crowd]:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service, history=History(), replay=2)])
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(greeted(app)) for _ in range(MANY)]
        for client in clients:
            await ask(client, AAPL)
        yield Crowd(app, service, clients)


async def test_a_ping_is_answered_before_an_update_has_reached_all() -> None:
    async with crowd() as it:
        await it.clients[-1].send({"type": "ping"})
        it.publish()
        assert it.reached == 0
        assert (await it.clients[-1].receive())["type"] == "pong"
        for client in it.clients:
            assert await seqs(client, 1) == [1]
        assert it.reached == MANY


async def test_the_updates_of_a_topic_come_in_order() -> None:
    async with crowd() as it:
        it.publish(30)
        for client in it.clients:
            assert await seqs(client, 30) == list(range(1, 31))


async def test_who_leaves_gets_nothing_after_the_answer_and_what_follows_when_it_is_back() -> None:
    async with crowd() as it:
        leaver = it.clients[-1]
        await leaver.send({"type": "bars.unsubscribe", "payload": AAPL})
        await turns(1)
        it.publish()
        answer = await leaver.receive()
        assert answer["type"] == "bars.unsubscribe.response"
        await turns()
        position = position_of(await ask(leaver, AAPL))
        assert position.seq == 0
        assert await seqs(leaver, 1) == [1]  # by the replay
        it.publish()
        assert await seqs(leaver, 1) == [2]


async def test_who_comes_back_at_once_gets_each_update_once() -> None:
    async with crowd() as it:
        leaver = it.clients[-1]
        for event in ("unsubscribe", "subscribe"):
            await leaver.send({"type": f"bars.{event}", "payload": AAPL})
        it.publish(3)
        it.publish(3)
        await turns(60)
        frames = [await leaver.receive() for _ in range(2)]
        while frames[-1]["type"] != "bars.subscribe.response":
            frames.append(await leaver.receive())
        it.publish()
        position = position_of(frames[-1]).seq
        assert await seqs(leaver, 7 - position) == list(range(position + 1, 8))


async def test_who_subscribes_meanwhile_hears_from_the_next_number() -> None:
    async with crowd() as it, greeted(it.app) as late:
        await late.send({"type": "bars.subscribe", "payload": {**AAPL}})
        it.publish(4)
        await turns(40)
        position = position_of(await late.receive()).seq
        it.publish()
        assert await seqs(late, 5 - position) == list(range(position + 1, 6))


async def test_who_resumes_while_it_is_subscribed_gets_each_update_once() -> None:
    async with crowd() as it:
        last = it.clients[-1]
        position = position_of(await ask(last, AAPL))
        it.publish(5)
        since = {"epoch": position.epoch, "seq": 0}
        await last.send({"type": "bars.subscribe", "payload": AAPL, "since": since})
        await turns(40)
        assert await seqs(last, 5) == [1, 2, 3, 4, 5]
        answer = await last.receive()
        assert answer["payload"]["recovered"] is True
        assert await seqs(last, 5) == [1, 2, 3, 4, 5]  # what it has asked for
        it.publish()
        assert await seqs(last, 1) == [6]


async def test_all_get_the_update_before_the_end_of_their_subscriptions() -> None:
    async with crowd() as it:
        it.publish()
        assert it.app.cancel(AAPL_TOPIC, "enough") == MANY
        for client in it.clients:
            assert await seqs(client, 1) == [1]
            assert (await client.receive())["type"] == "bars.unsubscribed"


async def test_all_get_the_update_before_a_shutdown() -> None:
    async with crowd() as it:
        it.publish(9)
        stopping = asyncio.create_task(it.app.shutdown())
        for client in it.clients:
            assert await seqs(client, 9) == list(range(1, 10))
        await asyncio.wait({stopping})
        stopping.result()


async def test_a_state_comes_after_the_changes_before_it() -> None:
    service = Ledger()
    app = WsApp(routers=[ledger_router(service)])
    async with AsyncExitStack() as stack:
        copies = [(await stack.enter_async_context(copying(app, service)))[0] for _ in range(MANY)]
        for copy in copies:
            await copy.ask()
        await settle(*copies)
        deeds: tuple[Deed, ...] = ("change", "change", "hidden", "replace", "change")
        for deed in deeds:
            service.deeds.put_nowait(deed)
        await settle(*copies)
        for copy in copies:
            assert copy.balance == service.balance
            assert copy.gaps == 0


async def test_a_state_that_a_stream_yields_comes_behind_the_change_before_it() -> None:
    service = Ledger()
    app = WsApp(routers=[ledger_router(service)])
    async with AsyncExitStack() as stack:
        copies = [(await stack.enter_async_context(copying(app, service)))[0] for _ in range(MANY)]
        for copy in copies:
            await copy.ask()
        await settle(*copies)
        for deed in ("change", "replace"):
            service.deeds.put_nowait(deed)
        for copy in copies:
            frames = [await copy.client.receive() for _ in range(2)]
            assert [(it["type"], it["seq"]) for it in frames] == [
                ("ledger.update", 1),
                ("ledger.snapshot", 2),
            ]


async def test_a_state_that_is_taken_after_a_loss_comes_behind_the_change_before_it() -> None:
    service = Ledger()
    app = WsApp(routers=[ledger_router(service)])
    async with AsyncExitStack() as stack:
        copies = [(await stack.enter_async_context(copying(app, service)))[0] for _ in range(MANY)]
        for copy in copies:
            await copy.ask()
        await settle(*copies)
        (topic,) = app.topics
        app._hub.deliver(topic, service.change().model_dump_json())
        app._hub.lose(topic, 1)
        for copy in copies:
            frames = [await copy.client.receive() for _ in range(2)]
            assert [it["type"] for it in frames] == ["ledger.update", "ledger.snapshot"]


async def test_a_reset_comes_behind_the_updates_before_it() -> None:
    async with crowd() as it:
        it.publish()
        it.app._hub._reset(AAPL_TOPIC)
        for client in it.clients:
            assert await seqs(client, 1) == [1]
            assert (await client.receive())["type"] == "bars.reset"


def anybody(count: int) -> list[Client]:
    return [cast("Client", object()) for _ in range(count)]


async def test_the_topics_take_turns() -> None:
    order: list[str] = []

    def send(clients: Collection[Client], topic: str) -> None:
        order.append(topic * len(clients))

    fanouts = Fanouts()
    for topic in "abc":
        fanouts.start(topic, anybody(4), partial(send, topic=topic))
    assert fanouts.crowded
    await turns()
    assert order == ["aa", "bb", "cc", "aa", "bb", "cc"]
    assert not fanouts.crowded


async def test_a_publisher_that_is_far_ahead_waits() -> None:
    sent: list[int] = []

    def send(_: Collection[Client], number: int) -> None:
        sent.append(number)

    fanouts = Fanouts()
    for number in range(20):
        fanouts.start("a", anybody(3), partial(send, number=number))
    assert sent == list(range(4))
    fanouts.finish_all()
    assert sent == list(range(20))
    assert not fanouts.crowded


async def test_updates_that_wait_together_are_sent_to_a_client_together() -> None:
    order: list[tuple[int, Client]] = []

    def send(clients: Collection[Client], number: int) -> None:
        order.extend((number, client) for client in clients)

    one, two, three = members = anybody(3)
    fanouts = Fanouts()
    for number in range(2):
        fanouts.start("a", members, partial(send, number=number))
    await turns(1)
    fanouts.start("a", members, partial(send, number=2))  # behind those that have begun
    fanouts.skip("a", two)
    await turns()
    assert order == [(0, one), (1, one), (0, three), (1, three), (2, one), (2, three)]


async def test_no_part_of_a_slice_is_left_for_a_smaller_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "SLICE", 3)
    order: list[tuple[int, int]] = []

    def send(clients: Collection[Client], number: int) -> None:
        order.append((number, len(clients)))

    members = anybody(4)
    fanouts = Fanouts()
    for number in range(2):
        fanouts.start("a", members, partial(send, number=number))
    await turns()
    assert order == [(0, 2), (1, 2)] * 2


async def test_what_a_message_causes_is_sent_behind_those_that_wait_with_it() -> None:
    order: list[tuple[int, Client]] = []
    fanouts = Fanouts()

    def send(clients: Collection[Client], number: int) -> None:
        order.extend((number, client) for client in clients)
        if len(order) == 1:
            fanouts.finish("a")
            order.append((9, one))

    one, two, three = members = anybody(3)
    for number in range(2):
        fanouts.start("a", members, partial(send, number=number))
    await turns()
    assert order == [(0, one), (1, one), (0, two), (0, three), (1, two), (1, three), (9, one)]
    assert not fanouts.crowded
