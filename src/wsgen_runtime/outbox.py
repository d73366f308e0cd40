"""One client's waiting frames: a bounded queue with the overflow policy of each route."""

from collections import deque
from collections.abc import MutableMapping
from typing import Any

from wsgen_runtime.delivery import Delivery

# An ASGI message, as starlette types it: values are of any type the server knows.
Message = MutableMapping[str, Any]


class _Waiting:
    """A message in the queue; its identity is its place."""

    __slots__ = ("lane", "message", "size", "topic")

    def __init__(self, message: Message, size: int) -> None:
        self.message = message
        self.size = size
        self.lane: deque[_Waiting] | None = None
        self.topic: str | None = None


class Outbox:
    """Frames in the order they are to be sent, at most `capacity` characters of them.

    `dropped` counts the updates that were thrown away, by either policy.
    """

    __slots__ = ("_capacity", "_lanes", "_latest", "_order", "_size", "dropped")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._order: deque[_Waiting] = deque()
        self._lanes: dict[str, deque[_Waiting]] = {}
        self._latest: dict[str, _Waiting] = {}
        self.dropped = 0

    def __len__(self) -> int:
        """Return the number of waiting frames."""
        return len(self._order)

    @property
    def size(self) -> int:
        """Return the characters of all waiting frames."""
        return self._size

    def put(self, message: Message, size: int) -> bool:
        """Queue an answer or a notice, which is never dropped; return False when there is no room."""
        if self._size + size > self._capacity:
            return False
        self._append(_Waiting(message, size))
        return True

    def put_update(
        self, message: Message, size: int, *, route: str, topic: str, delivery: Delivery
    ) -> bool:
        """Queue an update as the route's `delivery` says; return False when the client must be disconnected."""
        if delivery.overflow == "latest":
            return self._put_latest(message, size, topic)
        lane = self._lanes.get(route)
        if lane is None:
            lane = self._lanes[route] = deque()
        while len(lane) >= delivery.queue or (lane and self._size + size > self._capacity):
            if delivery.overflow == "disconnect":
                return False
            self._drop_oldest(lane)
        if self._size + size > self._capacity:
            return False
        waiting = _Waiting(message, size)
        waiting.lane = lane
        lane.append(waiting)
        self._append(waiting)
        return True

    def pop(self) -> Message | None:
        """Take and return the frame to send next, or None when nothing waits."""
        if not self._order:
            return None
        waiting = self._order.popleft()
        self._size -= waiting.size
        if waiting.lane is not None:
            waiting.lane.popleft()
        elif waiting.topic is not None and self._latest.get(waiting.topic) is waiting:
            del self._latest[waiting.topic]
        return waiting.message

    def seal(self, topic: str) -> None:
        """Let no later update of `topic` take the place of one that waits: that subscription has ended."""
        self._latest.pop(topic, None)

    def clear(self) -> None:
        """Forget all waiting frames."""
        self._order.clear()
        self._lanes.clear()
        self._latest.clear()
        self._size = 0

    def _append(self, waiting: _Waiting) -> None:
        self._order.append(waiting)
        self._size += waiting.size

    def _put_latest(self, message: Message, size: int, topic: str) -> bool:
        waiting = self._latest.get(topic)
        growth = size if waiting is None else size - waiting.size
        if self._size + growth > self._capacity:
            return False
        if waiting is None:
            waiting = self._latest[topic] = _Waiting(message, size)
            waiting.topic = topic
            self._append(waiting)
            return True
        waiting.message, waiting.size = message, size
        self._size += growth
        self.dropped += 1
        return True

    def _drop_oldest(self, lane: deque[_Waiting]) -> None:
        oldest = lane.popleft()
        # Near the front, since it is the oldest of its route: the search is short.
        self._order.remove(oldest)
        self._size -= oldest.size
        self.dropped += 1
