"""A coroutine whose first step ran without a task is finished by awaiting the rest."""

import asyncio
from collections.abc import Awaitable, MutableMapping
from typing import Any

import pytest
from starlette.types import Message

from wsgen_runtime.user_code.suspended import Suspended, as_coroutine_function


async def test_the_remaining_steps_get_results_and_exceptions() -> None:
    loop = asyncio.get_running_loop()
    first, second = loop.create_future(), loop.create_future()
    seen: list[object] = []

    async def work() -> None:
        seen.append(await first)
        try:
            await second
        except ValueError as error:
            seen.append(str(error))

    coroutine = work()
    suspended = Suspended(coroutine, coroutine.send(None))
    first.set_result("first")
    second.set_exception(ValueError("second"))
    await suspended
    assert seen == ["first", "second"]


async def test_a_cancellation_reaches_the_coroutine() -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    coroutine = work()

    async def finish() -> None:
        await Suspended(coroutine, coroutine.send(None))

    task = asyncio.create_task(finish())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]


def test_a_suspended_coroutine_that_is_never_finished_is_closed() -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            seen.append("closed")

    coroutine = work()
    rest = Suspended(coroutine, coroutine.send(None)).__await__()
    next(rest)
    rest.close()
    assert seen == ["closed"]


async def test_a_send_that_returns_another_awaitable_becomes_a_coroutine_function() -> None:
    sent: list[MutableMapping[str, Any]] = []

    def send(message: Message) -> Awaitable[None]:
        sent.append(message)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    await as_coroutine_function(send)({"type": "websocket.send"})
    assert sent == [{"type": "websocket.send"}]
