"""`connect` reports how a connection ends, also if the app is at fault."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from wsgen_runtime.testing import RefusedByServerError, connect

Messages = list[MutableMapping[str, Any]]  # as ASGI types them
CLOSE: Messages = [{"type": "websocket.close", "code": 1008}]
BUSY: Messages = [
    {"type": "websocket.http.response.start", "status": 503, "headers": []},
    {"type": "websocket.http.response.body", "body": b""},
]


@pytest.mark.parametrize(("messages", "status"), [(CLOSE, 403), (BUSY, 503), ([], 500)])
async def test_a_refused_test_client_sees_the_http_status_of_a_real_one(
    messages: Messages, status: int
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        for message in messages:
            await send(message)

    async with asyncio.timeout(5):
        with pytest.raises(RefusedByServerError) as caught:
            async with connect(app):
                pass
    assert caught.value.status == status


async def test_exceptions_of_the_app_are_raised() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with connect(app):
            pass
