"""Answers subscriptions with positions, and tells subscribers when their topic goes on from another one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wsgen_runtime.outgoing.client import OVERHEAD, Client
from wsgen_runtime.outgoing.clients import Clients
from wsgen_runtime.protocol.events import Question
from wsgen_runtime.protocol.frames import reset_frame, size_of, subscribed_frame
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics.channel import Channel
from wsgen_runtime.topics.history import Kept
from wsgen_runtime.topics.slices import Fanouts
from wsgen_runtime.topics.snapshots import Snapshots
from wsgen_runtime.topics.subscriptions import TopicIndex
from wsgen_runtime.topics.updates import Updates

_ANSWER = 1024  # bytes of an answer besides the name of its topic, at most


@dataclass(slots=True, eq=False)
class Continuity:
    """What subscribers get besides new updates: their positions, and what they have missed."""

    topics: TopicIndex[Client, Question]
    channels: Mapping[str, Channel]
    clients: Clients
    updates: Updates
    snapshots: Snapshots
    counters: Counters
    fanouts: Fanouts

    def welcome(
        self,
        client: Client,
        topic: str,
        channel: Channel,
        question: Question,
        message: str = "Subscribed",
        *,
        again: bool = False,
    ) -> None:
        """Answer a request to subscribe, and send what precedes the next update of the topic.

        That is what the client has missed since the position that it names, if all of it is kept and fits into
        its outbox; otherwise what a new subscriber gets, unless it is subscribed `again`. On a snapshot route,
        that is a state, and the answer waits for it.
        """
        if again:
            self.fanouts.finish(topic)
        route = channel.router.route
        stateful = client.snapshots and channel.router.snapshot_type is not None
        if not (client.positions or stateful):
            self._answer(client, subscribed_frame(route, topic, question.id, message))
            if channel.router.replay and not again:
                self._send(client, channel.replayed(self._room(client, topic), OVERHEAD))
            return
        since, room = question.since, self._room(client, topic)
        waits = client in self.topics[topic].syncing
        missed = None if since is None or waits else channel.missed_since(since)
        if missed is not None and sum(kept.frame_size + OVERHEAD for kept in missed) <= room:
            position, recovered, sent = since, True, missed
            self.counters.recovered += 1
        else:
            recovered = False
            self.counters.unrecovered += since is not None
            if stateful:
                self.snapshots.sync(client, topic, question)
                return
            sent = [] if again and since is None else channel.replayed(room, OVERHEAD)
            position = _before(channel, sent)
        if stateful:
            self.snapshots.behind.watch(client)
        client.seal(topic)
        frame = subscribed_frame(
            route,
            topic,
            question.id,
            message,
            position=position,
            recovered=None if since is None else recovered,
        )
        self._answer(client, frame)
        self._send(client, sent)

    def stand(
        self,
        topic: str,
        position: Position,
        entries: Sequence[tuple[int, str]],
        *,
        continued: bool,
        before: int = 0,
    ) -> None:
        """Note where `topic` stands; `entries` up to `position` are the kept updates that did not come here.

        If other updates were missed, or the epoch is another one, subscribers with positions go on like new ones
        after a `reset`. The others get the entries after number `before`, since they have had those before it.
        """
        channel, entry = self.channels.get(topic), self.topics.get(topic)
        if channel is None or entry is None:
            return
        if continued and position.epoch == channel.epoch:
            for seq, data in entries:
                self.updates.deliver(topic, data, Position(position.epoch, seq))
            channel.seq = max(channel.seq, position.seq)
            channel.confirm()
            return
        self.counters.lost += len(channel.take_held())  # they belong to the former position
        if position.epoch != channel.epoch:
            channel.begin(position.epoch)
            channel.seq = 0
        founding = [client for client in entry.members if not client.positions]
        for seq, data in entries:
            if seq > channel.seq:
                channel.seq = seq
                others = founding if seq > before else ()
                self.updates.pass_on(topic, others, channel, seq, data)
        channel.seq = position.seq
        self.snapshots.stop_asking(channel)
        self.reset(topic, channel, entry.members)
        if entry.syncing:
            self.snapshots.want(topic)

    def reset(self, topic: str, channel: Channel, members: Iterable[Client]) -> None:
        """Let those of `members` that have positions go on like new subscribers."""
        self.fanouts.finish(topic)
        stateful = channel.router.snapshot_type is not None
        for client in tuple(members):
            if stateful and client.snapshots:
                self.counters.unrecovered += 1
                if client.positions:
                    self._answer(client, reset_frame(channel.router.route, topic, None))
                self.snapshots.sync(client, topic)
            elif client.positions:
                client.seal(topic)
                self.counters.unrecovered += 1
                sent = channel.replayed(self._room(client, topic), OVERHEAD)
                position = _before(channel, sent)
                self._answer(client, reset_frame(channel.router.route, topic, position))
                self._send(client, sent)

    def _answer(self, client: Client, frame: str) -> None:
        self.clients.answer(client, frame)

    def _send(self, client: Client, updates: Iterable[Kept]) -> None:
        for kept in updates:
            self.counters.deliveries += 1
            self._answer(client, kept.frame)

    @staticmethod
    def _room(client: Client, topic: str) -> int:
        return client.room - OVERHEAD - _ANSWER - 2 * size_of(topic)


def _before(channel: Channel, sent: Sequence[Kept]) -> Position | None:
    """Return the position before the first of the updates that are sent, or the present one if there is none."""
    if channel.epoch is None:
        return None
    return Position(channel.epoch, sent[0].seq - 1 if sent else channel.answered)
