"""Updates on their way to Redis: a bounded queue, whose oldest go when it is full."""

from collections import deque
from typing import NamedTuple


class Sending(NamedTuple):
    """A message for a channel, to be sent only while `lease` holds `token`, unless that is empty."""

    channel: bytes
    message: bytes
    lease: bytes
    token: bytes = b""


class Outgoing:
    """At most `most` messages of `most_bytes` in all; those that came first go first."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most = most
        self.most_bytes = most_bytes
        self.put_so_far = 0
        """The number of messages that were ever put."""
        self._waiting: deque[Sending] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        """Return the number of messages that wait."""
        return len(self._waiting)

    @property
    def gone_so_far(self) -> int:
        """Return the number of messages that were put and wait no more, for whatever reason."""
        return self.put_so_far - len(self._waiting)

    def put(self, sending: Sending) -> int:
        """Append a message; return how many had to go for it: itself, if no room would be enough."""
        self.put_so_far += 1
        if len(sending.message) > self.most_bytes:
            return 1
        self._waiting.append(sending)
        self._bytes += len(sending.message)
        dropped = 0
        while len(self._waiting) > self.most or self._bytes > self.most_bytes:
            self._pop()
            dropped += 1
        return dropped

    def take(self, most: int, most_bytes: int) -> list[Sending]:
        """Remove and return the oldest messages, at least one unless none waits."""
        batch: list[Sending] = []
        size = 0
        while self._waiting and len(batch) < most:
            size += len(self._waiting[0].message)
            if batch and size > most_bytes:
                break
            batch.append(self._pop())
        return batch

    def _pop(self) -> Sending:
        sending = self._waiting.popleft()
        self._bytes -= len(sending.message)
        return sending
