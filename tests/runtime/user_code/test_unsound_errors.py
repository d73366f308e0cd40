"""Errors of services that no frame can carry: the client is answered, and the operator told why."""

import asyncio
import enum
from collections.abc import AsyncIterator, Callable
from decimal import Decimal

import pytest
from pydantic import BaseModel
from tests.runtime.orders import by_user
from tests.runtime.services import Bar

from wsgen_runtime import Command, CommandContext, ServiceError, WsApp, WsCommands, WsRouter
from wsgen_runtime.testing import ErrorFrameError, connect


class Named(BaseModel):
    symbol: str = ""


class WithoutInit(ServiceError):
    def __init__(self, symbol: str) -> None:
        self.symbol = symbol


class Changed(ServiceError):
    def __init__(self, **changes: object) -> None:
        super().__init__("no", code="no")
        self.__dict__.update(changes)


class Speechless(ServiceError):
    def __str__(self) -> str:
        raise RuntimeError("it has no text")


class Kind(enum.StrEnum):
    NO = "no"


UNSOUND: list[Callable[[], ServiceError]] = [
    lambda: WithoutInit("AAPL"),
    lambda: Changed(code=5),
    lambda: Changed(code="Not A Code"),
    lambda: Changed(message=object()),
    lambda: Changed(details=[object()]),
    lambda: Changed(details=None),
    lambda: Changed(retry_after="soon"),
    lambda: ServiceError("no", code="no", details=[{"loc": (), "message": "\ud800", "type": "t"}]),
]
SOUND: list[Callable[[], ServiceError]] = [
    lambda: ServiceError("no", code=Kind.NO, retry_after=Decimal("1.5")),  # type: ignore[arg-type]
    lambda: Speechless("no", code="no"),
    lambda: Changed(details=[{"loc": ["a"], "message": "b", "type": "c"}]),
    lambda: ServiceError("n" * 5_000_000, code="no"),
    lambda: Changed(message="n" * 5_000_000),
    lambda: ServiceError(
        "no",
        code="no",
        details=[{"loc": ("a" * 1000,) * 100, "message": "b" * 1000, "type": "c" * 1000}] * 1000,
    ),
]


class Failing:
    """Raises the error of a test where its topic says, or in a command."""

    def __init__(self, error: Callable[[], ServiceError]) -> None:
        self.error = error

    async def create_topic(self, topic: str, topic_update: object) -> None:
        raise self.error()

    async def remove_topic(self, topic: str) -> None: ...

    async def later(self) -> AsyncIterator[Bar]:
        yield Bar(close=1)
        await asyncio.sleep(0)
        raise self.error()

    async def place(self, request: Named, context: CommandContext) -> Bar:
        raise self.error()

    async def authorize(self, user: object, asked: object, request: BaseModel) -> bool:
        if getattr(request, "symbol", ""):
            raise self.error()
        return True


class States:
    def __init__(self, failing: Failing) -> None:
        self.failing = failing

    async def stream(self) -> AsyncIterator[Bar]:
        await asyncio.Event().wait()
        yield Bar(close=1)

    async def snapshot(self) -> Bar:
        raise self.failing.error()


def app_of(error: Callable[[], ServiceError]) -> WsApp:
    failing = Failing(error)
    routers = [
        WsRouter(service=failing, route="pair", request_type=Named, data_type=Bar),
        WsRouter(service=failing.later, route="later", request_type=None, data_type=Bar),
        WsRouter(
            service=States(failing),
            route="states",
            request_type=None,
            data_type=Bar,
            snapshot_type=Bar,
        ),
    ]
    place = Command(name="place", request_type=Named, response_type=Bar, run=failing.place)
    return WsApp(
        routers=routers,
        commands=WsCommands(place),
        authenticate=by_user,
        authorize=failing.authorize,
    )


@pytest.mark.parametrize("error", [*UNSOUND, *SOUND])
@pytest.mark.parametrize("hello", [True, False])
async def test_whatever_a_service_error_holds_each_question_is_answered(
    error: Callable[[], ServiceError], hello: bool, caplog: pytest.LogCaptureFixture
) -> None:
    code, app = ("no" if error in SOUND else "internal"), app_of(error)
    async with connect(app, hello=hello, query={"user": "u"}) as client:
        for route, payload in (("pair", {}), ("pair", {"symbol": "A"}), ("states", {})):
            if route == "states" and not hello:
                continue  # it gets no states
            with pytest.raises(ErrorFrameError) as refused:
                await client.subscribe(route, payload, timeout=10)
            assert refused.value.code == code
        for payload, key in (
            ({}, None),
            ({}, "k"),
            ({"symbol": "A"}, None),
            ({"symbol": "A"}, "l"),
        ):
            with pytest.raises(ErrorFrameError) as refused:
                await client.command("place", payload, key=key, timeout=10)
            assert refused.value.code == code
        await client.subscribe("later")
        assert (await client.receive())["type"] == "later.update"
        ended = await client.receive()
        assert ended["type"] == "later.unsubscribed"
        assert not hello or ended["payload"]["code"] == code
        assert app.stats.clients == 1  # whose socket is open
    times = 6 + hello + 1
    assert (app.stats.failures, app.stats.refusals) == ((0, times) if code == "no" else (times, 0))
    assert ("cannot be an answer, since" in caplog.text) is (error in UNSOUND[:-1])


def test_what_is_too_long_in_an_error_is_cut() -> None:
    error = SOUND[-1]()
    assert len(error.details) == 100
    detail = error.details[0]
    assert (len(detail.loc), len(detail.message), len(detail.type)) == (32, 501, 101)
    assert len(SOUND[3]().message) == 2_001
