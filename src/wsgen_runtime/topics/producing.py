"""Producers: services of every shape, turned into something that starts and stops."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from wsgen_runtime.router import WsRouter
from wsgen_runtime.service import Topic
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics.feed import Feed
from wsgen_runtime.topics.streams import StreamProducer
from wsgen_runtime.user_code.calls import call
from wsgen_runtime.user_code.service_shapes import stream_of
from wsgen_runtime.user_code.slow_calls import Awaited, SlowCalls

HINT = "start long work in a task of its own, and return"


class Producer(Protocol):
    """Produces the updates of one topic, once."""

    async def start(self, topic: Topic[BaseModel], feed: Feed) -> None:
        """Start, and publish by `feed`; raises what the service raises instead of starting."""

    async def stop(self) -> None:
        """Stop, after `feed` was closed; raises what the service raises."""

    def abandon(self) -> asyncio.Task[None] | None:
        """Return the task that produces, if there is one, to cancel it without a call of `stop`."""


def producer_of(
    router: WsRouter,
    crowded: Callable[[], bool],
    counters: Counters,
    context: Context,
    slow: SlowCalls,
    within: float | None,
) -> Producer:
    """Return a new producer of one topic, as the service of `router` is now.

    It may take `within` seconds to start and to stop. A stream runs in a copy of `context`, and waits while
    `crowded` returns True.
    """
    stream = stream_of(router.service)
    if stream is None:
        return PairProducer(router, slow, within)
    return StreamProducer(router, stream, crowded, counters, context, slow, within)


@dataclass(slots=True, eq=False)
class PairProducer:
    """Calls `create_topic` and `remove_topic` of a service."""

    router: WsRouter
    slow: SlowCalls
    within: float | None
    _topic: Topic[BaseModel] | None = None

    async def start(self, topic: Topic[BaseModel], feed: Feed) -> None:
        """Call `create_topic`."""
        self._topic = topic
        waiting = Awaited(self.slow, "create_topic", self.router.route, HINT)
        create = self.router.service.create_topic
        await call(create, topic, feed, within=self.within, waiting=waiting)

    async def stop(self) -> None:
        """Call `remove_topic`."""
        waiting = Awaited(self.slow, "remove_topic", self.router.route, HINT)
        remove = self.router.service.remove_topic
        await call(remove, self._topic, within=self.within, waiting=waiting)

    def abandon(self) -> None:
        """Return None: the service has its own tasks."""
