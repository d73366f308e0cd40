"""Fixtures: the one of the plugin, a Redis, and a check that all sent frames are documented."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from tests.runtime.documented import reader_of
from tests.runtime.redis_server import RedisServer, redis_server

from wsgen_runtime import WsCommands
from wsgen_runtime.connections.sockets import Sockets
from wsgen_runtime.outgoing.servers import own_send
from wsgen_runtime.protocol.frames import PLAIN_PONG
from wsgen_runtime.pytest_plugin import ws_connect

__all__ = ["ws_connect"]


@pytest.fixture(autouse=True)
def documented_frames(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test whose app has sent a frame that its AsyncAPI document does not allow."""
    serve = Sockets.serve
    direct: set[Send] = set()
    sent: dict[Sockets, set[str]] = {}

    async def watched(self: Sockets, scope: Scope, receive: Receive, send: Send) -> None:
        texts = sent.setdefault(self, set())

        async def note(message: MutableMapping[str, Any]) -> None:  # as ASGI types it
            # The answer to a plain `ping` is not JSON, and is not documented.
            if message["type"] == "websocket.send" and message["text"] != PLAIN_PONG:
                texts.add(message["text"])
            await send(message)

        if own_send(send) is not None:
            direct.add(note)
        await serve(self, scope, receive, note)

    def own_or_noted(send: Send) -> Send | None:
        return send if send in direct else own_send(send)

    monkeypatch.setattr("wsgen_runtime.connections.sockets.own_send", own_or_noted)
    monkeypatch.setattr(Sockets, "serve", watched)
    yield
    for sockets, texts in sent.items():
        if texts:
            offered = WsCommands(*sockets.desk.commands.values())
            read = reader_of(sockets.routers.values(), [offered])
            for text in texts:
                read(text)


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def server(shared_redis: RedisServer) -> RedisServer:
    with shared_redis.client() as client:
        client.flushall()
    return shared_redis
