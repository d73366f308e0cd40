"""Which objects are services, and what is said of those that are not."""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
from tests.runtime.services import Bar, BarRequest, Recorder

from wsgen_runtime import WsRouter


def serve(service: Any, *, request: bool = True, snapshot: bool = False) -> WsRouter:
    return WsRouter(
        service=service,
        route="bars",
        request_type=BarRequest if request else None,
        data_type=Bar,
        snapshot_type=Bar if snapshot else None,
    )


async def bars(request: BarRequest) -> AsyncIterator[Bar]:
    yield Bar(close=len(request.symbol))


async def all_bars() -> AsyncIterator[Bar]:
    yield Bar(close=1)


class Streams:
    async def stream(self, request: BarRequest) -> AsyncIterator[Bar]:
        yield Bar(close=len(request.symbol))

    async def snapshot(self, request: BarRequest) -> Bar:
        return Bar(close=len(request.symbol))


class Called:
    def __call__(self, request: BarRequest) -> AsyncIterator[Bar]:
        return bars(request)


class Static:
    @staticmethod
    async def stream(request: BarRequest) -> AsyncIterator[Bar]:
        yield Bar(close=len(request.symbol))


def traced(function: Callable[..., AsyncIterator[Bar]]) -> Callable[..., AsyncIterator[Bar]]:
    @functools.wraps(function)
    def wrapper(*arguments: Any) -> AsyncIterator[Bar]:
        return function(*arguments)

    return wrapper


@pytest.mark.parametrize(
    "service",
    [
        bars,
        Streams(),
        Streams().stream,
        Called(),
        Static,
        traced(bars),
        functools.partial(bars),
        lambda request: bars(request),
        Recorder(),
        MagicMock(),
        AsyncMock(),
    ],
)
def test_streams_objects_and_pairs_are_services(service: object) -> None:
    assert serve(service).service is service


def test_a_route_without_a_request_has_services_without_an_argument() -> None:
    assert serve(all_bars, request=False).service is all_bars
    with pytest.raises(TypeError, match=r"all_bars\(\).*` is called with the request"):
        serve(all_bars)
    with pytest.raises(TypeError, match=r"`bars\(.*is called with no argument, since its route"):
        serve(bars, request=False)


def test_a_route_with_a_snapshot_needs_the_method() -> None:
    serve(Streams(), snapshot=True)
    with pytest.raises(TypeError, match=r"with a snapshot: it has no method snapshot\(\)"):
        serve(bars, snapshot=True)
    with pytest.raises(TypeError, match=r"Recorder cannot serve .* no method snapshot\(\)"):
        serve(Recorder(), snapshot=True)


async def returns_once(request: BarRequest) -> list[Bar]:
    return [Bar(close=len(request.symbol))]


def not_async(request: BarRequest) -> Iterator[Bar]:
    yield Bar(close=len(request.symbol))


def returns_a_list(request: BarRequest) -> list[Bar]:
    return [Bar(close=len(request.symbol))]


async def with_two(request: BarRequest, depth: int) -> AsyncIterator[Bar]:
    yield Bar(close=depth + len(request.symbol))


class Blocking:
    async def stream(self, request: BarRequest) -> Bar:
        return Bar(close=len(request.symbol))


class Half:
    async def create_topic(self, topic: str, topic_update: object) -> None:
        raise NotImplementedError


class NoTopic(Recorder):
    def remove_topic(self) -> None:  # type: ignore[override] # a mistake
        raise NotImplementedError


class Yields(Recorder):
    async def create_topic(self, topic: str, topic_update: Any) -> AsyncIterator[None]:  # type: ignore[override] # a mistake
        yield


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (Streams, "Streams cannot serve a route: it is a class; use an instance, Streams()"),
        (Called, "Called cannot serve a route: it is a class; use an instance, Called()"),
        (Recorder, "Recorder cannot serve a route: it is a class; use an instance, Recorder()"),
        (object(), "object cannot serve a route: use an async generator function, or an object"),
        ("bars", "str cannot serve a route: use an async generator function"),
        (Half(), "Half cannot serve a route: it has no method remove_topic()"),
        (
            returns_once,
            "`returns_once` is a coroutine function, which returns once: `yield` each update in it (`async def"
            " returns_once(request) -> AsyncIterator[...]`)",
        ),
        (Blocking(), "`stream` is a coroutine function, which returns once: `yield` each update"),
        (
            not_async,
            "`not_async` is a generator that is not async: write `async def not_async(request)`",
        ),
        (
            returns_a_list,
            "`returns_a_list` returns no async iterator: make it an async generator function (`async def"
            " returns_a_list(request)`), which yields each update",
        ),
        (with_two, "is called with the request: missing a required argument: 'depth'"),
        (
            NoTopic(),
            "`remove_topic() -> None` is called with the topic: too many positional arguments",
        ),
        (Yields(), "create_topic: `Yields.create_topic` contains `yield`"),
    ],
)
def test_a_mistake_is_a_type_error_that_says_what_to_write(service: object, said: str) -> None:
    with pytest.raises(TypeError) as caught:
        serve(service)
    assert said in str(caught.value)
