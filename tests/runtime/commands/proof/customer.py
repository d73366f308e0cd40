"""A customer asks for one command after another, with a key, until it is answered, through lost connections."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import websockets

_DEADLINE = 120.0  # seconds after which a command counts as unanswered

Answer = tuple[str, Any]  # Any: the payload of a frame


@dataclass
class Customer:
    """Connects to one of `ports` at random, and leaves now and then while an answer is awaited."""

    name: str
    ports: Sequence[int]
    chance: random.Random
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    """To which port each command was sent, and when."""
    reconnects: int = 0
    _port: int = 0
    _socket: Any = None  # of websockets

    async def work(self, count: int) -> None:
        for number in range(count):
            key = f"{self.name}/{number}"
            self.answers[key], self.asked[key] = [], []
            for _ in range(2 if self.chance.random() < 0.2 else 1):
                async with asyncio.timeout(_DEADLINE):
                    self.answers[key].append(await self._answer(str(number)))
                if self.chance.random() < 0.1:
                    await self._leave()
        await self._leave()

    async def _answer(self, key: str) -> Answer:
        while True:
            try:
                answer = await self._ask(key)
            except (OSError, websockets.WebSocketException):
                await self._leave()
                await asyncio.sleep(self.chance.uniform(0.05, 0.3))
                continue
            if answer is not None:
                return answer
            await self._leave()

    async def _ask(self, key: str) -> Answer | None:
        """Return the answer, None if this customer has left before, or may ask again."""
        if self._socket is None:
            self.reconnects += 1
            self._port = self.chance.choice(self.ports)
            address = f"ws://127.0.0.1:{self._port}/?user={self.name}"
            self._socket = await websockets.connect(address, open_timeout=20)
        payload = {"symbol": "AAPL", "quantity": int(key)}
        frame = {"type": "orders.place", "payload": payload, "key": key, "id": key}
        self.asked[f"{self.name}/{key}"].append((self._port, time.monotonic()))
        await self._socket.send(json.dumps(frame))
        within = self.chance.uniform(0, 0.05) if self.chance.random() < 0.3 else 30.0
        try:
            async with asyncio.timeout(within):
                while (said := json.loads(await self._socket.recv())).get("id") != key:
                    pass
        except TimeoutError:
            return None
        if said["type"] == "error" and said["payload"]["code"] == "unavailable":
            await asyncio.sleep(self.chance.uniform(0.05, 0.3))
            return None
        return said["type"], said["payload"]

    async def _leave(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            with suppress(Exception):
                await socket.close()
