"""Rounds of random faults: processes on one Redis, of which nobody may get an update twice or lose one silently.

python -m tests.runtime.brokers.redis.position_rounds --seed 1 --rounds 100
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from tests.runtime.brokers.redis.position_hosts import KEEPING, PUBLISHED, TOPIC, Host, Part
from tests.runtime.redis_server import RedisServer, redis_server
from tests.runtime.services import until

from wsgen_runtime.brokers.base import Keeping
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.positions import Answer, KeptBatch
from wsgen_runtime.protocol.positions import Position

_LEASE = 1.0
_STEPS = 25


class Watched(Host):
    """A host that notes what it was given, and how often it was told that it may have missed something."""

    def __init__(self, keeping: Keeping | None) -> None:
        super().__init__(keeping)
        self.got: set[str] = set()
        self.signals = 0
        self.truth: dict[Position, str] = {}

    def _take(self, position: Position, data: str, *, new: bool) -> None:
        other = self.truth.setdefault(position, data)
        if other != data:
            self.wrong.append(f"{position} is {data} here and was {other}")
        if new and data in self.got:
            self.wrong.append(f"{data} came twice, the second time at {position}")
        self.got.add(data)

    def deliver(self, topic: str, data: str, position: Position | None = None) -> None:
        assert position is not None
        self.signals += position.seq != self.position.seq + 1
        super().deliver(topic, data, position)
        self._take(position, data, new=True)

    def stand(
        self,
        topic: str,
        position: Position,
        entries: Sequence[tuple[int, str]],
        *,
        continued: bool,
        before: int = 0,
    ) -> None:
        self.signals += not continued
        super().stand(topic, position, entries, continued=continued, before=before)
        for seq, data in entries:
            self._take(Position(position.epoch, seq), data, new=continued)


class Process(Part):
    """A process of a round, which produces while it has the lease."""

    def __init__(self, url: str, keeping: Keeping, truth: dict[Position, str]) -> None:
        super().__init__(url, keeping, lease=_LEASE, queue=6)
        self.host = self.watched = Watched(keeping)
        self.watched.truth = truth
        self.broker._check_every = 0.2
        self.is_open = False
        self.fails: str | None = None

    def produces(self) -> bool:
        state = self.broker._state
        return state is not None and state.leases.holds(TOPIC, asyncio.get_running_loop().time())


class Round:
    """Random steps of some processes, and what all of them have to show in the end."""

    def __init__(self, server: RedisServer, keeping: Keeping, seed: int) -> None:
        self.random = random.Random(seed)
        self.server = server
        self.keeping = keeping
        truth: dict[Position, str] = {}
        self.processes = [Process(server.url, keeping, truth) for _ in range(3)]
        self.numbers = itertools.count(1)
        self.published: list[tuple[str, dict[Process, int]]] = []
        self.done: list[str] = []

    async def run(self) -> list[str]:
        """Return what was wrong."""
        steps: list[tuple[Callable[[Process], Awaitable[None]], int]] = [
            (self.publish, 10),
            (self.toggle, 2),
            (self.skip, 1),
            (self.begin, 1),
            (self.doubt, 3),
            (self.cut, 1),
            (self.restart, 1),
            (self.flush, 1),
            (self.delete, 1),
            (self.rest, 4),
        ]
        with self.server.client() as client:
            client.flushall()
            client.save()
        for process in self.processes:
            await process.broker.start(process.host)
        try:
            for process in self.processes[:2]:
                await self.toggle(process)
            for _ in range(_STEPS):
                (step, _), process = (
                    self.random.choices(steps, [weight for _, weight in steps])[0],
                    self.random.choice(self.processes),
                )
                self.done.append(f"{step.__name__} {self.processes.index(process)}")
                await step(process)
            return await self.wrong()
        finally:
            for process in self.processes:
                await process.broker.stop()

    # -- steps

    async def publish(self, process: Process) -> None:
        for _ in range(self.random.choice([1, 2, 9])):
            produced = process.produces()
            if not produced and not self.keeping.published and self.random.random() < 0.7:
                continue
            data = str(next(self.numbers))
            listening = {
                it: it.watched.signals
                for it in self.processes
                if it.is_open and it.watched.position.epoch
            }
            self.published.append((data, listening))
            process.broker.publish(TOPIC, data, produced=produced)

    async def toggle(self, process: Process) -> None:
        if process.is_open:
            process.is_open = False
            process.watched.got.clear()  # who joins again gets the history again
            for _, listening in self.published:
                listening.pop(process, None)
            await process.broker.close(TOPIC)
            process.watched.position = Position("", 0)
        else:
            await process.open()
            process.is_open = True

    async def skip(self, process: Process) -> None:
        process.broker.skip(TOPIC, 2)

    async def begin(self, process: Process) -> None:
        process.broker.begin(TOPIC)

    async def doubt(self, process: Process) -> None:
        """Let the next batch have no answer."""
        process.fails = self.random.choice(["before", "after"])
        await self.publish(process)

    async def cut(self, process: Process) -> None:
        session = process.broker._session
        if session is not None:
            await session._link.close()

    async def restart(self, process: Process) -> None:
        """Let Redis come back with what it has saved last."""
        self.server.stop()
        await self.publish(process)
        await asyncio.sleep(0.05)
        self.server.start()

    async def flush(self, _: Process) -> None:
        with self.server.client() as client:
            client.flushall()

    async def delete(self, _: Process) -> None:
        with self.server.client() as client:
            keys = client.keys("*:state:*") + client.keys("*:history:*")
            if keys:
                client.delete(self.random.choice(keys))

    async def rest(self, _: Process) -> None:
        await asyncio.sleep(self.random.choice([0, 0.01, 0.1]))
        if self.random.random() < 0.3:
            with self.server.client() as client:
                client.save()

    # -- the end

    async def wrong(self) -> list[str]:
        """Return what is wrong when all is quiet."""
        listening = [it for it in self.processes if it.is_open]
        wrong: list[str] = []
        try:
            await until(lambda: all(it.broker.stats.connected for it in self.processes))
            await until(lambda: all(it.broker.stats.queued == 0 for it in self.processes))
            await asyncio.sleep(0.5)  # positions are compared every 0.2 s
            await until(lambda: len({it.watched.position for it in listening}) <= 1)
        except TimeoutError:
            wrong += [f"{it.watched.position} at rest" for it in listening]
        for process in self.processes:
            place = self.processes.index(process)
            wrong += [f"{place}: {it}" for it in process.watched.wrong]
        for data, before in self.published:
            for process, signals in before.items():
                if data not in process.watched.got and process.watched.signals == signals:
                    wrong.append(f"{self.processes.index(process)}: {data} was lost silently")
        return wrong


def broken_links(processes: list[Process]) -> Callable[[], None]:
    """Let links fail where a process says so; return what undoes it."""
    keep = Link.keep

    async def fail(self: Link, sent: bytes, batch: KeptBatch) -> list[Answer]:
        for process in processes:
            session = process.broker._session
            if process.fails and session is not None and session._link is self:
                fails, process.fails = process.fails, None
                if fails == "after":
                    await keep(self, sent, batch)
                raise ConnectionError("broken on purpose")
        return await keep(self, sent, batch)

    Link.keep = fail  # type: ignore[method-assign] # as monkeypatch would do

    def undo() -> None:
        Link.keep = keep  # type: ignore[method-assign] # the same

    return undo


async def one_round(server: RedisServer, seed: int) -> list[str]:
    """Run a round; return what was wrong, and the steps."""
    it = Round(server, PUBLISHED if seed % 2 else KEEPING, seed)
    undo = broken_links(it.processes)
    try:
        wrong = await it.run()
    finally:
        undo()
    return [*wrong, *it.done] if wrong else []


async def main(first: int, rounds: int) -> bool:
    """Run and print all rounds; return whether all succeeded."""
    fine = True
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as server:
        for seed in range(first, first + rounds):
            wrong = await one_round(server, seed)
            fine = fine and not wrong
            for line in wrong:
                sys.stdout.write(f"{seed}: {line}\n")
            sys.stdout.flush()
    return fine


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    sys.exit(0 if asyncio.run(main(options.seed, options.rounds)) else 1)
