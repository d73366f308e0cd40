"""Authentication and authorization: tokens in each usual place, sessions, and origins of pages."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
import pytest
from pydantic import BaseModel
from tests.runtime.services import AAPL, BarRequest, BarRouter, Recorder, turns, until

from wsgen_runtime import CloseCode, Connection, RefusedError, Session, WsApp, WsRouter
from wsgen_runtime.testing import (
    ClosedByServerError,
    ErrorFrameError,
    RefusedByServerError,
    connect,
)

KEY = "a key for tests only, long enough for HS256"


@dataclass(frozen=True)
class User:
    name: str
    symbols: frozenset[str]


def token(expires_in: float = 60, key: str = KEY, **claims: object) -> str:
    now = time.time()
    payload = {"sub": "ada", "symbols": ["AAPL"], "exp": now + expires_in, **claims}
    return jwt.encode(payload, key, algorithm="HS256")


def read_token(text: str | None) -> Session | None:
    if text is None:
        return None
    try:
        claims = jwt.decode(text, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise RefusedError("the token is invalid") from error
    user = User(claims["sub"], frozenset(claims["symbols"]))
    return Session(user=user, expires_at=claims["exp"])


def by_header(connection: Connection) -> Session | None:
    return read_token(connection.bearer_token)


async def by_cookie(connection: Connection) -> Session | None:
    await asyncio.sleep(0)  # as a query of a database would
    return read_token(connection.cookies.get("session"))


def by_query(connection: Connection) -> Session | None:
    return read_token(connection.query_params.get("token"))


def by_subprotocol(connection: Connection) -> Session | None:
    """Browsers can send no headers: the client offers the protocol and, after it, its token."""
    match connection.subprotocols:
        case ("wsgen", text):
            session = read_token(text)
            assert session is not None
            return Session(session.user, session.expires_at, subprotocol="wsgen")
        case _:
            return None


def may_see(user: object, router: WsRouter, request: BaseModel) -> bool:
    assert isinstance(user, User)
    assert isinstance(request, BarRequest)
    return router.route == "bars" and request.symbol in user.symbols


def app_with(authenticate: object, **options: object) -> WsApp:
    return WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate, **options)  # type: ignore[arg-type] # checked where it is written


async def test_a_token_in_the_header_is_accepted() -> None:
    app = app_with(by_header, authorize=may_see)
    async with connect(app, headers={"Authorization": f"Bearer {token()}"}) as client:
        await client.subscribe("bars", AAPL)
        with pytest.raises(ErrorFrameError) as caught:
            await client.subscribe("bars", {"symbol": "MSFT"})
        assert caught.value.code == "unauthorized"
        (known,) = app.clients.values()
        assert known.user == User("ada", frozenset({"AAPL"}))


async def test_a_token_in_a_cookie_is_accepted() -> None:
    async with connect(app_with(by_cookie), cookies={"session": token()}) as client:
        await client.subscribe("bars", AAPL)


async def test_a_token_in_the_query_is_accepted() -> None:
    async with connect(app_with(by_query), query={"token": token()}) as client:
        await client.subscribe("bars", AAPL)


async def test_a_token_among_the_subprotocols_is_never_echoed() -> None:
    async with connect(app_with(by_subprotocol), subprotocols=["wsgen", token()]) as client:
        assert client.subprotocol == "wsgen"
        await client.subscribe("bars", AAPL)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": f"Bearer {token(expires_in=-1)}"},
        {"Authorization": f"Bearer {token(key='another key, and just as long as that')}"},
    ],
)
async def test_without_a_valid_token_the_socket_is_refused_with_403(
    headers: Mapping[str, str],
) -> None:
    app = app_with(by_header)
    with pytest.raises(RefusedByServerError) as caught:
        async with connect(app, headers=headers):
            pass
    assert caught.value.status == 403
    assert (app.stats.refused, app.stats.connections) == (1, 0)


async def test_an_exception_in_authenticate_refuses_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(connection: Connection) -> None:
        raise ZeroDivisionError("boom")

    with caplog.at_level(logging.ERROR, "wsgen_runtime"), pytest.raises(RefusedByServerError):
        async with connect(app_with(broken)):
            pass
    assert "boom" in caplog.text


@pytest.mark.parametrize("answer", [None, False])
async def test_without_a_user_the_client_is_refused(answer: object) -> None:
    with pytest.raises(RefusedByServerError):
        async with connect(app_with(lambda connection: answer)):
            pass


async def test_authorize_may_be_a_coroutine_function_and_may_raise() -> None:
    async def authorize(user: object, router: WsRouter, request: BaseModel) -> bool:
        await asyncio.sleep(0)
        assert isinstance(request, BarRequest)
        match request.symbol:
            case "AAPL":
                return True
            case "MSFT":
                raise RefusedError("not this one")
            case _:
                raise ZeroDivisionError

    async with connect(app_with(None, authorize=authorize)) as client:
        await client.subscribe("bars", AAPL)
        with pytest.raises(ErrorFrameError, match="unauthorized"):
            await client.subscribe("bars", {"symbol": "MSFT"})
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", {"symbol": "X"})


async def test_a_client_that_vanishes_while_authorize_is_asked_is_not_subscribed() -> None:
    gate = asyncio.Event()

    async def authorize(user: object, router: WsRouter, request: BaseModel) -> bool:
        await gate.wait()
        return True

    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)], authorize=authorize)
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await turns()
        (known,) = app.clients.values()
        known.close(1000, "")
        gate.set()
        await until(lambda: app.stats.clients == 0)
    assert service.log == []


async def test_an_expired_authentication_closes_the_socket() -> None:
    def once(connection: Connection) -> Session:
        return Session(user="ada", expires_at=time.time())

    async with connect(app_with(once)) as client:
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
        assert caught.value.code == CloseCode.UNAUTHORIZED


async def test_an_authentication_that_cannot_be_renewed_closes_the_socket() -> None:
    answers = iter([Session(user="ada", expires_at=0.0)])
    async with connect(app_with(lambda connection: next(answers, None))) as client:
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
        assert caught.value.code == CloseCode.UNAUTHORIZED


async def test_a_renewed_authentication_continues_with_the_new_user() -> None:
    answers = iter([Session("old", expires_at=0.0), Session("new", expires_at=time.time() + 60)])
    app = app_with(lambda connection: next(answers))
    async with connect(app) as client:
        await until(lambda: [known.user for known in app.clients.values()] == ["new"])
        await client.subscribe("bars", AAPL)


@pytest.mark.parametrize(
    ("origin", "allowed", "accepted"),
    [
        (None, (), True),
        ("http://testserver", (), True),
        ("https://testserver", (), True),
        ("http://testserver:8000", (), False),
        ("https://evil.example", (), False),
        ("null", (), False),
        ("https://app.example", ("https://app.example",), True),
        ("http://app.example", ("https://app.example",), False),
        ("https://evil.example", ("*",), True),
        ("https://app.example", ("HTTPS://App.example:443/",), True),
        ("https://app.example:8443", ("https://app.example",), False),
        ("http://[", (), False),
    ],
)
async def test_a_page_may_connect_to_its_own_host_and_where_it_is_allowed(
    origin: str | None, allowed: tuple[str, ...], accepted: bool
) -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())], origins=allowed)
    headers = {} if origin is None else {"Origin": origin}
    if accepted:
        async with connect(app, headers=headers) as client:
            await client.subscribe("bars", AAPL)
    else:
        with pytest.raises(RefusedByServerError):
            async with connect(app, headers=headers):
                pass


@pytest.mark.parametrize("origins", ["https://*.example.com", "*"])
def test_a_string_is_not_a_list_of_origins(origins: str) -> None:
    with pytest.raises(TypeError, match="list of origins"):
        WsApp(routers=[], origins=origins)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "app.example",
        "https://app.example/page",
        "https://*.example.com",
        "https://[",
        "http://a:x",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        WsApp(routers=[], origins=[origin])


async def test_the_log_contains_no_token_and_no_payload(caplog: pytest.LogCaptureFixture) -> None:
    text = token()
    app = app_with(by_header, authorize=may_see)
    with caplog.at_level(logging.DEBUG):
        async with connect(app, headers={"Authorization": f"Bearer {text}"}) as client:
            await client.subscribe("bars", AAPL)
            await client.send_text("nonsense")
        with pytest.raises(RefusedByServerError):
            async with connect(app, headers={"Authorization": f"Bearer {text}x"}):
                pass
    records = " ".join(str(vars(record)) for record in caplog.records)
    assert "refused" in records
    assert text not in records
    assert "AAPL" not in records
