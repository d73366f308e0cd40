"""Callbacks that cannot work are refused when the app is built; wrong answers admit nobody."""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from tests.runtime.services import AAPL, BarRouter, Recorder

from wsgen_runtime import Session, WsApp
from wsgen_runtime.testing import ErrorFrameError, RefusedByServerError, connect

# Wrong callbacks and answers are of types that the parameters do not have, which is the point.
Wrong = Any


async def async_generator(*_: object) -> AsyncIterator[str]:
    yield "ann"


def generator(*_: object) -> Iterator[str]:
    yield "ann"


class Methods:
    async def async_generator(self, *_: object) -> AsyncIterator[str]:
        yield "ann"

    def generator(self, *_: object) -> Iterator[str]:
        yield "ann"

    @classmethod
    def of_the_class(cls, *_: object) -> Iterator[str]:
        yield "ann"

    @staticmethod
    async def of_nobody(*_: object) -> AsyncIterator[str]:
        yield "ann"


class AsyncCallable:
    async def __call__(self, *_: object) -> AsyncIterator[str]:
        yield "ann"


class Callable_:
    def __call__(self, *_: object) -> Iterator[str]:
        yield "ann"


class CallsAnother:
    __call__ = AsyncCallable()


def decorated(function: Wrong) -> Wrong:
    @functools.wraps(function)
    def call(*arguments: object) -> object:
        return function(*arguments)

    return call


NEVER_RUN: list[Wrong] = [
    async_generator,
    generator,
    Methods().async_generator,
    Methods().generator,
    Methods.of_the_class,
    Methods().of_nobody,
    AsyncCallable(),
    Callable_(),
    CallsAnother(),
    AsyncCallable().__call__,
    functools.partial(async_generator),
    functools.partial(functools.partial(generator), "x"),
    functools.partial(Callable_()),
    functools.partial(Methods().generator),
    functools.lru_cache(generator),
    contextmanager(generator),
    asynccontextmanager(async_generator),
    decorated(generator),
    decorated(decorated(async_generator)),
    decorated(functools.partial(async_generator)),
]


@pytest.mark.parametrize("name", ["authenticate", "authorize"])
@pytest.mark.parametrize("function", NEVER_RUN)
def test_a_callback_with_yield_is_refused_when_the_app_is_built(name: str, function: Wrong) -> None:
    with pytest.raises(TypeError, match=rf"^{name}: .* contains `yield`"):
        WsApp(routers=[], **{name: function})


@pytest.mark.parametrize("name", ["authenticate", "authorize"])
@pytest.mark.parametrize("function", [Methods, AsyncMock, "ann", True, 1])
def test_a_class_or_another_object_as_callback_is_refused_when_the_app_is_built(
    name: str, function: Wrong
) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be a function"):
        WsApp(routers=[], **{name: function})


def test_a_service_with_yield_is_refused_when_the_router_is_built() -> None:
    class Yields(Recorder):
        async def create_topic(self, topic: Wrong, topic_update: Wrong) -> Wrong:
            yield

    with pytest.raises(TypeError, match=r"create_topic: .* contains `yield`"):
        BarRouter(service=Yields())


async def a_user(*_: object) -> str:
    return "ann"


def runs_it(function: Wrong) -> Wrong:
    """A decorator that turns a generator into an answer, as frameworks do for their dependencies."""

    @functools.wraps(function)
    async def call(*arguments: object) -> object:
        async for answer in function(*arguments):
            return answer
        return None

    return call


@pytest.mark.parametrize(
    "authenticate",
    [
        a_user,
        lambda _: "ann",
        lambda _: a_user(),
        functools.partial(a_user, 1),
        decorated(a_user),
        runs_it(async_generator),
        AsyncMock(return_value="ann"),
        MagicMock(return_value="ann"),
    ],
)
async def test_every_kind_of_function_can_authenticate_a_user(authenticate: Wrong) -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate)
    async with connect(app):
        assert [client.user for client in app.clients.values()] == ["ann"]


def a_future() -> object:
    return asyncio.get_running_loop().create_future()


async def forgotten() -> object:
    return a_user()


NEVER_ANSWERS: list[Callable[[], Wrong]] = [
    async_generator,
    generator,
    forgotten,  # a coroutine inside of what is awaited
    contextmanager(generator),
    asynccontextmanager(async_generator),
    nullcontext,
    lambda: JSONResponse({}, status_code=401),
    lambda: HTTPException(401),
    lambda: ValueError("no"),
    lambda: Methods,
    lambda: a_user,
    lambda: functools.partial(a_user),
    lambda: map(str, "ann"),
    Future,
    lambda: NotImplemented,
    lambda: ...,
]


@pytest.mark.parametrize("wrap", [lambda it: it, Session], ids=["bare", "session"])
@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("answer", NEVER_ANSWERS)
async def test_an_answer_that_cannot_be_a_user_is_refused_and_logged(
    answer: Wrong, asynchronous: bool, wrap: Wrong, caplog: pytest.LogCaptureFixture
) -> None:
    async def later(_: object) -> object:
        made = answer()
        return wrap(await made if answer is forgotten else made)

    authenticate: Wrong = (
        later if asynchronous or answer is forgotten else (lambda _: wrap(answer()))
    )
    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate)
    with pytest.raises(RefusedByServerError, match="403"):
        async with connect(app):
            pass
    (error,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    assert error.getMessage().startswith("authenticate returned ")
    assert error.exc_info is None


class Odd(BaseModel):
    """A user that resembles something else in one way."""

    status_code: int = 1
    gen: str = "x"


async def test_a_user_may_have_any_attributes() -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=lambda _: Odd())
    async with connect(app):
        assert [client.user for client in app.clients.values()] == [Odd()]


async def test_a_mock_of_a_user_is_accepted() -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=lambda _: MagicMock())
    async with connect(app):
        assert len(app.clients) == 1


@pytest.mark.parametrize("user", [None, False, Session(None), Session("ann")])
async def test_a_session_without_a_user_is_refused(user: object) -> None:
    app = WsApp(routers=[], authenticate=lambda _: Session(user))
    with pytest.raises(RefusedByServerError, match="403"):
        async with connect(app):
            pass


@pytest.mark.parametrize(
    "answer",
    [
        *NEVER_ANSWERS,
        lambda: 1,
        lambda: "no",
        lambda: None,
        list,
        lambda: {"allow": True},
        object,
    ],
)
async def test_only_true_subscribes_and_other_types_are_logged(
    answer: Wrong, caplog: pytest.LogCaptureFixture
) -> None:
    async def authorize(*_: object) -> Wrong:
        made = answer()
        return await made if answer is forgotten else made

    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)], authorize=authorize)
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="unauthorized"):
            await client.subscribe("bars", AAPL)
    assert service.log == []
    (error,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    assert error.getMessage().startswith("authorize returned ")


@pytest.mark.parametrize("answer", [True, False])
async def test_authorize_may_return_a_bool_in_any_way(
    answer: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def authorize(*_: object) -> bool:
        return answer

    for function in (authorize, lambda *_: authorize(), lambda *_: answer):
        app = WsApp(routers=[BarRouter(service=Recorder())], authorize=function)
        async with connect(app) as client:
            if answer:
                await client.subscribe("bars", AAPL)
            else:
                with pytest.raises(ErrorFrameError, match="unauthorized"):
                    await client.subscribe("bars", AAPL)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
