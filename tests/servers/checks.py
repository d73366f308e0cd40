"""The checks: each takes a running server, and raises an exception if it fails."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as connect_to
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.runtime.services import AAPL
from tests.servers.processes import Running
from wsgen_runtime import CloseCode

SUBSCRIBE = json.dumps({"type": "bars.subscribe", "payload": AAPL, "id": 7})
Check = Callable[[Running], Awaitable[None]]


async def frame(
    client: ClientConnection,
) -> dict[str, Any]:  # Any: only the test knows the structure
    async with asyncio.timeout(20):
        decoded: dict[str, Any] = json.loads(await client.recv())
    return decoded


async def closed(client: ClientConnection) -> tuple[int, str]:
    """Return the code and the reason of the close frame that comes, or 1006 without one."""
    async with asyncio.timeout(20):
        try:
            while True:
                await client.recv()
        except ConnectionClosed as error:
            return (error.rcvd.code, error.rcvd.reason) if error.rcvd is not None else (1006, "")


@asynccontextmanager
async def subscribed(server: Running, user: str = "ann", **options: Any) -> AsyncIterator[Any]:
    """Yield a client that gets the updates."""
    async with connect_to(f"ws://{server.host}/ws?user={user}", **options) as client:
        await client.send(SUBSCRIBE)
        assert (await frame(client))["payload"]["status"] == "ok"
        yield client


async def all_have_gone(server: Running) -> None:
    """Wait until the application has released all clients."""
    async with asyncio.timeout(20):
        while await server.get("/clients"):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.05)


async def refused(server: Running, path: str) -> int:
    """Return the status of the answer to a handshake, 101 if it is accepted."""
    try:
        async with connect_to(f"ws://{server.host}{path}"):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


async def number_of(server: Running, user: str) -> tuple[int, tuple[bool, bool]]:
    """Return the client's number, whether it is sent to directly, and whether updates are prepared for it."""
    found: Any = await server.get("/clients")
    return next(
        (number, (direct, prepared)) for number, who, direct, prepared in found if who == user
    )


async def updates_reach_all_subscribers(server: Running) -> None:
    async with subscribed(server) as one, subscribed(server, "bob") as two:
        for size in (1, 2):
            await server.post("/publish", size=size)
        for client in (one, two):
            assert [(await frame(client))["payload"]["payload"] for _ in "12"] == ["x", "xx"]
        assert (await number_of(server, "bob"))[1] == (
            server.server.direct,
            server.server.prepared,
        )
    if server.server.package is not None:
        assert await server.get("/server") == [server.server.package]
    found = server.server.package in ("uvicorn", "hypercorn")
    assert await server.get("/transports") == [found], (
        "what a stalled client leaves cannot be dropped"
    )
    assert await server.get("/failures") == 0


async def strangers_are_refused(server: Running) -> None:
    assert await refused(server, "/ws") == 403
    async with connect_to(f"ws://{server.host}/full"):
        # A server that does not support responses to a handshake answers 403.
        assert await refused(server, "/full") in (503, 403)


async def every_documented_close_code_arrives(server: Running) -> None:
    for code in (*CloseCode, 4321):
        user = f"leaver-{int(code)}"
        async with subscribed(server, user) as client:
            number, _ = await number_of(server, user)
            await server.post("/close", client=number, code=int(code))
            sent = code if code >= 3000 or server.server.sends_1001 else code + 3000
            found = await closed(client)
            assert found[0] == sent
    await all_have_gone(server)
    assert await server.get("/failures") == 0


@asynccontextmanager
async def stalled(server: Running) -> AsyncIterator[None]:
    """Subscribe and read nothing more, with a small buffer."""
    async with subscribed(server, "sleeper", max_queue=1, compression=None) as client:
        raw = client.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.transport.pause_reading()
        try:
            yield
        finally:
            client.transport.abort()


async def a_stalled_reader_delays_nobody(server: Running) -> None:
    async with stalled(server), subscribed(server) as quick:
        for number in range(200):
            await server.post("/publish", size=60_000)
            assert (await frame(quick))["seq"] == number + 1
    await all_have_gone(server)


async def sigterm_says_goodbye_and_ends_the_process(server: Running) -> None:
    async with subscribed(server) as client:
        stopping = asyncio.create_task(server.stop(15))
        code, _ = await closed(client)
        if server.server.goodbye:
            assert code == CloseCode.GOING_AWAY
        assert await stopping, "the process goes on"


async def sigterm_ends_the_process_beside_a_stalled_reader(server: Running) -> None:
    async with stalled(server), subscribed(server) as quick:
        for number in range(200):
            await server.post("/publish", size=60_000)
            assert (await frame(quick))["seq"] == number + 1
        assert await server.stop(20), "the process goes on"


QUICK: tuple[Check, ...] = (
    updates_reach_all_subscribers,
    strangers_are_refused,
    every_documented_close_code_arrives,
)
SLOW: tuple[Check, ...] = (
    a_stalled_reader_delays_nobody,
    sigterm_says_goodbye_and_ends_the_process,
)
LAST = sigterm_ends_the_process_beside_a_stalled_reader
