"""Frames as the server of the example sends them, and as it takes them."""

import asyncio
import json
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any  # frames are JSON of any shape

from websockets.asyncio.client import ClientConnection, connect

from tests.example.test_sessions import REQUESTS
from tests.interop.workplace import Workplace

Frame = dict[str, Any]
HELLO = {"version": 1, "features": ["positions", "snapshot", "keys"]}
ORDER = {"account_id": "paper", "symbol": "AAPL", "side": "buy", "quantity": "5"}
TRADING: tuple[tuple[str, Frame], ...] = (
    ("positions.subscribe", {"account_id": "paper"}),
    ("orders.place", ORDER),
    ("orders.place", {**ORDER, "symbol": "NONE"}),
    ("orders.cancel", {"account_id": "paper", "order_id": "none"}),
)


@cache
def recorded(place: Workplace) -> list[Frame]:
    """Return frames of every kind that a client can ask for, of both sides."""
    return asyncio.run(_record(place.address))


async def _record(address: str) -> list[Frame]:
    frames: list[Frame] = []
    modules: dict[str, list[tuple[str, Frame]]] = {"trading": list(TRADING)}
    for route, (module, request) in REQUESTS.items():
        modules.setdefault(module, []).append((f"{route}.subscribe", request))
    for module, questions in modules.items():
        async with connect(f"ws://{address}/api/v1/{module}/ws?user=ann") as client:
            asked = count(1)
            for kind, payload in (("hello", HELLO), ("ping", None), *questions):
                question = {
                    "type": kind,
                    "id": next(asked),
                    **({"payload": payload} if payload else {}),
                }
                frames += [question, *await _ask(client, question)]
            await client.send(json.dumps({"type": "nothing", "id": next(asked)}))
            routes = [kind for kind, _ in questions if kind.endswith(".subscribe")]
            waiting = {kind.replace(".subscribe", ".update") for kind in routes}
            while waiting:
                frames.append(frame := await _read(client))
                waiting.discard(frame["type"])
            for kind, payload in questions:
                if kind in routes:
                    leave = {"type": kind.replace("subscribe", "unsubscribe"), "payload": payload}
                    frames += [leave, *await _ask(client, {**leave, "id": next(asked)})]
    return list(_varied(frames))


async def _ask(client: ClientConnection, question: Frame) -> list[Frame]:
    """Return what comes up to the answer, asking again what the server cannot do yet."""
    await client.send(json.dumps(question))
    frames = [await _read(client)]
    while frames[-1].get("id") != question["id"]:
        frames.append(await _read(client))
    if "retry_after" in (frames[-1].get("payload") or {}):
        frames += await _ask(client, question)
    return frames


async def _read(client: ClientConnection) -> Frame:
    async with asyncio.timeout(60):
        frame: Frame = json.loads(await client.recv())
    return frame


def _varied(frames: list[Frame], most: int = 20) -> Iterator[Frame]:
    """Leave out what there is much of."""
    seen: dict[str, int] = {}
    for frame in frames:
        seen[frame["type"]] = seen.get(frame["type"], 0) + 1
        if seen[frame["type"]] <= most:
            yield frame
