"""Delivers updates: from a producer in any thread, through the broker, to the subscribers of the topic."""

import asyncio
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field

from wsgen_runtime.brokers.base import Broker, Keeper, Keeping
from wsgen_runtime.errors import ServiceError
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.prepared import Outgoing
from wsgen_runtime.protocol.events import Question
from wsgen_runtime.protocol.frames import size_of
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.router import WsRouter
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics.channel import Channel
from wsgen_runtime.topics.event_loops import running_loop
from wsgen_runtime.topics.fanout import fan_out
from wsgen_runtime.topics.feed import Ending, Feed, Posted
from wsgen_runtime.topics.inbox import Inbox
from wsgen_runtime.topics.interval import Wheel
from wsgen_runtime.topics.slices import Fanouts
from wsgen_runtime.topics.snapshots import Snapshots
from wsgen_runtime.topics.subscriptions import TopicIndex

_SILENCE = 1.0  # seconds after which an update should have followed those that were lost


@dataclass(slots=True, eq=False)
class Updates:
    """Takes updates from any thread and fans them out on the event loop.

    `too_slow(client)` is called with a client that is to be disconnected by the overflow policy of its route,
    `ended(topic, reason)` when a producer has ended and the broker cannot tell other processes, `moved(topic,
    position)` when the next update follows a position of another epoch, `silent(topic)` when updates were lost
    and none has followed that would show it, and `unknown(topic)` with an update of a topic that is not open; it
    returns whether it has opened it.
    """

    topics: TopicIndex[Client, Question]
    channels: Mapping[str, Channel]
    broker: Broker
    limits: Limits
    counters: Counters
    too_slow: Callable[[Client], None]
    ended: Callable[[str, str], None]
    moved: Callable[[str, Position], None]
    silent: Callable[[str], None]
    unknown: Callable[[str], bool]
    kept: Callable[[str], Keeping | None]
    keeper: Keeper | None
    """The broker, if it gives the positions of the topics that are `kept`."""
    snapshots: Snapshots
    fanouts: Fanouts
    launch: Callable[[], object] | None = None
    """Starts the app on the running event loop when an update is published before the app has started."""
    _inbox: Inbox = field(init=False)
    _wheel: Wheel = field(init=False)
    _loop: asyncio.AbstractEventLoop | None = None
    _last_loop: asyncio.AbstractEventLoop | None = None
    _thread: int | None = None

    def __post_init__(self) -> None:
        self._inbox = Inbox(self.limits, self._take, self._skip)
        self._wheel = Wheel(self._publish_paced, self._count_coalesced)

    def start(self) -> None:
        """Take updates on the running event loop from now on; they are queued until `deliver_all`."""
        self._loop = self._last_loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._wheel.start()
        self._inbox.hold()

    def deliver_all(self) -> None:
        """Deliver the queued updates and all that follow, since the broker has started."""
        self._inbox.release(asyncio.get_running_loop())

    def give_up(self) -> None:
        """Note that the start failed; queued updates are kept for the next attempt."""
        self._loop = self._last_loop = self._thread = None

    def stop(self) -> None:
        """Stop taking updates, and discard those that are queued."""
        self._loop = self._thread = None
        self._wheel.stop()
        self._inbox.clear()

    def require_loop(self, what: str) -> None:
        """Raise RuntimeError if this is not the thread of the event loop; `what` is the name of the caller."""
        if self._thread is not None and threading.get_ident() != self._thread:
            raise RuntimeError(
                f"{what} must be called on the app's event loop: make the endpoint `async def`, "
                "or use loop.call_soon_threadsafe"
            )

    def hand_over(self, posted: Posted) -> None:
        """Take an update, or the end of a producer, to the event loop. Any thread may call this."""
        loop = self._loop
        if loop is None:
            return
        if threading.get_ident() == self._thread and not self._inbox:
            self._take(posted)
        else:  # also in its own thread, to stay behind earlier updates of other threads
            self._inbox.put(loop, posted)

    def publish(self, router: WsRouter, topic: str, data: object) -> None:
        """Publish an update that does not come from the producer of the topic. Any thread may call this.

        Raises RuntimeError if the app has not started and cannot be started here.
        """
        needed = self.broker.shared or router.lives_by_publishing
        if (self._loop is None or self._loop.is_closed()) and not self._begin(needed=needed):
            self.counters.lost += 1
            return
        if topic in self.channels or needed:
            self.hand_over(Posted(topic, router.encode(data), None))

    def deliver(self, topic: str, data: str, position: Position | None = None) -> None:
        """Send an update to the subscribers of `topic`; it is numbered here unless it has a position."""
        entry = self.topics.get(topic)
        if entry is None:
            if not self.unknown(topic):
                return
            entry = self.topics.get(topic)
            if entry is None:
                return
        channel = self.channels[topic]
        if position is None:
            seq = channel.seq + 1
        elif self._follows(topic, channel, position):
            seq = position.seq
        else:
            return
        if entry.members:
            channel.seq = seq
            self.pass_on(topic, entry.members, channel, seq, data)
        elif entry.starting or channel.holds:
            channel.seq = seq
            self._hold(tuple(entry.waiting), channel, seq, data)
        elif channel.ring is not None or entry.syncing or entry.waiting:
            channel.seq = seq
            channel.published_at = asyncio.get_running_loop().time()
            self.pass_on(topic, (), channel, seq, data)

    def pass_on(
        self, topic: str, members: Collection[Client], channel: Channel, seq: int, data: str
    ) -> None:
        """Send an update that has its number to `members`, and keep it in the history if there is one."""
        frame = channel.frame(seq, data)
        size = size_of(frame)
        if channel.ring is not None:
            channel.ring.append(seq, frame, size, size_of(data))
        if not members:
            return
        self.counters.updates += 1
        route, delivery = channel.router.route, channel.router.delivery
        # All clients share one message, since ASGI servers only read it.
        message = {"type": "websocket.send", "text": frame}
        outgoing = Outgoing(message)
        changes = channel.router.snapshot_type is not None and delivery.overflow != "disconnect"
        slow: list[Client] = []

        def queue(client: Client) -> None:
            if changes and client.snapshots:
                client.queue_change(message, size, topic, delivery.queue)
            elif not client.queue_update(message, size, route, topic, delivery):
                slow.append(client)

        def send(clients: Collection[Client]) -> None:
            self.counters.deliveries += len(clients)
            with self.snapshots.behind.sending() if changes else nullcontext():
                fan_out(clients, outgoing, queue)
            while slow:
                self.too_slow(slow.pop())

        self.fanouts.start(topic, members, send)

    def _follows(self, topic: str, channel: Channel, position: Position) -> bool:
        """Return whether an update with `position` is a new one, and count those that are missing before it."""
        if position.epoch != channel.epoch:
            self.moved(topic, Position(position.epoch, position.seq - 1))
        missing = position.seq - channel.seq - 1
        if missing > 0:
            self.counters.lost += missing
            self.snapshots.gapped(topic)
        return missing >= 0

    def _hold(self, waiting: Collection[Client], channel: Channel, seq: int, data: str) -> None:
        """Hold an update for clients whose requests to subscribe are not answered yet."""
        gone = channel.hold(seq, data)
        self.counters.lost += gone
        if gone and channel.router.delivery.overflow == "disconnect":
            for client in waiting:
                self.too_slow(client)
            channel.missed = 0  # nobody is left to be told

    def release(self, topic: str, channel: Channel) -> None:
        """Deliver the updates that were held until the first subscribers were answered."""
        entry = self.topics.get(topic)
        for seq, data in channel.take_held():
            self.pass_on(topic, () if entry is None else entry.members, channel, seq, data)

    def lose(self, topic: str, count: int) -> None:
        """Count lost updates; subscribers see a gap in `seq`, unless the broker gives the positions."""
        self.counters.lost += count
        channel = self.channels.get(topic)
        if channel is not None and not channel.numbered_by_broker:
            channel.seq += count
            entry = self.topics.get(topic)
            if entry is not None and entry.waiting:
                channel.missed += count
            self.snapshots.gapped(topic)

    def _skip(self, topic: str, count: int) -> None:
        """Count updates that were lost before the broker got them."""
        self.lose(topic, count)
        if self.keeper is not None and self.kept(topic) is not None:
            self.keeper.skip(topic, count)
            return
        channel = self.channels.get(topic)
        if channel is not None:
            loop = asyncio.get_running_loop()
            if channel.lost_at == 0:
                loop.call_later(_SILENCE, self._find_silent, topic, channel)
            channel.lost_at = channel.seq

    def _find_silent(self, topic: str, channel: Channel) -> None:
        """Notify if the last updates of the topic were lost, which no update shows."""
        silent, channel.lost_at = channel.lost_at == channel.seq, 0
        if silent and self.channels.get(topic) is channel:
            self.silent(topic)

    def _begin(self, *, needed: bool) -> bool:
        """Start the app if that is `needed` to publish; return False if the app was shut down."""
        last = self._last_loop
        try:
            loop, call = running_loop()
        except RuntimeError:
            if last is None:
                raise
            return False
        if loop is last:
            return False
        if needed and self.launch is not None:
            call(self.launch)
        return True

    def _take(self, posted: Posted) -> None:
        feed = posted.feed
        if feed is None:
            channel = self.channels.get(posted.topic)
            if channel is not None and channel.feed is not None and channel.feed.pace is not None:
                channel.feed.pace.flush()
            self.broker.publish(posted.topic, posted.data, produced=False)
        elif posted.ending is not None:
            self._end(feed, posted.topic, posted.ending)
        elif feed.closed:
            return
        elif posted.state is not None:
            yielded = posted.state == "yielded"
            self.snapshots.pass_on(posted.topic, posted.data, yielded=yielded)
        elif feed.pace is not None:
            self._wheel.start_timing(feed.pace)
        else:
            self.broker.publish(posted.topic, posted.data, produced=True)

    def _publish_paced(self, topic: str, data: str) -> None:
        self.broker.publish(topic, data, produced=True)

    def _count_coalesced(self, count: int) -> None:
        self.counters.coalesced += count

    def _end(self, feed: Feed, topic: str, ending: Ending) -> None:
        """End the topic in all processes, after all updates that its producer has published."""
        if feed.closed:
            return
        feed.close()
        if isinstance(ending.error, ServiceError):
            self.counters.refusals += 1
        elif ending.error is not None:
            channel = self.channels.get(topic)
            route = channel.router.route if channel is not None else ""
            self.counters.fail(f"a producer of the route {route} failed", ending.error, route=route)
        end = getattr(self.broker, "end", None)
        if end is not None:
            end(topic, ending.reason)
        else:
            self.ended(topic, ending.reason)
