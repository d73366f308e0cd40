"""Snapshot routes on every broker: each copy of the state that a client keeps is right, in whatever process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from tests.runtime.brokers.conformance.processes import MakeBroker
from tests.runtime.ledger import Balance, Copy, Ledger, ledger_router
from tests.runtime.services import until

from wsgen_runtime import History, ServiceError, WsApp
from wsgen_runtime.testing import connect


def app_of(ledger: Ledger, make: MakeBroker) -> WsApp:
    router = ledger_router(ledger, history=History(updates=50, seconds=60))
    return WsApp(title="conformance", routers=[router], broker=make())


@asynccontextmanager
async def running(*apps: WsApp) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for app in apps:
            await stack.enter_async_context(app.lifespan())
        yield


@asynccontextmanager
async def copying(app: WsApp, ledger: Ledger) -> AsyncIterator[Copy]:
    """Connect a client that keeps a copy of the state, and subscribe it."""
    async with connect(app) as client:
        app.clients[max(app.clients)].greet(("positions", "snapshot"))
        copy = Copy(client, ledger.truth)
        await copy.ask()
        yield copy


async def reach(copy: Copy, condition: Callable[[], bool]) -> None:
    """Apply frames until `condition` holds."""
    while not condition():
        await copy.apply(await copy.client.receive(timeout=10))


async def current(copy: Copy, ledger: Ledger) -> None:
    """Apply frames until the copy is that of the present state."""
    await reach(copy, lambda: copy.phase == "live" and copy.balance == ledger.balance)


def change(ledger: Ledger, count: int = 1) -> Callable[[], bool]:
    """Let the service change its state `count` times; return what holds when it has."""
    version = ledger.balance.version + count
    for _ in range(count):
        ledger.deeds.put_nowait("change")
    return lambda: ledger.balance.version == version


async def test_a_subscriber_gets_the_state_and_then_its_changes(make_broker: MakeBroker) -> None:
    ledger = Ledger()
    app = app_of(ledger, make_broker)
    async with running(app), copying(app, ledger) as copy:
        await current(copy, ledger)
        await until(change(ledger, 3))
        await current(copy, ledger)
        assert copy.states == 1
        async with copying(app, ledger) as late:
            await current(late, ledger)
            assert (late.balance, late.at) == (copy.balance, copy.at)


async def test_a_failed_snapshot_is_the_answer(make_broker: MakeBroker) -> None:
    ledger = Ledger()
    ledger.failure = ServiceError("not today", code="closed")
    app = app_of(ledger, make_broker)
    async with running(app), connect(app) as client:
        app.clients[max(app.clients)].greet(("positions", "snapshot"))
        await client.send({"type": "ledger.subscribe", "payload": {}, "id": 1})
        frame = await client.receive()
        assert (frame["type"], frame["id"], frame["payload"]["code"]) == ("error", 1, "closed")


async def test_a_state_that_a_stream_yields_reaches_all(make_broker: MakeBroker) -> None:
    ledger = Ledger()
    app = app_of(ledger, make_broker)
    async with running(app), copying(app, ledger) as copy:
        await current(copy, ledger)
        ledger.deeds.put_nowait("replace")
        await until(lambda: ledger.balance.version == 1)
        await current(copy, ledger)
        assert copy.states == 2
        await until(change(ledger, 2))
        await current(copy, ledger)
        assert (copy.states, copy.gaps) == (2, 0)


async def test_one_call_serves_all_processes_and_copies_stay_right(make_shared: MakeBroker) -> None:
    ledger = Ledger()
    ledger.pause = 100
    one, two = (app_of(ledger, make_shared) for _ in range(2))
    async with running(one, two), copying(one, ledger) as here:
        await current(here, ledger)
        calls = ledger.calls
        async with copying(two, ledger) as there, copying(two, ledger) as also:
            for _ in range(5):
                change(ledger, 2)
                await current(here, ledger)
            for copy in (there, also):
                await current(copy, ledger)
            assert ledger.calls - calls <= 2
            change(ledger, 3)
            for copy in (here, there, also):
                await reach(copy, lambda copy=copy: copy.balance == Balance(version=13, total=819))  # type: ignore[misc] # of a lambda
                assert copy.gaps == 0


async def test_copies_are_right_after_another_process_has_taken_over(
    make_shared: MakeBroker,
) -> None:
    ledger = Ledger()
    one, two = (app_of(ledger, make_shared) for _ in range(2))
    async with running(two):
        async with running(one), copying(one, ledger) as here:
            await current(here, ledger)
            stack = AsyncExitStack()
            there = await stack.enter_async_context(copying(two, ledger))
            await until(change(ledger, 2))
            await current(there, ledger)
        ledger.change()  # nobody hears of it
        async with stack:
            states = there.states
            await current(there, ledger)
            assert there.states > states
            change(ledger, 2)
            await reach(there, lambda: there.balance == Balance(version=5, total=55))


async def test_a_failed_snapshot_is_the_answer_in_all_processes(make_shared: MakeBroker) -> None:
    ledger = Ledger()
    one, two = (app_of(ledger, make_shared) for _ in range(2))
    async with running(one, two), copying(one, ledger) as here, connect(two) as client:
        await current(here, ledger)
        ledger.failure = ServiceError("not today", code="closed", retry_after=9)
        two.clients[max(two.clients)].greet(("positions", "snapshot"))
        await client.send({"type": "ledger.subscribe", "payload": {}, "id": 1})
        frame = await client.receive()
        assert (frame["type"], frame["id"], frame["payload"]["code"]) == ("error", 1, "closed")
        assert frame["payload"]["retry_after"] == 9
        assert here.phase == "live"
