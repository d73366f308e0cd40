"""Services of the harness: all updates are numbered by their source, and logged before they are sent.

They use nothing that the version before did not have, since its processes run them too.
"""

import asyncio
import itertools
import json
import os
import random
from collections.abc import AsyncIterator

from pydantic import BaseModel

from tests.continuity.truth import Made, Truth
from wsgen_runtime import TopicUpdate, WsRouter

BURST = 3
CELLS = 4
REPLAY = 3
_starts = itertools.count(1)


class Ask(BaseModel):
    name: str


class Step(BaseModel):
    source: str
    number: int
    pad: str = ""


class Whole(BaseModel):
    """The state after `number` updates: cell `number % CELLS` has the number of the last update of it."""

    source: str
    number: int
    cells: list[int]


def whole(made: Made) -> Whole:
    """Return the state after an update, which follows from its number."""
    last = range(made.number, max(made.number - CELLS, 0), -1)
    cells = {number % CELLS: number for number in last}
    return Whole(
        source=made.source, number=made.number, cells=[cells.get(i, 0) for i in range(CELLS)]
    )


class Pace:
    """Waits until the next update is to be made, as the harness has ordered."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._burst = 0.0
        self._left = 0

    async def next(self) -> None:
        """Wait for the time of the next update."""
        while True:
            word, number = self._truth.ordered()
            if word == "run":
                await asyncio.sleep(number)
                return
            if word == "burst" and number > self._burst:
                self._burst, self._left = number, BURST
            if self._left:
                self._left -= 1
                return
            await asyncio.sleep(0.01)


class Counting:
    """A stream that counts its updates from each start on, and knows the state after each."""

    def __init__(self, truth: Truth, route: str, pad: int) -> None:
        self._truth = truth
        self._route = route
        self._pad = "x" * pad
        self._states: dict[str, Made] = {}

    async def stream(self, request: Ask) -> AsyncIterator[Step]:
        source = f"{os.getpid()}.{next(_starts)}"
        topic = f"{self._route}:{request.name}"
        self._states[request.name] = Made(source, 0)
        pace = Pace(self._truth)
        for number in itertools.count(1):
            await pace.next()
            made = Made(source, number)
            self._truth.log(topic, made)
            self._states[request.name] = made
            yield Step(source=source, number=number, pad=self._pad)


class CountingWithState(Counting):
    """The same with the state as of when `snapshot` returns."""

    async def snapshot(self, request: Ask) -> Whole:
        await asyncio.sleep(random.choice((0, 0.001, 0.02)))
        return whole(self._states[request.name])


class Pair:
    """The same as a founding pair, which runs its streams in tasks of its own."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        name = json.loads(topic.partition(":")[2])["name"]
        self._tasks[topic] = asyncio.create_task(self._feed(name, topic_update))

    async def remove_topic(self, topic: str) -> None:
        self._tasks.pop(topic).cancel()

    async def _feed(self, name: str, topic_update: TopicUpdate) -> None:
        async for step in self._counting.stream(Ask(name=name)):
            topic_update(step)


class Published:
    """Publishes to the topics of a route without a service, as any process may."""

    def __init__(self, truth: Truth, router: WsRouter, name: str) -> None:
        self._truth = truth
        self._router = router
        self._name = name

    async def run(self) -> None:
        """Publish as ordered, for ever."""
        source = f"{os.getpid()}.{next(_starts)}"
        pace = Pace(self._truth)
        for number in itertools.count(1):
            await pace.next()
            self._truth.log(f"alerts:{self._name}", Made(source, number))
            data = Step(source=source, number=number)
            self._router._publish(Ask(name=self._name), data)
