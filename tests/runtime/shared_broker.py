"""A broker between apps on one event loop, which gives positions as the one with Redis does."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from wsgen_runtime import BrokerHost, BrokerStats, Position


@dataclass(eq=False)
class Shared:
    """A topic in all processes."""

    epochs: int = 0
    seq: int = 0
    owner: "SharedBroker | None" = None
    listeners: list["SharedBroker"] = field(default_factory=list)

    @property
    def position(self) -> Position:
        return Position(f"e{self.epochs}", self.seq)


class Between:
    """What the brokers of all processes share. A message takes a turn of the event loop to each of them."""

    def __init__(self) -> None:
        self.topics: dict[str, Shared] = {}
        self.asks = 0
        self.deaf = False
        """Whether nobody is told that a state is wanted, as if its producer had just died."""
        self.losing = 0
        """How many of the next updates get lost on the way to those that do not produce them."""

    def send(self, topic: str, act: Callable[[BrokerHost], object]) -> None:
        for broker in tuple(self.topics[topic].listeners):
            asyncio.get_running_loop().call_soon(broker.act, act)


class SharedBroker:
    """The broker of one process."""

    shared = True
    stats = BrokerStats()

    def __init__(self, between: Between) -> None:
        self.between = between
        self.host: BrokerHost | None = None

    def act(self, act: Callable[[BrokerHost], object]) -> None:
        if self.host is not None:
            act(self.host)

    async def start(self, host: BrokerHost) -> None:
        self.host = host

    async def stop(self) -> None:
        self.host = None

    async def open(self, topic: str) -> bool:
        shared = self.between.topics.setdefault(topic, Shared())
        shared.listeners.append(self)
        shared.owner = shared.owner or self
        self.act(lambda host: host.stand(topic, shared.position, (), continued=False))
        return shared.owner is self

    async def close(self, topic: str) -> None:
        shared = self.between.topics[topic]
        shared.listeners.remove(self)
        if shared.owner is self:
            shared.owner = next(iter(shared.listeners), None)
            if shared.owner is not None:
                shared.owner.act(lambda host: host.own(topic, True))

    def publish(self, topic: str, data: str, *, produced: bool) -> None:
        shared = self.between.topics.setdefault(topic, Shared())
        if produced and shared.owner is not self:
            return
        shared.seq += 1
        position = shared.position
        lost, self.between.losing = self.between.losing, max(0, self.between.losing - 1)
        for broker in shared.listeners:
            if not lost or broker is self:
                asyncio.get_running_loop().call_soon(
                    broker.act, lambda host: host.deliver(topic, data, position)
                )

    def end(self, topic: str, reason: str) -> None:
        self.between.send(topic, lambda host: host.end(topic, reason))

    def begin(self, topic: str) -> None:
        shared = self.between.topics[topic]
        shared.epochs += 1
        shared.seq = 0
        position = shared.position
        self.between.send(topic, lambda host: host.stand(topic, position, (), continued=False))

    def skip(self, topic: str, count: int) -> None:
        self.between.topics[topic].seq += count

    def snapshot(self, topic: str, data: str) -> None:
        position = self.between.topics[topic].position
        self.between.send(topic, lambda host: host.snapshot(topic, data, position))

    def ask_heard(self, topic: str) -> None:
        if self.between.topics[topic].listeners == [self]:
            asyncio.get_running_loop().call_soon(self.act, lambda host: host.unheard(topic))

    def ask_snapshot(self, topic: str) -> None:
        self.between.asks += 1
        owner = self.between.topics[topic].owner
        if owner is not None and not self.between.deaf:
            asyncio.get_running_loop().call_soon(
                owner.act, lambda host: host.wanted_snapshot(topic)
            )
