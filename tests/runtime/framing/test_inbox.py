"""The inbox does what an `asyncio.Queue` does."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsgen_runtime.framing.inbox import Inbox

Make = Callable[[], Any]
Step = tuple[str, int]

steps = st.lists(st.tuples(st.sampled_from(["put", "get", "cancel", "turn"]), st.integers(0, 3)))


async def play(make: Make, script: list[Step]) -> list[object]:
    """Put messages into what `make` makes, and let several tasks take them, some of which are cancelled."""
    queue, seen = make(), list[object]()
    getters: list[asyncio.Task[Any]] = []

    async def take(number: int) -> None:
        try:
            seen.append((number, await queue.get()))
        except asyncio.CancelledError:
            seen.append((number, "cancelled"))
            raise

    for what, which in script:
        match what:
            case "put":
                queue.put_nowait({"number": len(seen), "which": which})
            case "get":
                getters.append(asyncio.ensure_future(take(len(getters))))
            case "cancel" if getters:
                getters[which % len(getters)].cancel()
            case "turn":
                for _ in range(which):
                    await asyncio.sleep(0)
        seen.append(queue.empty())
    for _ in range(10):
        await asyncio.sleep(0)
    seen.append(queue.empty())
    for getter in getters:
        getter.cancel()
    await asyncio.gather(*getters, return_exceptions=True)
    seen.append([getter.cancelled() for getter in getters])
    return seen


@given(steps)
def test_it_does_what_a_queue_does(script: list[Step]) -> None:
    assert asyncio.run(play(Inbox, script)) == asyncio.run(play(asyncio.Queue, script))


@pytest.mark.parametrize("make", [Inbox, asyncio.Queue])
async def test_a_message_is_not_lost_with_a_task_that_was_to_get_it(make: Make) -> None:
    queue = make()
    first, second = asyncio.ensure_future(queue.get()), asyncio.ensure_future(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait({"type": "one"})
    first.cancel()
    assert await second == {"type": "one"}
    assert queue.empty()


async def test_nothing_is_kept_of_what_was_taken() -> None:
    inbox = Inbox()
    for number in range(100):
        inbox.put_nowait({"number": number})
    assert [(await inbox.get())["number"] for _ in range(100)] == list(range(100))
    assert inbox.empty()
    assert inbox._messages is None
