"""The example with a JWT, as it stands in the docs, run with real tokens."""

import base64
import time
from typing import Any

import jwt
import pytest

from tests.runtime.services import AAPL, BarRouter, Recorder
from wsgen_runtime import Connection, Session, WsApp
from wsgen_runtime.testing import (
    ClosedByServerError,
    ErrorFrameError,
    RefusedByServerError,
    connect,
)

from .pages import blocks

KEY = "a key for tests only, and long enough for HS256 and HS384"
OTHER_KEY = "another key for tests only, and just as long as the first one"
BLOCKS = [
    block.text
    for page in ("docs/how-to/authenticate.md", "docs/how-to/authenticate-pages.md")
    for block in blocks(page)
    if block.language == "python"
]


def block_with(text: str) -> str:
    (block,) = (block for block in BLOCKS if text in block)
    return block


def documented_app() -> WsApp:
    """Run the block of the docs with what it says is the reader's, and return its app."""
    names: dict[str, Any] = {  # what the block makes of it
        "KEY": KEY,
        "symbols_of": lambda user: {"ada": {"AAPL"}}[user],
        "prices": Recorder(),
        "BarWsRouter": BarRouter,
        "WsApp": WsApp,
    }
    exec(block_with("import jwt"), names)
    app: WsApp = names["ws_app"]
    return app


def token(key: str = KEY, algorithm: str = "HS256", expires_in: float = 60) -> str:
    claims = {"sub": "ada", "exp": time.time() + expires_in}
    return jwt.encode(claims, key, algorithm=algorithm)


async def test_a_good_token_connects_and_sees_what_its_user_may() -> None:
    app = documented_app()
    async with connect(app, headers={"Authorization": f"Bearer {token()}"}) as client:
        await client.subscribe("bars", AAPL)
        with pytest.raises(ErrorFrameError, match="unauthorized"):
            await client.subscribe("bars", {"symbol": "MSFT"})
        assert [known.user for known in app.clients.values()] == ["ada"]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer nonsense",
        f"Basic {token()}",
        f"Bearer {token(expires_in=-1)}",
        f"Bearer {token(key=OTHER_KEY)}",
        f"Bearer {token(key='', algorithm='none')}",
        f"Bearer {token(algorithm='HS384')}",
        f"Bearer {token()}x",
    ],
    ids=["none", "empty", "no JWT", "Basic", "expired", "wrong key", "unsigned", "HS384", "forged"],
)
async def test_any_other_token_is_refused(authorization: str) -> None:
    app = documented_app()
    with pytest.raises(RefusedByServerError) as caught:
        async with connect(app, headers={"Authorization": authorization}):
            pass
    assert caught.value.status == 403
    assert app.stats.connections == 0


async def test_a_token_that_expires_meanwhile_closes_with_3000() -> None:
    # PyJWT counts in whole seconds: so this one is good for one to two.
    headers = {"Authorization": f"Bearer {token(expires_in=int(time.time()) + 2 - time.time())}"}
    async with connect(documented_app(), headers=headers) as client:
        await client.subscribe("bars", AAPL)
        with pytest.raises(ClosedByServerError) as caught:
            await client.receive()
    assert caught.value.code == 3000


async def test_the_token_among_the_subprotocols() -> None:
    names: dict[str, Any] = {  # what the block makes of it
        "Session": Session,
        "user_of": lambda text: jwt.decode(text, KEY, algorithms=["HS256"])["sub"],
    }
    exec(block_with("token = connection.bearer_token\n    return None"), names)

    def authenticate(connection: Connection) -> Any:  # what the block returns
        return names["authenticate"](connection)

    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate)
    async with connect(app, subprotocols=["wsgen", offered(token())]) as client:
        assert client.subprotocol == "wsgen"
        assert [known.user for known in app.clients.values()] == ["ada"]
    for wrong in (["wsgen"], ["wsgen", offered(token(key=OTHER_KEY))]):
        async with connect(app, subprotocols=wrong) as client:
            with pytest.raises(ClosedByServerError) as caught:
                await client.receive()
            assert caught.value.code == 3000
    with pytest.raises(RefusedByServerError):
        async with connect(app):
            pass


def offered(text: str) -> str:
    """Return the token as the page on browsers says that a page offers it."""
    return "wsgen.token." + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
