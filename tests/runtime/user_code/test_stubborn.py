"""Functions of users that go on although they were cancelled hold nobody who waits for them."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pydantic import BaseModel
from tests.runtime.services import Bar
from tests.runtime.virtual_time import virtually

from wsgen_runtime import (
    Command,
    CommandContext,
    Connection,
    Limits,
    Session,
    WsApp,
    WsCommands,
    WsRouter,
)
from wsgen_runtime.testing import FEATURES, ErrorFrameError, connect
from wsgen_runtime.user_code.calls import call
from wsgen_runtime.user_code.stubborn import GRACE, OverdueError


class Where(BaseModel):
    place: str = ""


async def known(connection: Connection) -> Session:
    return Session("ann", id="ann")


async def stubborn() -> None:
    """Swallow every cancellation, as a loop with a bare `except` does; it ends, so that the event loop can."""
    for _ in range(1_000):
        try:
            await asyncio.sleep(1)
        except BaseException:
            continue


class Stubborn:
    async def create_topic(self, topic: str, topic_update: object) -> None:
        await stubborn()

    async def remove_topic(self, topic: str) -> None: ...

    async def stream(self) -> AsyncIterator[Bar]:
        await asyncio.Event().wait()
        yield Bar(close=1)

    async def snapshot(self) -> Bar:
        await stubborn()
        return Bar(close=1)

    async def place(self, request: Where, context: CommandContext) -> Bar:
        await stubborn()
        return Bar(close=1)

    async def authorize(self, user: object, asked: object, request: BaseModel) -> bool:
        if getattr(request, "place", "") == "authorize":
            await stubborn()
        return True


class States:
    stream, snapshot = Stubborn.stream, Stubborn.snapshot


def app_of(**limits: float | None) -> WsApp:
    service = Stubborn()
    routers = [
        WsRouter(service=service, route="pair", request_type=Where, data_type=Bar),
        WsRouter(
            service=States(), route="states", request_type=None, data_type=Bar, snapshot_type=Bar
        ),
    ]
    place = Command(name="place", request_type=Where, response_type=Bar, run=service.place)
    return WsApp(
        routers=routers,
        commands=WsCommands(place),
        authenticate=known,
        authorize=service.authorize,
        limits=Limits(**limits),  # type: ignore[arg-type] # as its fields are
    )


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ignores its end is reported when it is collected, by the interpreter."""
    monkeypatch.setattr("sys.unraisablehook", lambda _: None)


@virtually
async def test_whoever_waits_for_a_stubborn_function_is_answered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = app_of(auth_timeout=2, service_timeout=2)
    async with connect(app) as client:
        for each in app.clients.values():
            each.greet(FEATURES)
        for route, place in (("pair", ""), ("pair", "authorize"), ("states", "")):
            with pytest.raises(ErrorFrameError, match="internal"):
                await client.subscribe(route, {"place": place} if place else {}, timeout=8)
        for place, key in (("", None), ("", "k"), ("authorize", None)):
            with pytest.raises(ErrorFrameError, match="internal"):
                await client.command("place", {"place": place}, key=key, timeout=8)
    assert "within 2 seconds, and went on after it was cancelled" in caplog.text
    assert app.stats.failures == 6
    gc.collect()


@virtually
@pytest.mark.parametrize("key", [None, "k"])
async def test_a_stubborn_command_does_not_hold_a_shutdown(
    key: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_of(service_timeout=None, shutdown_timeout=4)
    async with connect(app) as client:
        await client.send({"type": "place", "payload": {}, "key": key})
        await asyncio.sleep(1)
        async with asyncio.timeout(8):
            await app.shutdown()
    assert "do not end although they are cancelled" in caplog.text
    assert "the shutdown has cut off 1 commands" in caplog.text


async def cleans_up(done: list[str]) -> None:
    try:
        await asyncio.sleep(100)
    finally:
        await asyncio.sleep(GRACE / 2)
        done.append("clean")


async def has_timeouts_of_its_own(done: list[str]) -> None:
    for _ in range(3):
        try:
            async with asyncio.timeout(1):
                await asyncio.sleep(100)
        except TimeoutError:
            done.append("late")


async def awaits_what_it_cancels(done: list[str]) -> None:
    task = asyncio.create_task(asyncio.sleep(100))
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        await asyncio.sleep(2 * GRACE)
    done.append("went on")


@pytest.mark.parametrize(
    ("function", "within", "done", "overdue"),
    [
        (cleans_up, 1, ["clean"], True),
        (has_timeouts_of_its_own, 10, ["late"] * 3, False),
        (awaits_what_it_cancels, 20, ["went on"], False),
    ],
)
@virtually
async def test_what_ends_in_its_own_way_is_left_to_do_so(
    function: Callable[[list[str]], Awaitable[None]],
    within: float,
    done: list[str],
    overdue: bool,
) -> None:
    seen: list[str] = []
    if overdue:
        with pytest.raises(OverdueError, match=r"within 1 seconds$"):
            await call(function, seen, within=within)
    else:
        await call(function, seen, within=within)
    assert seen == done
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


@virtually
async def test_a_caller_that_is_cancelled_ends_too() -> None:
    task = asyncio.create_task(call(stubborn, within=2))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=2 + GRACE + 1)
    assert task.cancelled()
    gc.collect()
