"""The subprotocol `wsgen`: a token of a page, and refusals that a page can read."""

import base64
import logging
from collections.abc import Sequence

import pytest
import websockets
from starlette.applications import Starlette
from starlette.exceptions import HTTPException, WebSocketException
from starlette.routing import Mount
from tests.runtime.server import serving
from tests.runtime.services import AAPL, BarRouter, Recorder

from wsgen_runtime import Connection, Limits, RefusedError, Session, WsApp
from wsgen_runtime.testing import ClosedByServerError, RefusedByServerError, connect

SECRET = "täken.of~ada+/"


def encoded(token: str) -> str:
    return "wsgen.token." + base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


OFFERED = ["wsgen", encoded(SECRET)]


def by_token(connection: Connection) -> str | None:
    if connection.bearer_token is None:
        return None
    if connection.bearer_token != SECRET:
        raise RefusedError("the token is unknown")
    return "ada"


def app_with(authenticate: object = by_token, **options: object) -> WsApp:
    return WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate, **options)  # type: ignore[arg-type] # checked where it is written


async def closed(app: WsApp, offered: Sequence[str] = OFFERED, **headers: str) -> tuple[int, str]:
    async with connect(app, subprotocols=offered, headers=headers) as client:
        assert client.subprotocol == "wsgen"
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
    return caught.value.code, caught.value.reason


async def test_a_token_as_a_subprotocol_is_the_bearer_token_and_is_never_selected() -> None:
    app = app_with()
    async with connect(app, subprotocols=OFFERED) as client:
        assert client.subprotocol == "wsgen"
        await client.subscribe("bars", AAPL)
        (known,) = app.clients.values()
        assert known.user == "ada"


async def test_the_order_of_the_subprotocols_does_not_matter() -> None:
    async with connect(app_with(), subprotocols=["other", *reversed(OFFERED)]) as client:
        assert client.subprotocol == "wsgen"


async def test_the_header_goes_before_the_subprotocol() -> None:
    def authenticate(connection: Connection) -> str | None:
        return connection.bearer_token

    app = app_with(authenticate)
    async with connect(app, subprotocols=OFFERED, headers={"Authorization": "Bearer b"}):
        assert [client.user for client in app.clients.values()] == ["b"]


@pytest.mark.parametrize(
    "offered",
    [
        ["wsgen"],
        ["wsgen", "wsgen.token."],
        ["wsgen", "wsgen.token.ä"],
        ["wsgen", "wsgen.token.a"],
        ["wsgen", "wsgen.token._-8"],
        ["wsgen", "wsgen.token.a+/b"],
        ["wsgen", "token"],
        [encoded(SECRET)],
    ],
)
def test_what_is_no_token_is_none(offered: list[str]) -> None:
    scope = {"type": "websocket", "headers": [], "subprotocols": offered}
    assert Connection(scope).bearer_token is None


async def test_a_session_may_select_another_subprotocol() -> None:
    app = app_with(lambda _: Session("ada", subprotocol="other"))
    async with connect(app, subprotocols=["wsgen", "other"]) as client:
        assert client.subprotocol == "other"


async def test_a_client_that_does_not_offer_it_gets_none() -> None:
    async with connect(app_with(None), subprotocols=["other"]) as client:
        assert client.subprotocol is None


async def test_a_refused_client_is_accepted_and_closed_with_3000() -> None:
    app = app_with()
    assert await closed(app, ["wsgen", encoded("x")]) == (3000, "Not authenticated")
    assert await closed(app, ["wsgen"]) == (3000, "Not authenticated")
    assert (app.stats.refused, app.stats.connections) == (2, 0)


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (HTTPException(401, "secret"), (3000, "Not authenticated")),
        (HTTPException(503), (1013, "Try again later")),
        (HTTPException(429), (1013, "Try again later")),
        (WebSocketException(4001, "Pay first"), (4001, "Pay first")),
        (WebSocketException(1006, "x"), (3000, "Not authenticated")),
        (WebSocketException(4001, "x" * 124), (3000, "Not authenticated")),
        (ZeroDivisionError("secret"), (3000, "Not authenticated")),
    ],
)
async def test_the_code_says_whether_to_come_back(
    error: Exception, answer: tuple[int, str]
) -> None:
    def authenticate(_: Connection) -> None:
        raise error

    assert await closed(app_with(authenticate)) == answer


async def test_a_full_server_closes_with_1013() -> None:
    app = app_with(limits=Limits(clients=1))
    async with connect(app, subprotocols=OFFERED):
        assert await closed(app) == (1013, "Try again later")
        with pytest.raises(RefusedByServerError, match="503"):
            async with connect(app):
                pass


async def test_a_server_that_shuts_down_or_could_not_start_closes_with_1013() -> None:
    app = app_with()
    await app.startup()
    app._sockets.stop()
    assert await closed(app) == (1013, "Try again later")
    app._sockets.resume()
    await app.shutdown()

    async def broken() -> None:
        raise ConnectionError("Redis is away")

    app._sockets.startup = broken
    assert await closed(app) == (1013, "Try again later")


@pytest.mark.parametrize("full", [True, False])
async def test_pages_and_paths_that_are_not_allowed_are_refused_by_http(full: bool) -> None:
    app = app_with(limits=Limits(clients=1))
    app._sockets._arriving = int(full)
    mounted = Starlette(routes=[Mount("/ws", app)])
    for path, headers, status in (
        ("/ws/", {"Origin": "https://evil.example"}, 503 if full else 403),
        ("/ws/elsewhere", {}, 404),
    ):
        with pytest.raises(RefusedByServerError) as caught:
            async with connect(mounted, path, subprotocols=OFFERED, headers=headers):
                pass
        assert caught.value.status == status


async def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    def authenticate(connection: Connection) -> None:
        raise ValueError(f"cannot read {connection.bearer_token}")

    with caplog.at_level(logging.DEBUG):
        await closed(app_with(authenticate))
    assert "authenticate failed" in caplog.text
    for text in (SECRET, OFFERED[1]):
        assert text not in caplog.text


async def test_a_real_client_reads_the_close_code() -> None:
    async with serving(app_with()) as place:
        url = f"ws://{place}/"
        subprotocols = [websockets.Subprotocol(it) for it in OFFERED]
        async with websockets.connect(url, subprotocols=subprotocols) as socket:
            assert socket.subprotocol == "wsgen"
        async with websockets.connect(url, subprotocols=subprotocols[:1]) as socket:
            with pytest.raises(websockets.ConnectionClosed):
                await socket.recv()
            assert (socket.close_code, socket.close_reason) == (3000, "Not authenticated")
        with pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(url):
                pass
