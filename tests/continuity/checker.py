"""Judges transcripts of clients against what was produced. Pure: it knows neither processes nor time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.continuity.kinds import Kind
from tests.continuity.processes import Processes
from tests.continuity.rules import Event, Position
from tests.continuity.services import Step, Whole, whole
from tests.continuity.truth import Made


@dataclass
class Topic:
    """The transcripts of one topic by the name of the client, and the positions that they have in common."""

    kind: Kind
    transcripts: Mapping[str, Sequence[Event]]
    made_at: dict[Position, Made] = field(default_factory=dict)

    def violations(self, truth: Mapping[str, int]) -> list[str]:
        """Return what is wrong; `truth` has the last number of each source."""
        processes = Processes(self.transcripts.values())
        return [
            f"{name}: event {number}: {said}"
            for name, events in self.transcripts.items()
            for number, said in _Walk(self, truth, processes).violations(events)
        ]


class _Walk:
    """Goes through one transcript. A segment is what comes between two losses of unknown size."""

    def __init__(self, topic: Topic, truth: Mapping[str, int], processes: Processes) -> None:
        self.topic = topic
        self.kind = topic.kind
        self.truth = truth
        self.processes = processes
        self.last: dict[str, int] = {}
        """The last number of each source in this segment."""
        self.highest: dict[str, tuple[int, Position | None]] = {}
        """The greatest number of each source, and its position."""
        self.epochs: list[str] = []
        """All epochs in order of appearance."""
        self.past: list[str] = []
        """The sources of all updates, in order of appearance."""
        self.missing = 0
        self.replayed = 0
        self.state: Whole | None = None
        self.recovered: Event | None = None
        """The answer that this segment goes on with."""
        self.connection: dict[str, int] = {}
        """The highest number of each epoch on this connection."""

    def violations(self, events: Sequence[Event]) -> Iterator[tuple[int, str]]:
        for number, event in enumerate(events):
            for said in getattr(self, f"_{event.kind}")(event):
                yield number, said

    def _answer(self, event: Event) -> Iterator[str]:
        self.recovered = None
        if event.recovered:
            self.recovered = event
            if event.since is None:
                yield "recovered, although the client gave no position"
            elif event.at != event.since:
                yield f"recovered from {event.since}, but the answer has {event.at}"
            return
        self.replayed = self.kind.replay
        if event.at is not None and event.at.epoch:
            yield from self._not_back(event, event.at, self.kind.replay)

    def _gap(self, event: Event) -> Iterator[str]:
        if event.count is None:
            self._forget()
            return
        self.missing += event.count
        if self.recovered is not None and event.at is not None:
            for more in range(1, event.count + 1):
                at = event.at._replace(seq=event.at.seq + more)
                if self.processes.delivered(at, self.recovered.asked):
                    yield f"recovered, but {at} did not follow"
                    return

    def _lost(self, event: Event) -> Iterator[str]:
        self.connection.clear()
        self.recovered = None
        if not self.kind.numbered:
            self._forget()
        yield from ()

    def _ended(self, event: Event) -> Iterator[str]:
        if not self.kind.numbered:
            self._forget()
        yield from ()

    def _overtaken(self, event: Event) -> Iterator[str]:
        yield f"update {event.at} came twice or out of order"

    def _snapshot(self, event: Event) -> Iterator[str]:
        state = Whole.model_validate(event.data)
        made = Made(state.source, state.number)
        if state != whole(made):
            yield f"{state} is no state"
        self.state = state
        self._forget()
        if event.at is not None:
            yield from self._not_back(event, event.at, 0)
        yield from self._placed(event, made)
        yield from self._ordered(made, event.at, state=True)
        self.last[made.source] = made.number

    def _update(self, event: Event) -> Iterator[str]:
        step = Step.model_validate(event.data)
        made = Made(step.source, step.number)
        if made.number > self.truth.get(made.source, 0):
            yield f"{made} was not produced"
        yield from self._placed(event, made)
        yield from self._ordered(made, event.at)
        yield from self._follows(made)
        self.replayed -= 1
        self.last[made.source] = made.number
        if self.kind.stateful:
            yield from self._fold(made)

    # -- single rules

    def _forget(self) -> None:
        self.last.clear()
        self.missing = 0
        self.recovered = None

    def _placed(self, event: Event, made: Made) -> Iterator[str]:
        """A position is one update, for all clients of all processes. A state has that of its last update."""
        if event.at is None or not event.at.epoch:
            return
        self.connection[event.at.epoch] = max(event.at.seq, self.connection.get(event.at.epoch, 0))
        if made.number == 0:
            return
        other = self.topic.made_at.setdefault(event.at, made)
        if other != made:
            yield f"{event.at} is {made} here, and {other} elsewhere"

    def _not_back(self, event: Event, at: Position, replay: int) -> Iterator[str]:
        """A client begins anew where the process is, or before what is replayed, and never further back."""
        there = at._replace(seq=at.seq + replay)
        before = self.processes.ahead(event.server, there, event.asked)
        if before is not None:
            yield f"it begins anew at {at}, although the process had been at {before}"
        epochs = list(self.connection)
        if at.epoch in epochs[:-1] or self.connection.get(at.epoch, 0) > there.seq:
            yield f"it begins anew at {at}, although this connection was at {self.connection}"

    def _ordered(self, made: Made, at: Position | None, *, state: bool = False) -> Iterator[str]:
        """No update comes twice, and no producer after its successor, with two exceptions of the contract.

        Both follow an answer that is not recovered, or a reset. It says that the position is another one, and
        that the client gets what a new subscriber gets:

        - The last updates of the history, if the route has a replay, and no more than it has. The client may have
          had them, also in an earlier epoch.
        - All updates after an earlier position, at the places where they were before. Only another process may
          name such a position, and only if it is behind: `_not_back` sees to that.
        """
        if at is not None and at.epoch not in self.epochs:
            self.epochs.append(at.epoch)
        back = at is not None and at.epoch in self.epochs[:-1]
        top, top_at = self.highest.get(made.source, (0, None))
        if made.number > top:
            if not back and not self.kind.many and made.source in self.past[:-1]:
                yield f"{made} after updates of its successor"
            self.highest[made.source] = made.number, at
        elif back or self.replayed > 0 or (state and made.number == top):
            pass
        elif at is None or top_at is None or at.epoch != top_at.epoch or at > top_at:
            yield f"{made} came again"
        if made.source not in self.past:
            self.past.append(made.source)

    def _follows(self, made: Made) -> Iterator[str]:
        """What is missing since the last update of this source was signalled, exactly."""
        if made.source not in self.last:
            if self.last and self.kind.numbered and not self.kind.many:
                yield f"{made} has another producer than {self.last}, in one epoch"
            if not self.kind.many:
                self.missing = 0  # nobody knows after what
            return
        skipped = made.number - self.last[made.source] - 1
        if skipped < 0:
            yield f"{made} came after {self.last[made.source]}"
        elif skipped > self.missing:
            yield f"{made} came after {self.last[made.source]}, and {self.missing} were said to be missing"
        elif skipped < self.missing and not self.kind.many:
            yield f"{made} came after {self.last[made.source]}, but {self.missing} were said to be missing"
        self.missing = max(self.missing - skipped, 0) if self.kind.many else 0

    def _fold(self, made: Made) -> Iterator[str]:
        if self.state is None:
            yield f"{made} came before any state"
            return
        cells = list(self.state.cells)
        cells[made.number % len(cells)] = made.number
        self.state = Whole(source=made.source, number=made.number, cells=cells)
        if self.state != whole(made):
            yield f"the state after {made} is {cells}"
