"""The accounts that can be traded; each runs while somebody watches it or an order works."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

from wsgen_runtime import ServiceError

from trading_api.shared.accounts.account import Account, Record
from trading_api.shared.settings import Settings

NAMES = ("demo", "paper")
_Kind = TypeVar("_Kind", bound=Record)


class RunningAccount:
    """An account whose market moves at each tick, and all who watch it."""

    def __init__(self, account: Account, tick: float) -> None:
        self.account = account
        self._tick = tick
        self._watching: set[asyncio.Queue[Record]] = set()
        self._run: asyncio.Task[None] | None = None

    def changes(self, kind: type[_Kind]) -> AsyncIterator[_Kind]:
        """Return each record of a kind that changes from the first step of the iteration on."""
        return self._watch(kind, ())

    def records(self, kind: type[_Kind]) -> AsyncIterator[_Kind]:
        """Return the records of a kind as they stand, then each that changes."""
        return self._watch(kind, self.account.snapshot())

    async def _watch(self, kind: type[_Kind], first: Iterable[Record]) -> AsyncIterator[_Kind]:
        queue: asyncio.Queue[Record] = asyncio.Queue()
        for record in first:
            queue.put_nowait(record)
        self._watching.add(queue)
        self.run()
        try:
            while True:
                record = await queue.get()
                if isinstance(record, kind):
                    yield record
        finally:
            self._watching.discard(queue)

    def report(self, record: Record) -> None:
        """Tell all who watch that a record has changed."""
        for queue in self._watching:
            queue.put_nowait(record)

    def run(self) -> None:
        """Let the market move as long as somebody watches, or an order works."""
        if self._run is None:
            self._run = asyncio.create_task(self._moves())

    async def _moves(self) -> None:
        try:
            while self._watching or self.account.has_placed_orders:
                for record in self.account.step(datetime.now(UTC)):
                    self.report(record)
                await asyncio.sleep(self._tick)
        finally:
            self._run = None


class Accounts:
    """The accounts by name."""

    def __init__(self, settings: Settings) -> None:
        self._accounts = {
            name: RunningAccount(Account(name, settings.seed), settings.tick) for name in NAMES
        }

    def __getitem__(self, name: str) -> RunningAccount:
        """Return an account; raises ServiceError, an answer to the client, if there is none."""
        if name not in self._accounts:
            raise ServiceError(f"There is no account {name!r}", code="not_found")
        return self._accounts[name]


@cache
def accounts_of(settings: Settings) -> Accounts:
    """Return the accounts of this process: all modules trade the same ones."""
    return Accounts(settings)
