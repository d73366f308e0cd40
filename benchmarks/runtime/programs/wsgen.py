"""This runtime, with a router as wsgen generates it, mounted in FastAPI as the documentation shows."""

import asyncio

from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.runtime.programs.bar import Bar, bar_at
from wsgen_runtime import Limits, TopicUpdate, WsApp, WsRouter

SUBSCRIBE = '{"type":"bars.subscribe","payload":{"symbol":"S%d"}}'
UNSUBSCRIBE = '{"type":"bars.unsubscribe","payload":{"symbol":"S%d"}}'


class BarsRequest(BaseModel):
    """Which bars to send."""

    symbol: str


class Service:
    """Keeps the `topic_update` of each topic."""

    def __init__(self) -> None:
        self.feeds: dict[str, TopicUpdate] = {}

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start producing."""
        self.feeds[topic] = topic_update

    async def remove_topic(self, topic: str) -> None:
        """Stop producing."""
        del self.feeds[topic]


_service = Service()
# No limits that the other contestants do not have.
_limits = Limits(frames_per_second=None)
_ws_app = WsApp(
    routers=[WsRouter(service=_service, route="bars", request_type=BarsRequest, data_type=Bar)],
    limits=_limits,
)
app = FastAPI()
app.router.routes.extend(_ws_app.routes("/"))


async def publish(number: int, bar: Bar) -> None:
    """Publish `bar` as a producer does."""
    _service.feeds[f'bars:{{"symbol":"S{number}"}}'](bar)


async def clog() -> None:
    """Publish large updates of the topic 1 until some wait for a subscriber that does not read."""
    while not _ws_app.stats.queued:
        await publish(1, bar_at(1, 0.0).model_copy(update={"symbol": "x" * 100_000}))
        await asyncio.sleep(0)
