"""Brokers on a real Redis whose host only records what it is called with, without an app."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from tests.runtime.services import until

from wsgen_runtime import History
from wsgen_runtime.brokers.base import Keeping
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.protocol.positions import Position

TOPIC = "bars:{}"


class Host:
    """What one process gets of TOPIC: the updates that it delivered, and where it stands."""

    def __init__(self, keeping: Keeping | None) -> None:
        self.keeping = keeping
        self.keeps = keeping is not None
        self.updates: list[tuple[int, str]] = []
        """Of the present epoch."""
        self.position = Position("", 0)
        self.epochs: list[str] = []
        self.losses = 0
        """How often `stand` did not continue."""
        self.snapshots: list[tuple[Position, str]] = []
        self.asked = 0
        self.owned: list[bool] = []
        self.lost = 0
        self.ended: list[str] = []
        self.wrong: list[str] = []

    def kept(self, topic: str) -> Keeping | None:
        return self.keeping

    def deliver(self, topic: str, data: str, position: Position | None = None) -> None:
        if position is not None:
            if position.epoch != self.position.epoch or position.seq <= self.position.seq:
                self.wrong.append(f"{position} after {self.position}")
            self.position = position
        self.updates.append((position.seq if position else 0, data))

    def stand(
        self,
        topic: str,
        position: Position,
        entries: Sequence[tuple[int, str]],
        *,
        continued: bool,
        before: int = 0,
    ) -> None:
        if position.epoch != self.position.epoch:
            if continued:
                self.wrong.append(f"{position} continues {self.position}")
            self.epochs.append(position.epoch)
            self.updates = []
        elif position.seq < self.position.seq:
            self.wrong.append(f"stands at {position} after {self.position}")
        self.losses += not continued
        self.position = position
        self.updates += entries

    def snapshot(self, topic: str, data: str, position: Position) -> None:
        if position.epoch != self.position.epoch or position.seq < self.position.seq:
            self.wrong.append(f"a state at {position} after {self.position}")
        self.position = position
        self.snapshots.append((position, data))

    def unheard(self, topic: str) -> None:
        raise NotImplementedError

    def wanted_snapshot(self, topic: str) -> None:
        self.asked += 1

    def label(self, topic: str) -> str:
        return "bars/Bar/0123"

    def hear(self, message: str) -> None: ...

    def lose(self, topic: str, count: int) -> None:
        self.lost += count

    def end(self, topic: str, reason: str) -> None:
        self.ended.append(reason)

    def own(self, topic: str, owned: bool) -> None:
        self.owned.append(owned)

    def report(self, status: Literal["connected", "disconnected"]) -> None:
        pass


KEEPING = Keeping(History(updates=100, seconds=60), published=False)
PUBLISHED = Keeping(History(updates=100, seconds=60), published=True)


class Part:
    """One process with a broker and its host."""

    def __init__(
        self, url: str, keeping: Keeping | None = KEEPING, *, lease: float = 2.0, queue: int = 1000
    ) -> None:
        self.host = Host(keeping)
        self.broker = RedisBroker(url, prefix="wsgen", lease=lease, queue=queue)

    async def open(self) -> bool:
        """Open the topic, and begin to produce it if that is to be done here."""
        produces = await self.broker.open(TOPIC)
        if produces:
            self.broker.begin(TOPIC)
        return produces

    def produce(self, *data: int) -> None:
        for each in data:
            self.broker.publish(TOPIC, str(each), produced=True)

    def publish(self, *data: int) -> None:
        for each in data:
            self.broker.publish(TOPIC, str(each), produced=False)

    async def gets_data(self, data: int) -> None:
        """Wait until this is the last update of the present epoch, with the position of the topic."""
        await until(lambda: self.host.updates[-1:] == [(self.host.position.seq, str(data))])
        assert self.host.wrong == []

    async def gets(self, *expected: tuple[int, int]) -> None:
        """Wait for these numbers and updates, the last ones of the present epoch."""
        wanted = [(seq, str(data)) for seq, data in expected]
        try:
            await until(lambda: self.host.updates[-len(wanted) :] == wanted)
        except TimeoutError:
            raise AssertionError(f"{self.host.updates[-10:]} instead of {wanted}") from None
        assert self.host.wrong == []


@asynccontextmanager
async def started(*parts: Part) -> AsyncIterator[None]:
    for part in parts:
        await part.broker.start(part.host)
    try:
        yield
    finally:
        await asyncio.gather(*(part.broker.stop() for part in parts))
