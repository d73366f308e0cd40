"""What each process is known to have delivered, and when: from the transcripts of all its clients."""

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.continuity.rules import Event, Position


class Processes:
    """Knows of one topic where its processes were. A process was there when a client saw it, or earlier."""

    def __init__(self, transcripts: Iterable[Sequence[Event]]) -> None:
        self._first: dict[Position, float] = {}
        """When each update or state was delivered for the first time, by any process."""
        self._highest: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        """For each process and epoch: the highest number by time."""
        self._later: dict[tuple[str, str], set[str]] = defaultdict(set)
        """For each process and epoch: the epochs that came after it on a connection."""
        for events in transcripts:
            self._read(events)
        for times in self._highest.values():
            times.sort()
            highest = itertools.accumulate((seq for _, seq in times), max)
            times[:] = [(time, seq) for (time, _), seq in zip(times, highest, strict=True)]

    def _read(self, events: Sequence[Event]) -> None:
        epochs: list[str] = []  # of this connection
        for event in events:
            if event.kind == "lost":
                epochs.clear()
            if event.kind not in {"update", "snapshot"} or event.at is None or not event.at.epoch:
                continue
            self._first[event.at] = min(event.time, self._first.get(event.at, event.time))
            self._highest[event.server, event.at.epoch].append((event.time, event.at.seq))
            if event.at.epoch not in epochs:
                for before in epochs:
                    self._later[event.server, before].add(event.at.epoch)
                epochs.append(event.at.epoch)

    def delivered(self, at: Position, time: float) -> bool:
        """Return whether any process had delivered the update at a position before `time`."""
        return self._first.get(at, float("inf")) < time

    def ahead(self, server: str, at: Position, time: float) -> Position | None:
        """Return a position after `at` where a process is known to have been before `time`, if any."""
        for epoch in (*self._later.get((server, at.epoch), ()), at.epoch):
            highest = self._highest.get((server, epoch), [])
            index = bisect_left(highest, (time, -1)) - 1
            if index >= 0 and (epoch != at.epoch or highest[index][1] > at.seq):
                return Position(epoch, highest[index][1])
        return None
