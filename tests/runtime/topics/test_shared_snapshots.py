"""Snapshots of topics that another process produces."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.ledger import Copy, Ledger, copying, ledger_router, reaches, settle
from tests.runtime.services import turns
from tests.runtime.shared_broker import Between, SharedBroker
from tests.runtime.virtual_time import in_virtual_time, virtually

from wsgen_runtime import Delivery, History, Limits, Position, ServiceError, WsApp

TOPIC = 'ledger:{"name":"main"}'


class Two:
    """Two processes, of which the first produces the topic while it has a subscriber."""

    def __init__(
        self,
        *,
        delivery: Delivery | None = None,
        history: History | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.between = Between()
        self.ledger, self.other = Ledger(), Ledger()
        self.apps = [
            WsApp(
                title="t",
                routers=[ledger_router(ledger, delivery=delivery, history=history)],
                broker=SharedBroker(self.between),
                limits=limits,
            )
            for ledger in (self.ledger, self.other)
        ]

    @asynccontextmanager
    async def copies(self) -> AsyncIterator[tuple[Copy, Copy]]:
        """Connect a client to each of the two; the first one has subscribed."""
        first, second = self.apps
        async with (
            copying(first, self.ledger) as (near, _),
            copying(second, self.ledger) as (far, _),
        ):
            await near.ask()
            await settle(near)
            assert near.phase == "live"
            yield near, far


@virtually
async def test_the_process_that_produces_takes_one_state_for_all() -> None:
    two = Two()
    async with two.copies() as (near, far), copying(two.apps[1], two.ledger) as (third, _):
        two.ledger.deeds.put_nowait("change")
        await settle(near)
        two.ledger.pause = 20
        asked = two.between.asks
        for copy in (far, third):
            await copy.ask()
        await settle(near, far, third)
        two.ledger.deeds.put_nowait("change")
        await settle(near, far, third)
        assert {copy.phase for copy in (near, far, third)} == {"live"}
        assert far.at == third.at == near.at
        assert (two.ledger.calls, two.other.calls, near.states) == (2, 0, 1)
        assert two.between.asks == asked + 1


@virtually
async def test_a_failure_in_the_process_that_produces_is_the_answer_in_all() -> None:
    two = Two()
    async with two.copies() as (near, far):
        two.ledger.failure = ServiceError("no such account", code="not_found", retry_after=9)
        await far.ask()
        payload = (await far.client.receive())["payload"]
        assert (payload["code"], payload["message"]) == ("not_found", "no such account")
        assert payload["retry_after"] == 9
        assert near.phase == "live"
        await reaches(lambda: two.apps[1].topics == ())


@virtually
async def test_a_state_that_does_not_come_is_asked_for_again() -> None:
    two = Two()
    async with two.copies() as (near, far):
        two.between.deaf = True
        await far.ask()
        await settle(near, far)
        assert far.states == 0
        two.between.deaf = False
        await reaches(lambda: two.ledger.calls == 2)
        await settle(far)
        assert far.phase == "live"
        asked = two.between.asks
        await asyncio.sleep(60)
        assert two.between.asks == asked


@virtually
async def test_a_state_that_never_comes_is_a_failure_in_the_end() -> None:
    two = Two(limits=Limits(service_timeout=10))
    async with two.copies() as (_, far):
        two.between.deaf = True
        await far.ask()
        frame = await far.client.receive(timeout=60)
        assert (frame["type"], frame["payload"]["code"]) == ("error", "internal")
        assert frame["payload"]["retry_after"] == 1
        assert 10 < asyncio.get_running_loop().time() < 20


@virtually
async def test_after_a_gap_between_processes_subscribers_get_a_fresh_state() -> None:
    two = Two()
    async with two.copies() as (near, far):
        await far.ask()
        await settle(far)
        two.between.losing = 1
        for _ in range(2):
            two.ledger.deeds.put_nowait("change")
        await settle(near, far)
        assert (far.states, near.states) == (2, 1)
        assert far.balance == near.balance == two.ledger.balance


@virtually
async def test_a_new_producer_resets_subscribers_and_gives_them_its_state() -> None:
    two = Two()
    async with two.copies() as (near, far):
        await far.ask()
        two.ledger.deeds.put_nowait("change")
        await settle(near, far)
        two.other.truth = two.ledger.truth
        two.other.balance = two.ledger.balance
        await near.leave()
        await settle(near, far)
        two.other.deeds.put_nowait("change")
        await settle(far)
        assert (far.phase, far.balance) == ("live", two.other.balance)
        assert far.at is not None
        assert far.at[0] == "e2"
        await near.ask()
        await settle(near, far)
        assert near.balance == two.other.balance


@virtually
async def test_a_state_that_the_stream_yields_reaches_all_processes() -> None:
    two = Two()
    async with two.copies() as (near, far):
        await far.ask()
        await settle(far)
        for deed in ("change", "hidden", "replace", "change"):
            two.ledger.deeds.put_nowait("replace" if deed == "replace" else "change")
        await settle(near, far)
        assert far.balance == near.balance == two.ledger.balance
        assert (near.gaps, far.gaps) == (0, 0)


@virtually
async def test_an_answer_of_another_process_that_makes_no_sense_is_a_failure() -> None:
    two = Two()
    async with two.copies() as (near, _):
        two.ledger.pause = 1_001
        await near.ask()
        await settle(near)
        two.apps[0]._hub.snapshot(TOPIC, " [1]", two.between.topics[TOPIC].position)
        assert (await near.client.receive())["payload"]["code"] == "internal"


@virtually
async def test_an_older_state_is_ignored_and_one_of_another_epoch_resets() -> None:
    two = Two()
    async with two.copies() as (near, _):
        two.ledger.deeds.put_nowait("change")
        await settle(near)
        assert near.at is not None
        hub, state = two.apps[0]._hub, two.ledger.balance.model_dump_json()
        hub.snapshot(TOPIC, '{"version":0,"total":0}', Position(near.at[0], 0))
        await settle(near)
        assert (near.states, near.balance) == (1, two.ledger.balance)
        two.between.deaf = True
        hub.snapshot(TOPIC, state, Position("e9", 7))
        await settle(near)
        assert (near.states, near.balance, near.at) == (2, two.ledger.balance, ("e9", 7))
        hub.snapshot("ledger:{}", state, Position("e9", 8))
        hub.wanted_snapshot("ledger:{}")


steps = st.lists(
    st.tuples(st.sampled_from(["change", "replace"]), st.integers(1, 4))
    | st.tuples(st.sampled_from(["ask", "resume", "leave", "stall", "read"]), st.integers(0, 3))
    | st.tuples(st.just("losing"), st.integers(1, 3))
    | st.tuples(st.just("turns"), st.integers(0, 8))
    | st.tuples(st.just("pause"), st.integers(0, 8)),
    max_size=60,
)


@settings(max_examples=60)
@given(schedule=steps, queue=st.integers(1, 5), keeps=st.booleans())
def test_every_copy_in_every_process_is_right(
    schedule: list[tuple[str, int]], queue: int, keeps: bool
) -> None:
    async def main() -> None:
        two = Two(
            delivery=Delivery(queue=queue),
            history=History(updates=4) if keeps else None,
        )
        async with AsyncExitStack() as stack:
            copies = [
                (await stack.enter_async_context(copying(app, two.ledger)))[0]
                for app in (*two.apps, *two.apps)
            ]
            stays = (await stack.enter_async_context(copying(two.apps[0], two.ledger)))[0]
            await stays.ask()  # so that the first process goes on producing
            await settle(stays)
            for step, count in schedule:
                if step == "change" or step == "replace":
                    for _ in range(count):
                        two.ledger.deeds.put_nowait("change" if step == "change" else "replace")
                elif step == "pause":
                    two.ledger.pause = count
                elif step == "turns":
                    await turns(count)
                elif step == "losing":
                    two.between.losing = count
                else:
                    await copies[count].play(step)
            two.between.losing = 0
            for copy in copies:
                copy.client.resume()
                await copy.read()
                if copy.phase == "off":
                    await copy.ask()
            await settle(*copies)
            two.ledger.deeds.put_nowait("change")  # the broker does not compare positions at rest
            await settle(*copies)
            await asyncio.sleep(2)
            await settle(stays, *copies)
            for copy in (stays, *copies):
                assert copy.phase == "live" or copy.code == 1013
                if copy.phase == "live":
                    assert copy.balance == two.ledger.balance

    in_virtual_time(main())
