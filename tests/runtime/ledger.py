"""A service with a state, and a client that keeps a copy of it by the rules for clients."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

from pydantic import BaseModel
from tests.runtime.services import turns

from wsgen_runtime import Delivery, History, Snapshot, WsApp, WsRouter
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.testing import Frame, WsTestClient, connect


class Account(BaseModel):
    name: str = "main"


class Change(BaseModel):
    version: int
    delta: int


class Balance(BaseModel):
    version: int
    total: int


Deed = Literal["change", "hidden", "replace", "end", "fail"]


class Ledger:
    """Changes its state between two yields. `truth` has the total of each version."""

    def __init__(self) -> None:
        self.balance = Balance(version=0, total=0)
        self.truth = {0: 0}
        self.deeds: asyncio.Queue[Deed] = asyncio.Queue()
        self.calls = 0
        self.pause = 0
        """Turns of the event loop that a snapshot takes."""
        self.failure: Exception | None = None

    def change(self) -> Change:
        version = self.balance.version + 1
        self.balance = Balance(version=version, total=self.balance.total + version * version)
        self.truth[version] = self.balance.total
        return Change(version=version, delta=version * version)

    async def stream(self, account: Account) -> AsyncIterator[Change | Snapshot[Balance]]:
        assert account.name == "main"
        while True:
            deed = await self.deeds.get()
            if deed == "end":
                return
            if deed == "fail":
                raise LookupError(deed)
            change = self.change()
            if deed == "change":
                yield change
            elif deed == "replace":
                yield Snapshot(self.balance)

    async def snapshot(self, account: Account) -> Balance:
        assert account.name == "main"
        self.calls += 1
        if self.pause > 1_000:
            await asyncio.Event().wait()
        for _ in range(self.pause):
            await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return self.balance


def ledger_router(
    ledger: Any,  # other services of the same shape
    *,
    delivery: Delivery | None = None,
    history: History | None = None,
) -> WsRouter:
    return WsRouter(
        service=ledger,
        route="ledger",
        request_type=Account,
        data_type=Change,
        snapshot_type=Balance,
        delivery=delivery,
        history=history,
    )


class Copy:
    """A client's copy of the balance. Each frame that breaks a promise fails the test."""

    def __init__(self, client: WsTestClient, truth: dict[int, int]) -> None:
        self.client = client
        self.truth = truth
        self.phase: Literal["off", "asked", "syncing", "live", "closed"] = "off"
        self.at: tuple[str, int] | None = None
        self.balance: Balance | None = None
        self.states = 0
        self.gaps = 0
        self.code = 0
        self._id = 0

    async def ask(self, *, resume: bool = False) -> None:
        self._id += 1
        frame: Frame = {"type": "ledger.subscribe", "payload": {}, "id": self._id}
        if resume and self.at is not None:
            frame["since"] = {"epoch": self.at[0], "seq": self.at[1]}
        self.phase = "asked"
        await self.client.send(frame)

    async def leave(self) -> None:
        await self.client.send({"type": "ledger.unsubscribe", "payload": {}})
        self.phase = "off"

    async def read(self) -> None:
        """Apply all frames that have come."""
        queue = self.client._from_app
        while not queue.empty():
            message = queue.get_nowait()
            if message["type"] == "websocket.close":
                self.phase, self.code = "closed", message["code"]
                return
            await self.apply(json.loads(message["text"]))

    async def apply(self, frame: Frame) -> None:
        kind, payload = frame["type"], frame["payload"]
        subscribed = self.phase in ("live", "syncing")
        if kind == "ledger.subscribe.response" and frame["id"] == self._id:
            if self.phase == "asked":
                recovered = payload.get("recovered") is True
                self.phase = "live" if recovered else "syncing"
                assert ("epoch" in payload) is recovered
        elif kind == "error" and frame["id"] == self._id:  # noqa: SIM114 - one line a rule
            self.phase = "off"
        elif kind == "ledger.unsubscribed" and subscribed:
            self.phase = "off"
        elif kind == "ledger.reset" and subscribed:
            self.phase = "syncing"
        elif kind == "ledger.snapshot" and subscribed:
            self.states += 1
            self.balance = Balance.model_validate(payload["payload"])
            self.at, self.phase = (payload["epoch"], frame["seq"]), "live"
            self.check()
        elif kind == "ledger.update" and self.phase == "live":
            await self._update(frame["seq"], Change.model_validate(payload["payload"]))

    async def _update(self, seq: int, change: Change) -> None:
        assert self.at is not None
        assert self.balance is not None
        if seq <= self.at[1]:
            return
        if seq > self.at[1] + 1:
            self.gaps += 1
            await self.ask()
            return
        assert change.version == self.balance.version + 1, (seq, change, self.balance)
        total = self.balance.total + change.delta
        self.balance = Balance(version=change.version, total=total)
        self.at = (self.at[0], seq)
        self.check()

    def check(self) -> None:
        assert self.balance is not None
        assert self.truth[self.balance.version] == self.balance.total

    async def play(self, step: str) -> None:
        """Do one step of a random schedule."""
        await self.read()
        if self.phase == "closed":
            return
        if step == "ask":
            await self.ask()
        elif step == "resume":
            await self.ask(resume=True)
        elif step == "leave" and self.phase != "off":
            await self.leave()
        elif step == "stall":
            self.client.stall()
        elif step == "read":
            self.client.resume()
            await turns(5)
            await self.read()


@asynccontextmanager
async def copying(app: WsApp, ledger: Ledger) -> AsyncIterator[tuple[Copy, Client]]:
    """Connect a client that has said hello."""
    async with connect(app) as client:
        inside = app.clients[max(app.clients)]
        inside.greet(("positions", "snapshot"))
        yield Copy(client, ledger.truth), inside


async def settle(*copies: Copy) -> None:
    """Let everything happen that is on its way; a stream may take a moment to start."""
    for _ in range(3):
        await asyncio.sleep(0.03)
        await now(*copies)


async def now(*copies: Copy) -> None:
    """Let everything happen that takes no time."""
    await turns(60)
    for copy in copies:
        await copy.read()


async def reaches(condition: Callable[[], bool]) -> None:
    """Let time pass until `condition` holds."""
    async with asyncio.timeout(100):
        while not condition():  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.01)
