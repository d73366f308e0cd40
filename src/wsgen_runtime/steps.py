"""Carries out the steps that the topic bookkeeping asks for, with the broker and the services."""

import asyncio
import inspect
import logging
from collections.abc import Callable

from wsgen_runtime.brokers.base import Broker
from wsgen_runtime.channel import Channel
from wsgen_runtime.client import Client
from wsgen_runtime.feed import Feed
from wsgen_runtime.protocol import FrameId
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics import Outcome, Step, TopicIndex

_log = logging.getLogger("wsgen_runtime")

Post = Callable[[Feed, str, str], None]
Done = Callable[[str, Channel, Outcome[Client, FrameId]], None]


class Steps:
    """Runs each topic's steps one after the other, in a task that lives as long as there is a next one.

    `post(feed, topic, data)` takes the updates of producers, `done(topic, channel, outcome)` hears of each step,
    `idle()` of each topic that is forgotten.
    """

    def __init__(
        self,
        topics: TopicIndex[Client, FrameId],
        broker: Broker,
        counters: Counters,
        *,
        post: Post,
        done: Done,
        idle: Callable[[], None],
    ) -> None:
        self.channels: dict[str, Channel] = {}
        self._topics = topics
        self._broker = broker
        self._counters = counters
        self._post = post
        self._done = done
        self._idle = idle

    def advance(self, topic: str) -> None:
        """Start the topic's next step, if there is one and none is under way."""
        channel = self.channels.get(topic)
        if channel is None or channel.task is not None:
            return
        step = self._topics.next_step(topic)
        if step is None:
            self._forget_if_done(topic)
        else:
            task = asyncio.get_running_loop().create_task(self._run(topic, channel, step))
            # With an eager task factory it may be done by now.
            if not task.done():
                channel.task = task

    async def cancel_all(self) -> None:
        """Stop all steps where they are."""
        tasks = [channel.task for channel in self.channels.values() if channel.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, topic: str, channel: Channel, step: Step | None) -> None:
        try:
            while step is not None:
                outcome = await self._take(topic, channel, step)
                self._done(topic, channel, outcome)
                step = self._topics.next_step(topic)
        finally:
            channel.task = None
            self._forget_if_done(topic)

    async def _take(self, topic: str, channel: Channel, step: Step) -> Outcome[Client, FrameId]:
        failed = owned = False
        try:
            if step is Step.OPEN:
                owned = await self._broker.open(topic)
            elif step is Step.CREATE:
                await self._create(topic, channel)
            elif step is Step.REMOVE:
                await self._remove(topic, channel)
            else:
                await self._broker.close(topic)
        except Exception:
            # Services and brokers are user code: whatever it is, the other topics go on.
            failed = True
            self._counters.failures += 1
            context = {"step": step.name, "route": channel.router.route}
            _log.exception("a topic's step failed", extra=context)
        return self._topics.finish(topic, failed=failed, owned=owned)

    async def _create(self, topic: str, channel: Channel) -> None:
        feed = Feed(channel.router, lambda feed, data: self._post(feed, topic, data))
        channel.feed = feed
        try:
            await _settled(channel.router.service.create_topic(topic, feed))
        except BaseException:
            feed.close()
            channel.feed = None
            raise

    async def _remove(self, topic: str, channel: Channel) -> None:
        if channel.feed is not None:
            channel.feed.close()
            channel.feed = None
        await _settled(channel.router.service.remove_topic(topic))

    def _forget_if_done(self, topic: str) -> None:
        if topic not in self._topics:
            self.channels.pop(topic, None)
            self._idle()


async def _settled(result: object) -> None:
    """Await `result` if it can be: a service's methods may be plain functions."""
    if inspect.isawaitable(result):
        await result
