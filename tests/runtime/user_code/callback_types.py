"""Correct and wrong callbacks for type checkers: mypy and pyright must report each wrong one.

They must report nothing else: both check that every `ignore` is needed. Both run in `make check`.
"""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import JSONResponse
from tests.runtime.services import BarRequest, BarRouter

from wsgen_runtime import Connection, Session, WsApp, WsRouter


@dataclass(frozen=True)
class Account:
    number: int


class Claims(BaseModel):
    sub: str


class Row:
    """As the class of a database's table."""

    def __init__(self) -> None:
        self.id = 1


class Anything:
    pass


class Guard:
    """A callback as an object."""

    async def __call__(self, connection: Connection) -> Account | None:
        return None


def a_text(connection: Connection) -> str | None:
    return connection.bearer_token


def a_number(connection: Connection) -> UUID | int:
    return 1


def a_dataclass(connection: Connection) -> Account:
    return Account(1)


def a_row(connection: Connection) -> Row | None:
    return Row()


def a_mapping(connection: Connection) -> dict[str, object]:
    return {"sub": "ann"}


async def a_model(connection: Connection) -> Claims | None:
    return Claims(sub="ann")


async def a_session(connection: Connection) -> Session | None:
    return Session(Anything())


def right_ones() -> None:
    WsApp(routers=[], authenticate=a_text)
    WsApp(routers=[], authenticate=a_number)
    WsApp(routers=[], authenticate=a_dataclass)
    WsApp(routers=[], authenticate=a_row)
    WsApp(routers=[], authenticate=a_mapping)
    WsApp(routers=[], authenticate=a_model)
    WsApp(routers=[], authenticate=a_session)
    WsApp(routers=[], authenticate=Guard())
    WsApp(routers=[], authenticate=lambda connection: a_model(connection))
    WsApp(routers=[], authorize=of_one_router)
    WsApp(routers=[], authorize=of_any_router)
    WsApp(routers=[], authorize=lambda user, router, request: user == "ann")


def of_one_router(user: Account, router: BarRouter, request: BarRequest) -> bool:
    return request.symbol == "AAPL"


async def of_any_router(user: object, router: WsRouter, request: BaseModel) -> bool:
    return True


async def yields(connection: Connection) -> AsyncIterator[str]:
    yield "ann"


def yields_at_once(connection: Connection) -> Iterator[str]:
    yield "ann"


def responds(connection: Connection) -> JSONResponse:
    return JSONResponse({}, status_code=401)


async def forgets_to_await(connection: Connection) -> Awaitable[Session | None]:
    return a_session(connection)


def returns_a_class(connection: Connection) -> type[Anything]:
    return Anything


async def authorizes_by_yield(
    user: object, router: WsRouter, request: BaseModel
) -> AsyncIterator[bool]:
    yield True


def authorizes_by_text(user: object, router: WsRouter, request: BaseModel) -> str:
    return "no"


async def authorizes_by_nothing(user: object, router: WsRouter, request: BaseModel) -> None:
    return None


def wrong_ones() -> None:
    WsApp(routers=[], authenticate=yields)  # type: ignore[arg-type]
    WsApp(routers=[], authenticate=yields_at_once)  # type: ignore[arg-type]
    WsApp(routers=[], authenticate=responds)  # type: ignore[arg-type]
    WsApp(routers=[], authenticate=forgets_to_await)  # type: ignore[arg-type]
    WsApp(routers=[], authenticate=returns_a_class)  # type: ignore[arg-type]
    WsApp(routers=[], authorize=authorizes_by_yield)  # type: ignore[arg-type]
    WsApp(routers=[], authorize=authorizes_by_text)  # type: ignore[arg-type]
    WsApp(routers=[], authorize=authorizes_by_nothing)  # type: ignore[arg-type]
