"""The hub: carries out what the topic bookkeeping asks for, and carries updates from producers to clients."""

import asyncio
import inspect
import logging
import threading
from collections import deque
from collections.abc import Mapping
from typing import Literal

from wsgen_runtime.brokers.base import Broker
from wsgen_runtime.client import Client
from wsgen_runtime.closing import CloseCode
from wsgen_runtime.feed import Feed
from wsgen_runtime.frames import (
    cancelled_frame,
    error_frame,
    status_frame,
    subscribed_frame,
)
from wsgen_runtime.inbox import Inbox
from wsgen_runtime.limits import Limits
from wsgen_runtime.models import ErrorCode, StatusPayload
from wsgen_runtime.protocol import Fault, FrameId
from wsgen_runtime.router import WsRouter
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics import Joined, Outcome, Step, TopicIndex

_log = logging.getLogger("wsgen_runtime")


class _Channel:
    """What the hub keeps for one topic beside its bookkeeping."""

    __slots__ = ("feed", "held", "router", "task")

    def __init__(self, router: WsRouter) -> None:
        self.router = router
        self.feed: Feed | None = None
        # Updates that come before the first subscriber has its answer.
        self.held: deque[str] = deque(maxlen=router.delivery.queue)
        self.task: asyncio.Task[None] | None = None


class Hub:
    """All topics of one app on one event loop. Only `publish` and feeds may be used from other threads."""

    def __init__(self, broker: Broker, limits: Limits, counters: Counters) -> None:
        self._broker = broker
        self._limits = limits
        self._counters = counters
        self._topics: TopicIndex[Client, FrameId] = TopicIndex()
        self._channels: dict[str, _Channel] = {}
        self._clients: dict[int, Client] = {}
        self._inbox = Inbox(limits.pending_updates, self._take)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._empty: asyncio.Event | None = None

    # -- life

    async def start(self) -> None:
        """Serve on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        await self._broker.start(self)

    async def stop(self, within: float) -> None:
        """Tell all clients to go, let producers stop, and give up on both after `within` seconds."""
        for client in tuple(self._clients.values()):
            client.close(CloseCode.GOING_AWAY, "The server shuts down")
        try:
            async with asyncio.timeout(within):
                await self._quiet()
        except TimeoutError:
            _log.warning("shutdown timed out", extra={"topics": len(self._topics)})
        for channel in tuple(self._channels.values()):
            if channel.task is not None:
                channel.task.cancel()
        self._inbox.clear()
        await self._broker.stop()
        self._loop = None

    async def _quiet(self) -> None:
        while self._clients or self._channels:
            self._empty = asyncio.Event()
            await self._empty.wait()

    # -- clients

    @property
    def clients(self) -> Mapping[int, Client]:
        """Return the connected clients by their id."""
        return self._clients

    @property
    def topics(self) -> TopicIndex[Client, FrameId]:
        """Return the bookkeeping, to be read."""
        return self._topics

    @property
    def lost_updates(self) -> int:
        """Return how many updates threads published faster than the loop took them."""
        return self._inbox.lost

    def add(self, client: Client) -> None:
        """Know `client` from now on."""
        self._clients[client.id] = client

    def drop(self, client: Client) -> None:
        """Forget `client` and all its subscriptions."""
        if self._clients.pop(client.id, None) is None:
            return
        self._counters.drops += client.dropped
        for topic in self._topics.drop(client):
            self._advance(topic)
        client.release()
        self._wake()

    def answer(self, client: Client, frame: str) -> None:
        """Send an answer or a notice to `client`; one that does not read its answers is disconnected."""
        if not client.send(frame):
            self._disconnect_slow(client)

    def refuse(self, client: Client, fault: Fault) -> None:
        """Answer with an error frame, and close the socket if the fault asks for it."""
        self._counters.errors += 1
        if fault.cause is not None:
            _log.error("request failed", exc_info=fault.cause, extra={"client": client.id})
        self.answer(client, error_frame(fault))
        if fault.close is not None:
            client.close(fault.close, fault.message)

    # -- subscriptions

    def subscribe(self, client: Client, router: WsRouter, topic: str, frame_id: FrameId) -> None:
        """Subscribe `client`; it is answered once updates flow, or the attempt failed."""
        if topic not in self._channels:
            self._channels[topic] = _Channel(router)
        if self._topics.join(topic, client, frame_id) is Joined.READY:
            self.answer(client, subscribed_frame(router.route, topic, frame_id))
        else:
            self._advance(topic)

    def unsubscribe(self, client: Client, router: WsRouter, topic: str) -> bool:
        """Unsubscribe `client`; return whether it was subscribed."""
        unanswered = self._topics.leave(topic, client)
        if unanswered is None:
            return False
        client.seal(topic)
        for frame_id in unanswered:
            message = "Unsubscribed before the topic began"
            self.answer(client, subscribed_frame(router.route, topic, frame_id, message))
        self._advance(topic)
        return True

    def cancel(self, topic: str, reason: str) -> int:
        """End all subscriptions to `topic`, tell the clients, and return how many there were."""
        channel = self._channels.get(topic)
        if channel is None:
            return 0
        outcome = self._topics.cancel(topic)
        self._tell(channel.router.route, topic, outcome, reason)
        self._advance(topic)
        return len(outcome.ended) + len(outcome.failed)

    # -- updates

    def publish(self, router: WsRouter, topic: str, data: object) -> None:
        """Publish an update that does not come from the topic's producer. Any thread may call it."""
        channel = self._channels.get(topic)
        feed = channel.feed if channel is not None else None
        if feed is None and self._broker.shared:
            feed = Feed(router, topic, self._post)
        if feed is not None:
            feed(data)

    def deliver(self, topic: str, frame: str) -> None:
        """Send `frame` to the topic's subscribers: what the broker calls."""
        entry = self._topics.get(topic)
        if entry is None:
            return
        channel = self._channels[topic]
        members = entry.members
        if not members:
            if entry.waiting:
                channel.held.append(frame)
            return
        self._counters.updates += 1
        self._counters.deliveries += len(members)
        route, delivery = channel.router.route, channel.router.delivery
        # One message for all: an ASGI server reads it and keeps nothing.
        message = {"type": "websocket.send", "text": frame}
        size = len(frame)
        slow: list[Client] | None = None
        for client in members:
            if not client.send_update(message, size, route, topic, delivery):
                slow = [client] if slow is None else [*slow, client]
        for client in slow or ():
            self._disconnect_slow(client)

    def own(self, topic: str, owned: bool) -> None:
        """Produce `topic` here, or no longer: what the broker calls when production moves."""
        self._topics.own(topic, owned)
        self._advance(topic)

    def report(self, status: Literal["connected", "disconnected"]) -> None:
        """Tell all clients whether updates from other processes come."""
        _log.warning("broker status changed", extra={"status": status})
        frame = status_frame(StatusPayload(broker=status))
        for client in tuple(self._clients.values()):
            self.answer(client, frame)

    def _post(self, feed: Feed, data: str) -> None:
        """Take an update from a feed, on whatever thread it was published."""
        if threading.get_ident() == self._thread:
            self._take(feed, data)
        elif self._loop is not None:
            self._inbox.put(self._loop, feed, data)

    def _take(self, feed: Feed, data: str) -> None:
        if not feed.closed:
            self._broker.publish(feed.topic, feed.frame(data))

    def _disconnect_slow(self, client: Client) -> None:
        client.close(CloseCode.TRY_LATER, "The client reads too slowly", discard=True)

    # -- the steps of a topic

    def _advance(self, topic: str) -> None:
        """Start the topic's next step, if there is one, in a task of its own until there is none left."""
        channel = self._channels.get(topic)
        if channel is None or channel.task is not None:
            return
        step = self._topics.next_step(topic)
        if step is None:
            self._forget_if_done(topic)
            return
        channel.task = asyncio.get_running_loop().create_task(self._run(topic, channel, step))

    async def _run(self, topic: str, channel: _Channel, step: Step | None) -> None:
        try:
            while step is not None:
                outcome = await self._take_step(topic, channel, step)
                self._tell(channel.router.route, topic, outcome, "The topic's source failed")
                self._flush(topic, channel)
                step = self._topics.next_step(topic)
        finally:
            channel.task = None
            self._forget_if_done(topic)

    async def _take_step(
        self, topic: str, channel: _Channel, step: Step
    ) -> Outcome[Client, FrameId]:
        failed = owned = False
        try:
            if step is Step.OPEN:
                owned = await self._broker.open(topic)
            elif step is Step.CLOSE:
                await self._broker.close(topic)
            elif step is Step.CREATE:
                channel.feed = Feed(channel.router, topic, self._post)
                await _settled(channel.router.service.create_topic(topic, channel.feed))
            else:
                if channel.feed is not None:
                    channel.feed.close()
                    channel.feed = None
                await _settled(channel.router.service.remove_topic(topic))
        except Exception:  # services and brokers are user code
            failed = True
            self._counters.errors += 1
            _log.exception(
                "topic step failed", extra={"step": step.name, "route": channel.router.route}
            )
            if step is Step.CREATE and channel.feed is not None:
                channel.feed.close()
                channel.feed = None
        return self._topics.finish(topic, failed=failed, owned=owned)

    def _tell(self, route: str, topic: str, outcome: Outcome[Client, FrameId], reason: str) -> None:
        for client, frame_ids in outcome.subscribed:
            for frame_id in frame_ids:
                self.answer(client, subscribed_frame(route, topic, frame_id))
        for client, frame_ids in outcome.failed:
            for frame_id in frame_ids:
                fault = Fault(ErrorCode.INTERNAL, reason, id=frame_id)
                self.refuse(client, fault)
        for client in outcome.ended:
            client.seal(topic)
            self.answer(client, cancelled_frame(route, topic, reason))

    def _flush(self, topic: str, channel: _Channel) -> None:
        """Deliver what was held back until the first subscribers had their answers."""
        entry = self._topics.get(topic)
        if entry is not None and entry.waiting:
            return
        held = tuple(channel.held)
        channel.held.clear()
        for frame in held:
            self.deliver(topic, frame)

    def _forget_if_done(self, topic: str) -> None:
        if topic not in self._topics:
            self._channels.pop(topic, None)
            self._wake()

    def _wake(self) -> None:
        if self._empty is not None:
            self._empty.set()


async def _settled(result: object) -> None:
    """Await `result` if it is awaitable: a service's methods may be plain functions."""
    if inspect.isawaitable(result):
        await result
