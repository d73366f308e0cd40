"""Models, services and helpers of the runtime's tests."""

import asyncio
from collections.abc import Callable, Iterable

from pydantic import BaseModel

from wsgen_runtime import Delivery, History, TopicUpdate, WsRouter, WsRouteService


class BarRequest(BaseModel):
    symbol: str
    resolution: str | None = None


class Bar(BaseModel):
    close: float


class Recorder:
    """A service that records its calls, and keeps the `topic_update` of each topic."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []
        self.feeds: dict[str, TopicUpdate] = {}

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        self.log.append(("create", topic))
        self.feeds[topic] = topic_update

    def remove_topic(self, topic: str) -> None:
        self.log.append(("remove", topic))
        del self.feeds[topic]


class Gated(Recorder):
    """A service whose methods wait until the test lets them return."""

    def __init__(self) -> None:
        super().__init__()
        self.create_gate = asyncio.Event()
        self.remove_gate = asyncio.Event()
        self.remove_gate.set()
        self.error: Exception | None = None

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        await super().create_topic(topic, topic_update)
        await self.create_gate.wait()
        if self.error is not None:
            del self.feeds[topic]
            raise self.error

    async def remove_topic(self, topic: str) -> None:  # type: ignore[override] # both forms are allowed
        super().remove_topic(topic)
        await self.remove_gate.wait()


class BarRouter(WsRouter):
    """A router as wsgen would generate it."""

    def __init__(
        self,
        *,
        service: WsRouteService | None = None,
        route: str = "bars",
        delivery: Delivery | None = None,
        history: History | None = None,
        replay: int = 0,
    ) -> None:
        super().__init__(
            service=service,
            route=route,
            request_type=BarRequest,
            data_type=Bar,
            delivery=delivery,
            history=history,
            replay=replay,
            published=service is None,
        )

    def topic(self, request: BarRequest) -> str:
        return self._topic(request)

    def publish(self, request: BarRequest, data: Bar) -> None:
        self._publish(request, data)


def publish_all(feed: TopicUpdate, updates: Iterable[object]) -> None:
    """Publish `updates` one after the other, as a thread does."""
    for update in updates:
        feed(update)


AAPL = {"symbol": "AAPL"}
AAPL_TOPIC = 'bars:{"resolution":"","symbol":"AAPL"}'


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop run until `condition` holds; fails after a long time."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0)


async def turns(count: int = 20) -> None:
    """Run everything that is ready, to show that something does not happen."""
    for _ in range(count):
        await asyncio.sleep(0)
