"""The last updates of a topic in this process, from which clients that come back get what they missed."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from time import monotonic
from typing import NamedTuple

from wsgen_runtime.history import History


class Kept(NamedTuple):
    """A kept update: its number, its frame and the size of that, the size of its data, and when it came."""

    seq: int
    frame: str
    frame_size: int
    data_size: int
    at: float


@dataclass(slots=True, eq=False)
class Ring:
    """The newest updates of one epoch, bounded by their number, their age and the size of their data.

    Their numbers rise, and there is a gap where updates were lost.
    """

    bounds: History
    _kept: deque[Kept] = field(default_factory=deque)
    _size: int = 0

    def __len__(self) -> int:
        """Return the number of updates that are not too old."""
        self._forget_old(monotonic())
        return len(self._kept)

    def append(self, seq: int, frame: str, frame_size: int, data_size: int) -> None:
        """Keep an update, and forget the oldest ones for it."""
        kept, bounds = self._kept, self.bounds
        now = monotonic()
        kept.append(Kept(seq, frame, frame_size, data_size, now))
        self._size += data_size
        while len(kept) > bounds.updates or self._size > bounds.bytes:
            self._size -= kept.popleft().data_size
        self._forget_old(now)

    def clear(self) -> None:
        """Forget all updates, since another epoch has begun."""
        self._kept.clear()
        self._size = 0

    def between(self, since: int, last: int) -> list[Kept] | None:
        """Return the updates after number `since` up to `last`, or None if one of them is not kept."""
        found = list(takewhile(lambda kept: kept.seq > since, self._newest(last)))
        if len(found) != last - since:
            return None
        found.reverse()
        return found

    def tail(self, count: int, last: int) -> Iterator[Kept]:
        """Return at most `count` updates, from number `last` backwards to the first gap."""
        for kept, expected in zip(self._newest(last), range(last, last - count, -1), strict=False):
            if kept.seq != expected:
                return
            yield kept

    def _newest(self, last: int) -> Iterable[Kept]:
        """Return the updates up to number `last`, the newest first."""
        self._forget_old(monotonic())
        return (kept for kept in reversed(self._kept) if kept.seq <= last)

    def _forget_old(self, now: float) -> None:
        kept, oldest = self._kept, now - self.bounds.seconds
        while kept and kept[0].at < oldest:
            self._size -= kept.popleft().data_size
