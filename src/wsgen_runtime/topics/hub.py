"""The hub: subscriptions of clients to topics, and what it takes to start and to end them."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from itertools import count
from secrets import token_urlsafe
from typing import Literal, cast

from pydantic import BaseModel

from wsgen_runtime.brokers.base import Broker, Keeper, Keeping, is_keeper
from wsgen_runtime.errors import ServiceError, reason_of, refusal
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.clients import Clients
from wsgen_runtime.protocol.closing import CloseCode
from wsgen_runtime.protocol.events import Fault, Question
from wsgen_runtime.protocol.frames import cancelled_frame, subscribed_frame
from wsgen_runtime.protocol.payloads import ErrorCode
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.protocol.reasons import FAILED, Reason
from wsgen_runtime.protocol.topic_names import name_of
from wsgen_runtime.router import WsRouter
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics.channel import Channel
from wsgen_runtime.topics.continuity import Continuity
from wsgen_runtime.topics.directives import Directives
from wsgen_runtime.topics.lifecycle import Lifecycle
from wsgen_runtime.topics.lingering import Lingering
from wsgen_runtime.topics.slices import Fanouts
from wsgen_runtime.topics.snapshots import Snapshots
from wsgen_runtime.topics.subscriptions import Joined, TopicIndex, TopicOutcome, TopicStep
from wsgen_runtime.topics.updates import Updates

_log = logging.getLogger("wsgen_runtime")
_FAILED = Reason.of(FAILED)


class Hub:
    """All clients and topics of one app, on one event loop. Other threads may only publish."""

    def __init__(
        self,
        routers: Mapping[str, WsRouter],
        broker: Broker,
        limits: Limits,
        counters: Counters,
    ) -> None:
        self.topics: TopicIndex[Client, Question] = TopicIndex()
        self.clients = Clients(counters)
        self._routers = routers
        self._broker = broker
        self._counters = counters
        self._channels: dict[str, Channel] = {}
        self._keeper = _keeper_of(broker)
        self._epoch, self._epochs = token_urlsafe(9), count(1)
        self._fanouts = Fanouts()
        self._snapshots = Snapshots(
            self.topics,
            self._channels,
            self.clients,
            counters,
            self._keeper,
            limits.service_timeout,
            lambda posted: self.updates.hand_over(posted),
            lambda topic, position: self.stand(topic, position, (), continued=False),
            self._advance,
            self._fanouts,
        )
        self.updates = Updates(
            self.topics,
            self._channels,
            broker,
            limits,
            counters,
            self.clients.disconnect_slow,
            self.end,
            lambda topic, position: self.stand(topic, position, (), continued=False),
            self._reset,
            self._open_published,
            self.kept,
            self._keeper,
            self._snapshots,
            self._fanouts,
        )
        self._continuity = Continuity(
            self.topics,
            self._channels,
            self.clients,
            self.updates,
            self._snapshots,
            counters,
            self._fanouts,
        )
        ask_heard = getattr(self._keeper, "ask_heard", None)
        self._lingering = Lingering(
            self.topics, self._channels, limits.lingering, self._advance, ask_heard
        )
        self._lifecycle = Lifecycle(
            self.topics,
            self._channels,
            broker,
            counters,
            within=limits.service_timeout,
            post=self.updates.hand_over,
            begin=self._begin,
            position=self._position,
            crowded=self._is_crowded,
            done=self._step_done,
            rest=self._lingering.settle,
            idle=self._check_quiet,
        )
        self._alike: dict[str, set[str]] = {}
        """By name: the keys that are not names themselves; some are of topics that have ended."""
        self.directives = Directives(self.clients, broker, self._cancel_named)
        self.leaving: set[asyncio.Task[None]] = set()
        """Calls for clients that have gone, which a shutdown waits for while it can still publish."""
        self._capacity = limits.outbox_bytes
        self._quiet: asyncio.Event | None = None

    def topics_of(self, client: Client) -> tuple[str, ...]:
        """Return the names of the topics that the client is subscribed to, or waits for."""
        return tuple(sorted(map(name_of, self.topics.held_by(client).names)))

    def subscribers(self, name: str) -> tuple[Client, ...]:
        """Return the clients that are subscribed to the topic with this name."""
        entries = [self.topics.get(key) for key in self.named(name)]
        return tuple(
            client for entry in entries if entry is not None for client in entry.subscribed
        )

    @property
    def lingering(self) -> int:
        """Return the number of topics that live on without subscribers."""
        return len(self._lingering)

    def _is_crowded(self) -> bool:
        """Return whether services are ahead of what is sent, to other processes or to clients."""
        return self._fanouts.crowded or bool(getattr(self._broker, "crowded", False))

    # -- life

    async def start(self) -> None:
        """Start on the running event loop, without anything left from an event loop that has ended."""
        self.topics.clear()
        self._fanouts.clear()
        self._lingering.clear()
        self.leaving.clear()
        self._lingering.allow()
        self._lifecycle.forget_all()
        self._lifecycle.context = self._snapshots.context = copy_context()
        self.clients.report(None)
        self.updates.start()
        try:
            if self._broker.shared:
                for router in self._routers.values():
                    _ = router.label  # cached before clients connect, since it takes time
            await self._broker.start(self)
        except BaseException:  # a cancelled start as well
            self.updates.give_up()
            raise
        self.updates.deliver_all()

    async def stop(self, within: float) -> None:
        """Close the sockets of all clients and stop all producers, in at most `within` seconds.

        Clients get half of that time, so that the other half is left for producers.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + within
        self._fanouts.finish_all()
        for client in self.clients:
            client.close(CloseCode.GOING_AWAY, "Server is shutting down")
        self._lingering.end_all()
        if not await self._quiet_within(within / 2):
            for client in self.clients:
                client.abandon()
            if not await self._quiet_within(within / 2):
                context = {"clients": len(self.clients), "topics": len(self._channels)}
                _log.warning("the shutdown timed out", extra=context)
        if self.leaving:
            await asyncio.wait(set(self.leaving), timeout=max(0.0, ends - loop.time()))
        await self._lifecycle.cancel_all()
        self.topics.clear()
        self._lingering.clear()
        self.updates.stop()
        await self._broker.stop()

    async def _quiet_within(self, seconds: float) -> bool:
        """Wait until no client and no topic is left; return whether that happened in time."""
        self._quiet = asyncio.Event()
        self._check_quiet()
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return False
        finally:
            self._quiet = None
        return True

    def _check_quiet(self) -> None:
        if self._quiet is not None and not self.clients and not self._channels:
            self._quiet.set()

    def drop(self, client: Client) -> None:
        """Remove `client` and all its subscriptions."""
        if self.clients.remove(client):
            for topic in self.topics.drop(client):
                self._lifecycle.advance(topic)
            self._check_quiet()

    # -- subscriptions

    def subscribe(
        self,
        client: Client,
        router: WsRouter,
        topic: str,
        question: Question,
        request: BaseModel | None = None,
    ) -> None:
        """Subscribe `client`; it is answered when the topic has started or failed to start.

        `topic` is the key of the topic, here and in all methods, and `request` what the client asks for.
        """
        channel = self._channels.get(topic) or self._open(router, topic)
        if channel.request is None:
            channel.request = request
        again = topic in self.topics.held_by(client).names
        behind = question.since is not None and self._is_behind(topic, channel, question.since)
        joined = self.topics.join(
            topic, client, question, lives_on=self._lingering.may(router), behind=behind
        )
        self._lingering.stop(topic)
        if joined is Joined.READY:
            self._continuity.welcome(client, topic, channel, question, again=again)
        else:
            self._lifecycle.advance(topic)

    def _open(self, router: WsRouter, topic: str) -> Channel:
        """Return a new channel; without a producer, its numbers mean something at once."""
        by_broker = router.kept and self._keeper is not None
        channel = Channel(router, topic, self._capacity, numbered_by_broker=by_broker)
        if router.published and not self._broker.shared:
            channel.begin(self._new_epoch())
        self._channels[topic] = channel
        name = name_of(topic)
        if name != topic:
            if len(self._alike) > 2 * len(self._channels):  # most of these topics have ended
                self._alike = {it: keys for it, keys in self._alike.items() if self.named(it)}
            self._alike.setdefault(name, set()).add(topic)
        return channel

    def _open_published(self, topic: str) -> bool:
        """Open a topic for an update that its history is to keep; return whether it is open."""
        router = self._router_of(topic)
        if self._broker.shared or router is None or not router.lives_by_publishing:
            return False
        if not self._lingering.may(router):
            return False
        self._open(router, topic)
        self.topics.keep(topic)
        self._lifecycle.advance(topic)
        return True

    def _new_epoch(self) -> str:
        return f"{self._epoch}.{next(self._epochs)}"

    def _begin(self, topic: str, channel: Channel) -> asyncio.Future[None] | None:
        """Start an epoch, since a producer starts here: nobody knows what the former one did at its end.

        Return a future that is done when it has started, if that depends on a broker that can be reached.
        """
        if channel.numbered_by_broker and self._keeper is not None:
            begun = None if self.clients.away else channel.await_epoch()
            self._keeper.begin(topic)
            return begun
        if not self._broker.shared:
            channel.begin(self._new_epoch())
        return None

    def _position(self, channel: Channel) -> asyncio.Future[None] | None:
        """Return a future that is done when the position of a topic without a producer here is known.

        None if it is known, or has none, or depends on a broker that cannot be reached.
        """
        unknown = channel.numbered_by_broker and channel.epoch is None
        return channel.await_epoch() if unknown and not self.clients.away else None

    def _is_behind(self, topic: str, channel: Channel, since: Position) -> bool:
        """Return whether a client may have had more of the topic than this process, until `channel.behind`."""
        if not channel.numbered_by_broker or channel.reaches(since):
            return False
        catch_up = getattr(self._keeper, "catch_up", None)
        reading = None if catch_up is None else catch_up(topic, since)
        channel.behind = reading or channel.behind
        return reading is not None

    def _reset(self, topic: str) -> None:
        channel, entry = self._channels.get(topic), self.topics.get(topic)
        if channel is not None and entry is not None:
            self._continuity.reset(topic, channel, entry.members)

    def _advance(self, topic: str) -> None:
        self._lifecycle.advance(topic)

    def unsubscribe(self, client: Client, router: WsRouter, topic: str) -> bool:
        """Unsubscribe `client`; return whether it was subscribed."""
        unanswered = self.topics.leave(topic, client)
        if unanswered is None:
            return False
        self._fanouts.skip(topic, client)
        client.seal(topic)
        for question in unanswered:
            message = "Unsubscribed before the topic started"
            self.clients.answer(client, subscribed_frame(router.route, topic, question.id, message))
        self._lifecycle.advance(topic)
        return True

    def revoke(self, client: Client, router: WsRouter, topic: str, reason: Reason) -> None:
        """End one subscription of a client, and tell it why."""
        if self.unsubscribe(client, router, topic):
            frame = cancelled_frame(router.route, topic, reason, coded=client.hello)
            self.clients.answer(client, frame)

    def named(self, name: str) -> list[str]:
        """Return the keys of the topics with this name: more than one only for None and "" in a request."""
        return [key for key in (name, *self._alike.get(name, ())) if key in self._channels]

    def has_namesake(self, client: Client, topic: str) -> bool:
        """Return whether `client` has another topic with the same name."""
        name = name_of(topic)
        if name == topic and name not in self._alike:
            return False
        held = self.topics.held_by(client).names
        return any(key != topic and key in held for key in self.named(name))

    def _cancel_named(self, name: str, reason: str) -> int:
        return sum(self.cancel(key, reason) for key in self.named(name))

    def hear(self, message: str) -> None:
        """Carry out what another process of the app has passed to the broker."""
        self.directives.hear(message)

    def cancel(self, topic: str, reason: str) -> int:
        """End all subscriptions to `topic`, tell the clients why, and return the number of subscriptions."""
        channel = self._channels.get(topic)
        if channel is None:
            return 0
        outcome = self.topics.cancel(topic)
        context = {"route": channel.router.route}
        _log.info("all subscriptions to a topic are cancelled", extra=context)
        self._notify(channel.router.route, topic, outcome, Reason(reason, "cancelled"))
        self._lifecycle.advance(topic)
        return len(outcome.ended) + len(outcome.failed)

    def _step_done(
        self, topic: str, channel: Channel, outcome: TopicOutcome[Client, Question]
    ) -> None:
        message = "Subscribed"
        if channel.missed:
            message += f"; {channel.missed} updates were dropped before the topic started"
        for client, questions in outcome.subscribed:
            for place, question in enumerate(questions):
                again = place > 0
                self._continuity.welcome(client, topic, channel, question, message, again=again)
        error, channel.refusal = channel.refusal, None
        self._notify(channel.router.route, topic, outcome, _FAILED, error)
        entry = self.topics.get(topic)
        if entry is None or not entry.waiting:
            self.updates.release(topic, channel)
            self._snapshots.started(topic, channel)
            if channel.ending is not None and entry is not None and entry.busy is None:
                self.end(topic, channel.ending)

    def _notify(
        self,
        route: str,
        topic: str,
        outcome: TopicOutcome[Client, Question],
        reason: Reason,
        error: ServiceError | None = None,
    ) -> None:
        if error is not None:
            reason = reason_of(error)
        for client, questions in outcome.failed:
            for question in questions:
                code = reason.code if client.hello else ErrorCode.INTERNAL
                fault = Fault(code, reason, id=question.id, retry_after=reason.retry_after)
                self.clients.refuse(client, refusal(error, question.id) if error else fault)
        if outcome.ended:
            self._fanouts.finish(topic)
        for client in outcome.ended:
            client.seal(topic)
            frame = cancelled_frame(route, topic, reason, coded=client.hello)
            self.clients.answer(client, frame)

    # -- what the broker calls

    def label(self, topic: str) -> str:
        """Return the label of the updates of `topic`: route, type of the data, digest of its schema."""
        router = self._router_of(topic)
        return "" if router is None else router.label

    def _router_of(self, topic: str) -> WsRouter | None:
        channel = self._channels.get(topic)
        if channel is not None:
            return channel.router
        named = (it for it in self._routers.values() if topic.startswith(f"{it.route}:"))
        return next(named, None)

    def own(self, topic: str, owned: bool) -> None:
        """Start or stop producing `topic` in this process."""
        channel = self._channels.get(topic)
        if channel is not None:
            self._step_done(topic, channel, self.topics.own(topic, owned))
            self._lifecycle.advance(topic)

    def report(self, status: Literal["connected", "disconnected"]) -> None:
        """Notify all clients, and those that connect later, whether updates of other processes arrive."""
        _log.info("the broker is %s", status)  # the broker itself logs the reason
        self.clients.report(status)

    def end(self, topic: str, reason: str) -> None:
        """End all subscriptions, since the producer of `topic` has ended; the next subscriber starts it again.

        While the topic is being created, this is delayed until its first subscribers have been answered and have
        got the updates that were held for them.
        """
        channel, entry = self._channels.get(topic), self.topics.get(topic)
        if channel is None or entry is None:
            return
        if entry.busy is TopicStep.CREATE:
            channel.ending = reason
            return
        channel.ending = None
        if entry.members:
            self._counters.ended += 1
        outcome = self.topics.end(topic)
        self._notify(channel.router.route, topic, outcome, Reason.of(reason))
        self._lifecycle.advance(topic)

    @property
    def keeps(self) -> bool:
        """Return whether the updates of some topics have positions."""
        return any(router.kept for router in self._routers.values())

    def kept(self, topic: str) -> Keeping | None:
        """Return what a broker keeps of `topic`, or None if its updates have no positions."""
        router = self._router_of(topic)
        if router is None or not router.kept:
            return None
        return Keeping(router.history, router.published)

    def deliver(self, topic: str, data: str, position: Position | None = None) -> None:
        """Send an update to the subscribers of `topic`."""
        self.updates.deliver(topic, data, position)

    def stand(
        self,
        topic: str,
        position: Position,
        entries: Sequence[tuple[int, str]],
        *,
        continued: bool,
        before: int = 0,
    ) -> None:
        """Note where `topic` stands, after the broker has read that from its store."""
        self._continuity.stand(topic, position, entries, continued=continued, before=before)

    def snapshot(self, topic: str, data: str, position: Position) -> None:
        """Send a state to the subscribers of `topic` that wait for it."""
        self._snapshots.deliver(topic, data, position)

    def wanted_snapshot(self, topic: str) -> None:
        """Take a snapshot of `topic`, which this process produces."""
        self._snapshots.take(topic)

    def unheard(self, topic: str) -> None:
        """End `topic` if it has no subscribers here, since no other process hears it."""
        self._lingering.unheard(topic)

    def lose(self, topic: str, count: int) -> None:
        """Count updates that were lost between processes."""
        self.updates.lose(topic, count)


def _keeper_of(broker: Broker) -> Keeper | None:
    """Return `broker` if it gives positions; those of a broker that is not shared are given here."""
    return cast("Keeper", broker) if broker.shared and is_keeper(broker) else None
