"""Snapshots: each copy of a state that a client keeps is right, whatever comes when."""

import asyncio
import threading
from contextlib import AsyncExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.ledger import (
    Account,
    Balance,
    Change,
    Deed,
    Ledger,
    copying,
    ledger_router,
    now,
    reaches,
    settle,
)
from tests.runtime.services import turns
from tests.runtime.virtual_time import in_virtual_time, virtually

from wsgen_runtime import (
    Delivery,
    History,
    Limits,
    ServiceError,
    Topic,
    TopicUpdate,
    WsApp,
    WsRouter,
)
from wsgen_runtime.testing import Frame, connect

HANGS = 10**9
TOPIC = 'ledger:{"name":"main"}'


@virtually
async def test_a_subscriber_gets_the_state_and_then_its_changes() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, _):
        await copy.ask()
        await reaches(lambda: ledger.calls == 1)
        await settle(copy)
        assert (copy.phase, copy.balance) == ("live", Balance(version=0, total=0))
        for _ in range(3):
            ledger.deeds.put_nowait("change")
        await settle(copy)
        assert copy.balance == Balance(version=3, total=14)
        assert (copy.states, app.stats.snapshots, app.stats.updates) == (1, 1, 3)
        async with copying(app, ledger) as (late, _):
            await late.ask()
            await settle(late, copy)
            assert late.balance == copy.balance
            assert late.at == copy.at
        assert copy.states == 1


@virtually
async def test_the_frames_of_a_subscription_with_a_snapshot() -> None:
    ledger = Ledger()
    async with copying(WsApp(routers=[ledger_router(ledger)]), ledger) as (copy, _):
        await copy.ask()
        answer = await copy.client.receive()
        state = await copy.client.receive()
        ledger.deeds.put_nowait("change")
        update = await copy.client.receive()
    assert answer == {
        "type": "ledger.subscribe.response",
        "payload": {"status": "ok", "message": "Subscribed", "topic": TOPIC},
        "id": 1,
    }
    epoch = state["payload"].pop("epoch")
    assert state == {
        "type": "ledger.snapshot",
        "payload": {"topic": TOPIC, "payload": {"version": 0, "total": 0}},
        "seq": 0,
    }
    assert isinstance(epoch, str)
    assert update["seq"] == 1


@virtually
async def test_a_client_without_hello_gets_changes_only() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger)])
    async with connect(app) as client:
        assert (await client.subscribe("ledger", {})).keys() == {"status", "message", "topic"}
        ledger.deeds.put_nowait("change")
        frame = await client.receive()
        assert (frame["type"], frame["seq"]) == ("ledger.update", 1)
        assert ledger.calls == 0


@virtually
async def test_one_call_serves_all_who_wait_and_one_failure_answers_them() -> None:
    ledger = Ledger()
    ledger.pause = 30
    app = WsApp(routers=[ledger_router(ledger)])
    async with AsyncExitStack() as stack:
        copies = [(await stack.enter_async_context(copying(app, ledger)))[0] for _ in range(5)]
        for copy in copies:
            await copy.ask()
        await settle(*copies)
        assert {copy.phase for copy in copies} == {"live"}
        assert ledger.calls == 1
        ledger.failure = ServiceError("no such account", code="not_found")
        for copy in copies:
            await copy.ask()
        frames = [await copy.client.receive() for copy in copies]
        assert {frame["payload"]["code"] for frame in frames} == {"not_found"}
        assert ledger.calls == 2
        assert (app.stats.failures, app.stats.refusals) == (0, 1)
        await reaches(lambda: app.topics == ())


@virtually
async def test_those_who_are_subscribed_are_told_that_there_is_no_state_after_a_loss() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, _):
        await copy.ask()
        await settle(copy)
        ledger.failure = LookupError("secret")
        app._hub.lose(TOPIC, 1)
        frame = await copy.client.receive()
        assert frame["type"] == "ledger.unsubscribed"
        assert frame["payload"]["code"] == "internal"
        assert frame["payload"]["retry_after"] == 1
        assert app.stats.failures == 1
        await reaches(lambda: app.topics == ())


@virtually
async def test_a_call_that_does_not_return_fails_in_time() -> None:
    ledger = Ledger()
    ledger.pause = HANGS
    app = WsApp(routers=[ledger_router(ledger)], limits=Limits(service_timeout=1))
    async with copying(app, ledger) as (copy, _):
        await copy.ask()
        frame = await copy.client.receive()
        assert frame["payload"]["code"] == "internal"
        assert app.stats.failures == 1


@pytest.mark.parametrize("leave", [True, False])
@virtually
async def test_leaving_while_the_state_is_taken(leave: bool) -> None:
    ledger = Ledger()
    ledger.pause = HANGS
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, _):
        await copy.ask()
        await reaches(lambda: ledger.calls == 1)
        if leave:
            await copy.leave()
            frames = [await copy.client.receive() for _ in range(2)]
            assert [frame["type"] for frame in frames] == [
                "ledger.subscribe.response",
                "ledger.unsubscribe.response",
            ]
    await reaches(lambda: app.topics == ())


@pytest.mark.parametrize("deed", ["end", "fail"])
@virtually
async def test_a_topic_that_ends_while_the_state_is_taken_answers_with_an_error(deed: Deed) -> None:
    ledger = Ledger()
    ledger.pause = HANGS
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, _):
        await copy.ask()
        await reaches(lambda: ledger.calls == 1)
        ledger.deeds.put_nowait(deed)
        frame = await copy.client.receive()
        assert (frame["type"], frame["id"]) == ("error", 1)
        ledger.pause = 0
        await reaches(lambda: app.topics == ())
        await copy.ask()
        await settle(copy)
        assert copy.phase == "live"


@virtually
async def test_a_state_that_the_stream_yields_goes_to_all_and_leaves_a_gap_to_others() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, _), connect(app) as founding:
        await copy.ask()
        await settle(copy)
        await founding.subscribe("ledger", {})
        for deed in ("change", "hidden", "hidden", "replace", "change"):
            ledger.deeds.put_nowait(deed)
        await settle(copy)
        assert copy.balance == ledger.balance
        assert (copy.states, copy.gaps, ledger.calls) == (2, 0, 1)
        assert [(await founding.receive())["seq"] for _ in range(2)] == [1, 3]


@virtually
async def test_a_recovered_client_gets_no_state() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger, history=History())])
    async with copying(app, ledger) as (stays, _):
        await stays.ask()
        await settle(stays)
        async with copying(app, ledger) as (before, _):
            await before.ask()
            await settle(before)
        for _ in range(3):
            ledger.deeds.put_nowait("change")
        await settle(stays)
        async with copying(app, ledger) as (after, _):
            after.at, after.balance = before.at, before.balance
            await after.ask(resume=True)
            await settle(after)
            assert (after.states, after.balance) == (0, ledger.balance)
            assert app.stats.recovered == 1
            after.at = (after.at[0], 99) if after.at else None
            await after.ask(resume=True)
            await settle(after)
            assert (after.states, after.balance) == (1, ledger.balance)
            assert app.stats.unrecovered == 1


@virtually
async def test_changes_count_while_all_subscribers_wait_for_a_state() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (waits, _), copying(app, ledger) as (copy, _):
        await copy.ask()
        await settle(copy)
        await copy.leave()
        ledger.pause = HANGS
        await waits.ask()
        await settle(copy)
        ledger.deeds.put_nowait("change")
        await settle(copy)
        await copy.ask(resume=True)
        await settle(copy)
        assert (copy.phase, app.stats.recovered) == ("asked", 0)


@virtually
async def test_a_state_stays_behind_the_updates_of_threads() -> None:
    class InThread(Ledger):
        feed: TopicUpdate

        async def create_topic(self, topic: Topic[Account], topic_update: TopicUpdate) -> None:
            assert topic.request.name == "main"
            self.feed = topic_update

        def remove_topic(self, topic: Topic[Account]) -> None:
            pass

        async def snapshot(self, account: Account) -> Balance:
            thread = threading.Thread(target=lambda: self.feed(self.change()))
            thread.start()
            thread.join()  # on purpose: the event loop has not taken the update when this returns
            return await super().snapshot(account)

    ledger = InThread()
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, _):
        await copy.ask()
        await settle(copy)
        assert (copy.balance, copy.at and copy.at[1]) == (Balance(version=1, total=1), 1)
        ledger.feed(ledger.change())
        await settle(copy)
        assert copy.balance == ledger.balance


# -- slow clients


@pytest.fixture(params=["by the connection", "directly"])
def sending(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "directly":
        monkeypatch.setattr("wsgen_runtime.connections.sockets.own_send", lambda send: send)


@pytest.mark.usefixtures("sending")
def test_a_slow_client_gets_a_fresh_state_when_it_reads_again_and_one_in_a_second() -> None:
    async def main() -> None:
        ledger = Ledger()
        app = WsApp(routers=[ledger_router(ledger, delivery=Delivery(queue=3))])
        clock = asyncio.get_running_loop().time
        async with copying(app, ledger) as (copy, _), copying(app, ledger) as (fast, _):
            for each in (copy, fast):
                await each.ask()
                await settle(each)
            for round_ in range(3):
                copy.client.stall()
                for _ in range(10):
                    ledger.deeds.put_nowait("change")
                    await now(fast)
                assert ledger.calls == 2 + round_
                copy.client.resume()
                await asyncio.sleep(1.5 if round_ == 2 else 0.01)
                await settle(copy, fast)
                assert copy.states == 2 + round_
                assert copy.balance == ledger.balance
                if round_ == 0:
                    assert clock() < 0.5
                    await asyncio.sleep(1)
                elif round_ == 1:
                    assert clock() < 1.5  # the third state comes later
            assert (fast.states, fast.gaps, fast.balance) == (1, 0, ledger.balance)

    in_virtual_time(main())


@pytest.mark.usefixtures("sending")
@virtually
async def test_a_client_that_overflows_before_it_could_read_its_state_is_closed() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger, delivery=Delivery(queue=3))])
    async with copying(app, ledger) as (copy, _), copying(app, ledger) as (fast, _):
        await fast.ask()
        await settle(fast)
        copy.client.stall()
        await copy.ask()
        await settle(fast)
        for _ in range(10):
            ledger.deeds.put_nowait("change")
            await now(fast)
        copy.client.resume()
        await settle(copy)
        assert (copy.phase, copy.code) == ("closed", 1013)


@pytest.mark.usefixtures("sending")
@virtually
async def test_changes_are_dropped_to_make_room_for_answers() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger)], limits=Limits(outbox_bytes=8_000))
    async with copying(app, ledger) as (copy, _), copying(app, ledger) as (fast, _):
        for each in (copy, fast):
            await each.ask()
            await settle(each)
        copy.client.stall()
        for _ in range(50):
            ledger.deeds.put_nowait("change")
            await now(fast)
        for _ in range(8):
            await copy.client.send({"type": "ping"})
        await settle(fast)
        copy.client.resume()
        frames: list[Frame] = []
        while len(frames) < 2 or frames[-1]["type"] == "pong":
            frames.append(await copy.client.receive())
        assert frames[-1]["type"] == "ledger.snapshot"
        assert sum(frame["type"] == "pong" for frame in frames) == 8


@virtually
@pytest.mark.usefixtures("sending")
async def test_only_the_newest_state_waits_for_a_slow_client() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, _):
        await copy.ask()
        await settle(copy)
        copy.client.stall()
        for _ in range(20):
            for deed in ("change", "replace", "change"):
                ledger.deeds.put_nowait("replace" if deed == "replace" else "change")
            await copy.ask()
            await now()
        # Besides what is being sent: an answer to each question, the state, and a change after it.
        assert app.stats.queued <= 20 + 2
        copy.client.resume()
        await settle(copy)
        assert (copy.phase, copy.balance) == ("live", ledger.balance)
        assert copy.states <= 3


@virtually
@pytest.mark.usefixtures("sending")
async def test_with_the_policy_disconnect_a_slow_client_is_closed_at_once() -> None:
    ledger = Ledger()
    delivery = Delivery(queue=3, overflow="disconnect")
    app = WsApp(routers=[ledger_router(ledger, delivery=delivery)])
    async with copying(app, ledger) as (copy, _):
        await copy.ask()
        await settle(copy)
        copy.client.stall()
        for _ in range(10):
            ledger.deeds.put_nowait("change")
            await now()
        copy.client.resume()
        await settle(copy)
        assert (copy.phase, copy.code, copy.states) == ("closed", 1013, 1)


def test_nothing_is_published_past_the_service_of_a_route_with_a_snapshot() -> None:
    class LedgerRouter(WsRouter):
        def publish(self, request: Account, data: Change) -> None:
            self._publish(request, data)

    router = LedgerRouter(
        service=Ledger(),
        route="ledger",
        request_type=Account,
        data_type=Change,
        snapshot_type=Balance,
    )
    WsApp(routers=[router])
    with pytest.raises(RuntimeError, match="has a snapshot: only its service publishes"):
        router.publish(Account(), Change(version=1, delta=1))


# -- any order

steps = st.lists(
    st.tuples(st.just("change"), st.integers(1, 6))
    | st.tuples(st.sampled_from(["hidden", "replace"]), st.just(1))
    | st.tuples(st.sampled_from(["ask", "resume", "leave", "stall", "read"]), st.integers(0, 2))
    | st.tuples(st.just("lose"), st.just(1))
    | st.tuples(st.just("turns"), st.integers(0, 8))
    | st.tuples(st.just("pause"), st.integers(0, 8)),
    max_size=60,
)


@pytest.mark.usefixtures("sending")
@settings(max_examples=60)
@given(schedule=steps, queue=st.integers(1, 5), keeps=st.booleans())
def test_every_copy_is_right_at_any_time(
    schedule: list[tuple[str, int]], queue: int, keeps: bool
) -> None:
    async def main() -> None:
        ledger = Ledger()
        history = History(updates=4) if keeps else None
        router = ledger_router(ledger, delivery=Delivery(queue=queue), history=history)
        app = WsApp(routers=[router])
        async with AsyncExitStack() as stack:
            copies = [(await stack.enter_async_context(copying(app, ledger)))[0] for _ in range(3)]
            for step, count in schedule:
                if step == "change" or step == "replace":
                    for _ in range(count):
                        ledger.deeds.put_nowait("change" if step == "change" else "replace")
                elif step == "pause":
                    ledger.pause = count
                elif step == "turns":
                    await turns(count)
                elif step == "lose" or step == "hidden":
                    ledger.change()
                    app._hub.lose(TOPIC, 1)
                else:
                    await copies[count].play(step)
            for copy in copies:
                copy.client.resume()
                await copy.read()
                if copy.phase == "off":
                    await copy.ask()
            await settle(*copies)
            await asyncio.sleep(2)
            await settle(*copies)
            assert ledger.deeds.empty()
            for copy in copies:
                assert copy.phase == "live" or copy.code == 1013
                if copy.phase == "live":
                    assert copy.balance == ledger.balance

    in_virtual_time(main())


@pytest.mark.parametrize("hello", [True, False])
@virtually
async def test_the_end_of_a_topic_answers_those_who_wait_with_its_code(hello: bool) -> None:
    ledger = Ledger()
    ledger.pause = HANGS
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, inside):
        inside.hello = hello
        for end, code in (
            (lambda: ledger.deeds.put_nowait("end"), "ended"),
            (lambda: app.cancel(TOPIC, "Closed for today"), "cancelled"),
        ):
            await copy.ask()
            await settle()
            end()
            answer = await copy.client.receive()
            assert answer["payload"]["code"] == (code if hello else "internal")
            assert "retry_after" not in answer["payload"]
            await settle()


@virtually
async def test_who_waits_for_another_state_is_still_a_subscriber() -> None:
    ledger = Ledger()
    app = WsApp(routers=[ledger_router(ledger)])
    async with copying(app, ledger) as (copy, inside):
        await copy.ask()
        await now()
        assert app.subscribers(TOPIC) == ()
        await settle(copy)
        ledger.pause = HANGS
        app._hub._snapshots.gapped(TOPIC)
        assert app.subscribers(TOPIC) == (inside,)
