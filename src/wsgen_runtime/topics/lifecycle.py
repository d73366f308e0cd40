"""Runs the steps of topics: has the broker open and close them, and services create and remove producers."""

import asyncio
import logging
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from pydantic import BaseModel

from wsgen_runtime.brokers.base import Broker
from wsgen_runtime.errors import ServiceError, sound
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.events import Question
from wsgen_runtime.protocol.no_request import NoRequest
from wsgen_runtime.protocol.topic_names import name_of
from wsgen_runtime.service import Topic
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics.channel import Channel
from wsgen_runtime.topics.feed import Feed, Posted
from wsgen_runtime.topics.producing import HINT, producer_of
from wsgen_runtime.topics.subscriptions import TopicIndex, TopicOutcome, TopicStep
from wsgen_runtime.user_code.calls import call
from wsgen_runtime.user_code.slow_calls import SlowCalls
from wsgen_runtime.user_code.stubborn import OverdueError

_log = logging.getLogger("wsgen_runtime")
_BEGINS = 1.0  # seconds after which the first subscribers are answered without a position
_STUBBORN = 1.0  # seconds within which cancelled tasks should end
_VERBS = {
    TopicStep.OPEN: "open",
    TopicStep.CREATE: "start",
    TopicStep.READ: "read its position",
    TopicStep.REMOVE: "stop",
    TopicStep.CLOSE: "close",
}


@dataclass(slots=True, eq=False)
class Lifecycle:
    """Runs the steps of each topic one after the other, in a task that ends when there is no next step.

    A service may take `within` seconds. `post` is called with the updates of producers and their ends,
    `begin(topic, channel)` before a producer is created, `done(topic, channel, outcome)` after each step,
    `rest(topic, channel)` when there is no next step, and `idle()` when a topic was removed. `begin`, and
    `position(channel)` for a topic without a producer here, may return a future that is done when the position of
    the topic is known. Streams wait while `crowded()`.
    """

    topics: TopicIndex[Client, Question]
    channels: dict[str, Channel]
    broker: Broker
    counters: Counters
    within: float | None
    post: Callable[[Posted], None]
    begin: Callable[[str, Channel], asyncio.Future[None] | None]
    position: Callable[[Channel], asyncio.Future[None] | None]
    crowded: Callable[[], bool]
    done: Callable[[str, Channel, TopicOutcome[Client, Question]], None]
    rest: Callable[[str, Channel], None]
    idle: Callable[[], None]
    context: Context = field(default_factory=copy_context)
    """The context variables of streams: those of the app's start, and not those of a client."""
    _slow: SlowCalls = field(default_factory=SlowCalls)

    def advance(self, topic: str) -> None:
        """Start the next step of the topic, if there is one and none is running."""
        channel = self.channels.get(topic)
        if channel is None or channel.task is not None:
            return
        step = self.topics.next_step(topic)
        if step is None:
            self._rest(topic, channel)
        else:
            task = asyncio.get_running_loop().create_task(self._run(topic, channel, step))
            # With an eager task factory, the task may be done already.
            if not task.done():
                channel.task = task

    async def cancel_all(self) -> None:
        """Cancel all steps and ignore all further updates; tasks that do not end in time are left alone."""
        tasks: dict[asyncio.Task[None], str] = {}
        for channel in self.channels.values():
            producer = channel.producer
            for task in (channel.task, None if producer is None else producer.abandon()):
                if task is not None:
                    tasks[task] = channel.router.route
                    task.cancel()
        if tasks:
            _, stubborn = await asyncio.wait(tasks, timeout=_STUBBORN)
            if stubborn:
                routes = ", ".join(sorted({tasks[task] for task in stubborn}))
                _log.error(
                    "services of the routes %s do not end although they are cancelled: let them pass on"
                    " CancelledError",
                    routes,
                    extra={"topics": len(stubborn)},
                )
        self.forget_all()

    def forget_all(self) -> None:
        """Remove all topics; further updates of their producers are ignored."""
        for channel in self.channels.values():
            channel.close_feed()
        self.channels.clear()

    async def _run(self, topic: str, channel: Channel, step: TopicStep | None) -> None:
        try:
            while step is not None:
                owned = await self._take(topic, channel, step)
                if self.channels.get(topic) is not channel:
                    return  # removed by a shutdown that did not wait any longer
                outcome = self.topics.finish(topic, failed=owned is None, owned=bool(owned))
                self.done(topic, channel, outcome)
                step = self.topics.next_step(topic)
        finally:
            channel.task = None
            self._rest(topic, channel)

    async def _take(self, topic: str, channel: Channel, step: TopicStep) -> bool | None:
        """Run one step; return whether the topic is to be produced here (for OPEN), or None if it failed."""
        try:
            return await self._perform(topic, channel, step)
        except Exception as raised:
            # Services and brokers are user code, and must not affect other topics.
            error = sound(raised)
            if isinstance(error, ServiceError):
                self.counters.refusals += 1
                channel.refusal = error
            else:
                self._note(channel, step, error)
            return None

    def _note(self, channel: Channel, step: TopicStep, error: BaseException) -> None:
        route = channel.router.route
        message = f"a topic of the route {route} failed to {_VERBS[step]}"
        if isinstance(error, OverdueError):
            message += f" in time; {HINT}"
        self.counters.fail(message, error, step=step.name, route=route)

    async def _perform(self, topic: str, channel: Channel, step: TopicStep) -> bool:
        if step is TopicStep.OPEN:
            return await self._open(topic, channel)
        if step is TopicStep.CLOSE:
            await call(self.broker.close, topic, within=None)
        elif step is TopicStep.CREATE:
            await self._create(topic, channel)
        elif step is TopicStep.READ:
            behind, channel.behind = channel.behind, None
            if behind is not None:
                await asyncio.wait({behind}, timeout=_BEGINS)
        else:
            await self._remove(channel)
        return False

    async def _open(self, topic: str, channel: Channel) -> bool:
        owned = bool(await call(self.broker.open, topic, within=None))
        known = None if owned else self.position(channel)
        if known is not None:
            await asyncio.wait({known}, timeout=_BEGINS)
            entry = self.topics.get(topic)
            owned = entry is not None and entry.owned  # which may have changed meanwhile
        # A published route has no producer, in no process.
        return owned and not channel.router.published

    async def _create(self, topic: str, channel: Channel) -> None:
        begun = self.begin(topic, channel)
        router = channel.router
        producer = producer_of(
            router, self.crowded, self.counters, self.context, self._slow, self.within
        )
        feed = channel.feed = Feed(router, topic, self.post)
        try:
            await producer.start(_topic_of(topic, channel), feed)
        except BaseException:  # a cancelled start as well
            channel.close_feed()
            raise
        channel.producer = producer
        if begun is not None:
            await asyncio.wait({begun}, timeout=_BEGINS)

    async def _remove(self, channel: Channel) -> None:
        channel.close_feed()
        if channel.producer is not None:
            try:
                await channel.producer.stop()
            finally:
                channel.producer = None

    def _rest(self, topic: str, channel: Channel) -> None:
        self.rest(topic, channel)
        if topic not in self.topics:
            self.channels.pop(topic, None)
            self.idle()


def _topic_of(key: str, channel: Channel) -> Topic[BaseModel]:
    request = NoRequest() if channel.request is None else channel.request
    return Topic(name_of(key), request, channel.router.route, key)
