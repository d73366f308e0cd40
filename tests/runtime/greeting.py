"""Clients that say hello, and so get positions."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from wsgen_runtime import Position
from wsgen_runtime.testing import Frame, WsTestClient, connect

HELLO: Frame = {
    "type": "hello",
    "payload": {"version": 1, "features": ["positions"]},
    "id": "hello",
}


@asynccontextmanager
async def greeted(app: ASGIApp) -> AsyncIterator[WsTestClient]:
    """Connect a client that has said hello."""
    async with connect(app) as client:
        await client.send(HELLO)
        assert (await client.receive())["type"] == "hello"
        yield client


async def ask(
    client: WsTestClient,
    payload: Mapping[str, object],
    since: Position | None = None,
    *,
    route: str = "bars",
) -> Frame:
    """Subscribe and return the next frame, which is the answer if nothing else is on its way."""
    frame: Frame = {"type": f"{route}.subscribe", "payload": dict(payload), "id": 1}
    if since is not None:
        frame["since"] = since._asdict()
    await client.send(frame)
    return await client.receive()


def position_of(frame: Frame) -> Position:
    """Return the position in an answer or a reset."""
    return Position(frame["payload"]["epoch"], frame["payload"]["seq"])


async def seqs(client: WsTestClient, count: int) -> list[int]:
    """Return the numbers of the next `count` frames, which are updates whose data is their number."""
    frames = [await client.receive() for _ in range(count)]
    assert all(frame["payload"]["payload"]["close"] == frame["seq"] for frame in frames), frames
    return [frame["seq"] for frame in frames]


async def nothing_follows(client: WsTestClient) -> None:
    """Check that nothing is on its way to the client."""
    await client.send({"type": "ping"})
    assert (await client.receive())["type"] == "pong"
