"""The queued frames of one client: a bounded queue with the overflow policy of each route."""

from collections import OrderedDict, deque
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from wsgen_runtime.delivery import Delivery

# An ASGI message, as starlette types it: its values have any type.
Message = MutableMapping[str, Any]


@dataclass(slots=True, eq=False)
class _Waiting:
    """A queued message."""

    message: Message
    size: int
    number: int
    lane: "deque[_Waiting] | None" = None
    topic: str | None = None


@dataclass(slots=True, eq=False)
class Outbox:
    """Frames in the order of sending; their `size` is at most `capacity`, both in bytes.

    `dropped` counts the updates that were dropped by either policy. A `fresh` message waits for the writer and
    not for the client: no policy applies to it, only the capacity, which a single message may exceed.

    Changes of a state are updates of which none may be missing: they are dropped all together, by topic.
    """

    capacity: int
    size: int = 0
    dropped: int = 0
    _number: int = 0
    # Any message can be removed, and the first be taken, in constant time.
    _order: OrderedDict[int, _Waiting] = field(default_factory=OrderedDict)
    _lanes: dict[str, deque[_Waiting]] = field(default_factory=dict)
    _droppable: list[deque[_Waiting]] = field(default_factory=list)
    _latest: dict[str, _Waiting] = field(default_factory=dict)
    _changes: dict[str, deque[_Waiting]] = field(default_factory=dict)
    _states: dict[str, _Waiting] = field(default_factory=dict)
    _behind: dict[str, bool] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._order)

    def put(self, message: Message, size: int, *, fresh: bool = False) -> bool:
        """Queue an answer or a notice, which is never dropped; return False if there is no room."""
        if not (fresh and not self._order) and not self._make_room(size):
            return False
        self._append(message, size)
        return True

    def put_update(
        self,
        message: Message,
        size: int,
        *,
        route: str,
        topic: str,
        delivery: Delivery,
        fresh: bool = False,
        resumes: bool = False,
    ) -> bool:
        """Queue an update as the route's `delivery` says; return False if the client must be disconnected.

        To make room, the oldest updates of routes with the policy `drop-oldest` are dropped. So is one that never
        fits, which no later update need show; a client that `resumes` is disconnected instead, and learns of it.
        """
        if fresh and (not self._order or self.size + size <= self.capacity):
            self._append_update(message, size, route, topic, delivery)
            return True
        if delivery.overflow == "latest":
            return self._put_latest(message, size, topic)
        lane = self._lane(route, delivery)
        if delivery.overflow == "disconnect":
            if len(lane) >= delivery.queue or self.size + size > self.capacity:
                return False
        elif size > self.capacity:
            self.dropped += 1
            return not resumes
        else:
            while len(lane) >= delivery.queue or (lane and self.size + size > self.capacity):
                self._drop_oldest(lane)
            if not self._make_room(size):
                return False
        self._append_update(message, size, route, topic, delivery)
        return True

    def put_change(
        self, message: Message, size: int, *, topic: str, queue: int, fresh: bool = False
    ) -> None:
        """Queue a change of the state of `topic`; if there is no room, all its queued changes are dropped.

        So are those of other topics, if that makes the room. `take_behind` says which ones.
        """
        lane = self._changes.get(topic)
        if lane is None:
            lane = self._changes[topic] = deque()
        if not (fresh and (not self._order or self.size + size <= self.capacity)) and (
            len(lane) >= queue or not self._make_room(size) or topic in self._behind
        ):
            self.dropped += 1
            self._fall_behind(topic)
            return
        waiting = self._append(message, size)
        waiting.lane = lane
        lane.append(waiting)

    def put_state(self, message: Message, size: int, *, topic: str, fresh: bool = False) -> bool:
        """Queue the state of `topic` in place of what is queued of it; return False if there is no room."""
        for waiting in self._changes.pop(topic, ()):
            self._remove(waiting)
        older = self._states.pop(topic, None)
        if older is not None:
            self._remove(older)
        if not (fresh and not self._order) and not self._make_room(size):
            return False
        waiting = self._states[topic] = self._append(message, size)
        waiting.topic = topic
        return True

    def take_behind(self) -> dict[str, bool]:
        """Return the topics whose changes were dropped since the last call, and whether their state is queued."""
        behind, self._behind = self._behind, {}
        return behind

    def pop(self) -> Message | None:
        """Remove and return the next frame to send, or return None if the queue is empty."""
        if not self._order:
            return None
        _, waiting = self._order.popitem(last=False)
        self.size -= waiting.size
        if waiting.lane is not None:
            waiting.lane.popleft()
        elif waiting.topic is not None:
            for last in (self._latest, self._states):
                if last.get(waiting.topic) is waiting:
                    del last[waiting.topic]
        return waiting.message

    def seal(self, topic: str | None) -> None:
        """Keep what is queued of `topic`, or of all topics, as it is: no later update replaces it."""
        for lanes in (self._latest, self._changes, self._states):
            if topic is None:
                lanes.clear()
            else:
                lanes.pop(topic, None)

    def clear(self) -> None:
        """Remove all frames."""
        self._order.clear()
        self._lanes.clear()
        self._droppable.clear()
        self._latest.clear()
        self._changes.clear()
        self._states.clear()
        self._behind.clear()
        self.size = 0

    def _lane(self, route: str, delivery: Delivery) -> deque[_Waiting]:
        lane = self._lanes.get(route)
        if lane is None:
            lane = self._lanes[route] = deque()
            if delivery.overflow == "drop-oldest":
                self._droppable.append(lane)
        return lane

    def _append(self, message: Message, size: int) -> _Waiting:
        self._number += 1
        waiting = self._order[self._number] = _Waiting(message, size, self._number)
        self.size += size
        return waiting

    def _append_update(
        self, message: Message, size: int, route: str, topic: str, delivery: Delivery
    ) -> None:
        waiting = self._append(message, size)
        if delivery.overflow == "latest":
            waiting.topic = topic
            self._latest[topic] = waiting
        else:
            waiting.lane = self._lane(route, delivery)
            waiting.lane.append(waiting)

    def _put_latest(self, message: Message, size: int, topic: str) -> bool:
        waiting = self._latest.get(topic)
        growth = size if waiting is None else size - waiting.size
        if not self._make_room(growth):
            return False
        if waiting is None:
            waiting = self._latest[topic] = self._append(message, size)
            waiting.topic = topic
            return True
        waiting.message, waiting.size = message, size
        self.size += growth
        self.dropped += 1
        return True

    def _make_room(self, size: int) -> bool:
        """Drop the oldest updates that may be dropped until `size` bytes fit; return False if they cannot."""
        if size > self.capacity:
            return False
        while self.size + size > self.capacity:
            filled = [lane for lane in self._droppable if lane]
            if filled:
                self._drop_oldest(min(filled, key=_oldest))
                continue
            changed = {topic: _oldest(lane) for topic, lane in self._changes.items() if lane}
            if not changed:
                return False
            self._fall_behind(min(changed, key=changed.__getitem__))
        return True

    def _fall_behind(self, topic: str) -> None:
        lane = self._changes.pop(topic, ())
        for waiting in lane:
            self._remove(waiting)
        self.dropped += len(lane)
        self._behind[topic] = topic in self._states

    def _remove(self, waiting: _Waiting) -> None:
        del self._order[waiting.number]
        self.size -= waiting.size

    def _drop_oldest(self, lane: deque[_Waiting]) -> None:
        self._remove(lane.popleft())
        self.dropped += 1


def _oldest(lane: deque[_Waiting]) -> int:
    return lane[0].number
