"""Renewal by the client: a notice before its authentication expires, and `authenticate` with another token."""

import asyncio
import json
import logging
import time
from collections.abc import Callable

import pytest
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from tests.runtime.services import AAPL, AAPL_TOPIC, BarRequest, BarRouter, Recorder, turns, until

from wsgen_runtime import Connection, RefusedError, Session, WsApp, WsRouter
from wsgen_runtime.testing import ClosedByServerError, ErrorFrameError, WsTestClient, connect

FOREVER = 1e9


def app_with(*known: str, lasts: float = FOREVER, **options: object) -> WsApp:
    """Return an app that knows these tokens, each of which is its user; the first needs none."""

    def authenticate(connection: Connection) -> Session:
        token = connection.bearer_token or known[0]
        if token not in known:
            raise RefusedError("unknown")
        return Session(token, expires_at=time.time() + lasts)

    return WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate, **options)  # type: ignore[arg-type] # checked where it is written


def users(app: WsApp) -> list[object]:
    return [client.user for client in app.clients.values()]


async def until_closed(client: WsTestClient) -> None:
    while True:
        await client.receive()


async def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(ErrorFrameError) as caught:
        await action()  # type: ignore[misc] # a coroutine function
    return caught.value.code


async def test_a_client_that_can_renew_is_told_before_its_authentication_expires() -> None:
    async with connect(app_with("ada", lasts=0.5), hello=True) as client:
        notice = await client.receive()
        payload = notice.pop("payload")
        assert notice == {"type": "notice"}
        assert payload["code"] == "authentication_expires"
        assert 0 < payload["expires_in"] <= 0.3


async def test_a_long_session_is_noticed_a_minute_before_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = app_with("ada", lasts=3600)
    delays: list[float] = []
    loop = asyncio.get_running_loop()
    later = loop.call_later

    def noted(delay: float, *arguments: object) -> object:
        delays.append(delay)
        return later(delay, *arguments)  # type: ignore[arg-type] # as it was given

    monkeypatch.setattr(loop, "call_later", noted)
    async with connect(app, hello=True):
        assert any(abs(delay - 3540) < 5 for delay in delays)


async def test_other_clients_are_not_told() -> None:
    app = app_with("ada", lasts=0.05)
    async with connect(app) as founding, connect(app) as other:
        await other.say_hello(["positions"])
        for client in (founding, other):
            with pytest.raises(TimeoutError):
                await client.receive(timeout=0.1)


async def test_a_client_that_says_hello_late_is_told_at_once() -> None:
    app = app_with("ada", lasts=0.4)
    async with connect(app) as client:
        await asyncio.sleep(0.25)  # the time of the notice has passed
        await client.say_hello()
        assert (await client.receive())["type"] == "notice"


async def test_another_token_is_another_authentication() -> None:
    app = app_with("ada", "eve")
    async with connect(app, hello=True) as client:
        answer = await client.authenticate("eve")
        assert FOREVER - 5 < answer["expires_in"] <= FOREVER
        assert users(app) == ["eve"]


async def test_the_new_token_is_used_from_then_on() -> None:
    tokens: list[str | None] = []

    def authenticate(connection: Connection) -> Session:
        tokens.append(connection.bearer_token)
        return Session("ada", expires_at=time.time() + (0.05 if len(tokens) == 2 else FOREVER))

    app = WsApp(routers=[], authenticate=authenticate)
    headers = {"Authorization": "Bearer a"}
    async with connect(app, headers=headers, hello=True) as client:
        await client.authenticate("b")
        await until(lambda: len(tokens) == 3)
    assert tokens == ["a", "b", "b"]


async def test_a_session_without_an_end_is_answered_without_a_time() -> None:
    app = WsApp(routers=[], authenticate=lambda connection: Session("ada"))
    async with connect(app, hello=True) as client:
        assert await client.authenticate("b") == {}


@pytest.mark.parametrize("lasts", [FOREVER, -1.0])
async def test_a_refused_or_expired_token_closes_with_3000(lasts: float) -> None:
    def authenticate(connection: Connection) -> Session | None:
        if connection.bearer_token is None:
            return Session("ada")
        return None if lasts > 0 else Session("ada", expires_at=time.time() + lasts)

    app = WsApp(routers=[], authenticate=authenticate)
    async with connect(app, hello=True) as client:
        await client.send({"type": "authenticate", "payload": {"token": "x"}, "id": 5})
        if lasts > 0:
            answer = await client.receive()
            assert (answer["payload"]["code"], answer["id"]) == ("unauthorized", 5)
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
        assert caught.value.code == 3000


@pytest.mark.parametrize(("status", "code"), [(503, 1013), (429, 1013), (401, 3000)])
@pytest.mark.parametrize("asked", [True, False])
async def test_a_client_whose_authentication_cannot_be_checked_now_comes_back(
    status: int, code: int, asked: bool
) -> None:
    calls: list[Connection] = []

    async def authenticate(connection: Connection) -> Session:
        calls.append(connection)
        if len(calls) > 1:
            raise HTTPException(status)
        return Session("ada", expires_at=time.time() + (FOREVER if asked else 0.1))

    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate)
    async with connect(app, hello=True) as client:
        if asked:
            with pytest.raises(ErrorFrameError) as caught:
                await client.authenticate("new")
            payload = caught.value.payload
            assert payload["code"] == ("unavailable" if code == 1013 else "unauthorized")
            assert ("retry_after" in payload) is (code == 1013)
        with pytest.raises(ClosedByServerError) as closed:
            await until_closed(client)
        assert closed.value.code == code


async def test_a_renewal_checks_the_subscriptions_again() -> None:
    def authorize(user: object, router: WsRouter, request: BaseModel) -> bool:
        assert isinstance(request, BarRequest)
        return user == "ada" or request.symbol != "AAPL"

    app = app_with("ada", "eve", authorize=authorize)
    async with connect(app, hello=True) as client:
        await client.subscribe("bars", AAPL)
        await client.subscribe("bars", {"symbol": "MSFT"})
        await client.authenticate("eve")
        ended = await client.receive()
        assert ended["type"] == "bars.unsubscribed"
        assert ended["payload"]["topic"] == AAPL_TOPIC
        assert app.topics != ()


async def test_the_old_authentication_does_not_expire_while_the_new_one_is_checked() -> None:
    gate = asyncio.Event()

    async def authenticate(connection: Connection) -> Session | None:
        if connection.bearer_token is None:
            return Session("ada", expires_at=time.time() + 0.1)
        await gate.wait()
        return Session("eve")

    app = WsApp(routers=[], authenticate=authenticate)
    async with connect(app, hello=True) as client:
        assert (await client.receive())["type"] == "notice"
        await client.send({"type": "authenticate", "payload": {"token": "x"}})
        with pytest.raises(TimeoutError):
            await client.receive(timeout=0.2)
        gate.set()
        await until(lambda: users(app) == ["eve"])


async def test_without_hello_there_is_no_such_frame() -> None:
    async with connect(app_with("ada", "eve")) as client:
        assert await refusal(lambda: client.authenticate("eve")) == "unknown_type"


@pytest.mark.parametrize(
    "payload",
    [None, {}, *({"token": token} for token in (1, "", "a b", "ä", "x" * 8_193, "x\n"))],
)
async def test_what_is_no_token_is_an_invalid_payload(payload: object) -> None:
    app = app_with("ada")
    async with connect(app, hello=True) as client:
        await client.send({"type": "authenticate", "payload": payload, "id": 1})
        answer = await client.receive()
        assert answer["payload"]["code"] == "invalid_payload"
        assert "xxx" not in json.dumps(answer)
        assert users(app) == ["ada"]


async def test_authentications_of_one_client_are_a_second_apart() -> None:
    async with connect(app_with("ada", "eve"), hello=True) as client:
        await client.authenticate("eve")
        with pytest.raises(ErrorFrameError) as caught:
            await client.authenticate("ada")
        assert caught.value.code == "rate_limited"
        assert caught.value.payload["retry_after"] == 1


async def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    def authenticate(connection: Connection) -> str:
        if connection.bearer_token is not None:
            raise ValueError(f"cannot read {connection.bearer_token}")
        return "ada"

    async def refused(client: WsTestClient) -> None:
        assert await refusal(lambda: client.authenticate("sesame")) == "unauthorized"

    with caplog.at_level(logging.DEBUG):
        async with connect(WsApp(routers=[], authenticate=authenticate), hello=True) as client:
            await refused(client)
            await turns()
    assert "authenticate failed" in caplog.text
    assert "sesame" not in caplog.text
