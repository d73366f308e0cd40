"""One topic of the reference client: the numbered rules of the protocol for clients, and no more. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

Frame = dict[str, Any]  # Any: a decoded frame of the server


class Position(NamedTuple):
    """A place in the updates of a topic; `epoch` is empty where the server gives none."""

    epoch: str
    seq: int


@dataclass(frozen=True)
class Event:
    """What a user of the client sees, and what the checker judges."""

    kind: Literal["answer", "update", "snapshot", "gap", "overtaken", "lost", "ended"]
    at: Position | None = None
    """The position of the client after the event."""
    data: Any = None  # Any: an update or a state, as decoded; for `ended` the reason
    count: int | None = None
    """How many updates a gap has; None: the number is not known."""
    since: Position | None = None
    recovered: bool = False
    time: float = 0.0
    server: str = ""
    """The process that the client was connected to."""
    asked: float = 0.0
    """When the client asked for the topic the last time."""


@dataclass
class Following:
    """A topic as one client follows it."""

    route: str
    request: Frame
    tell: Callable[[Event], None]
    stateful: bool = False
    """Whether the route has snapshots."""
    state: Literal["off", "asked", "syncing", "live", "waiting", "ended"] = "off"
    at: Position | None = None
    topic: str | None = None
    question: int | None = None
    """The id of the question that waits for its answer."""
    since: Position | None = None
    asked: float = 0.0
    """When the last question was sent."""
    delivered: bool = field(default=False)

    def ask(self, question: int) -> Frame:
        """Return the question to send. Rules 1 and 11."""
        self.state, self.question, self.since = "asked", question, None
        frame: Frame = {
            "type": f"{self.route}.subscribe",
            "payload": self.request,
            "id": question,
        }
        if self.at is not None and self.at.epoch:
            self.since = self.at
            frame["since"] = self.at._asdict()
        return frame

    def answer(self, payload: Frame) -> None:
        """Take the answer to the question, if it is the last one. Rules 3 and 4."""
        self.question, self.topic = None, payload["topic"]
        self._settle(payload)

    def refuse(self, payload: Frame) -> float | None:
        """Take an error as the answer; return after how many seconds to ask again, if ever. Rule 5."""
        self.question = None
        return self._end(payload)

    def update(self, seq: int, data: object) -> bool:
        """Take an update; return whether to ask again, without `since`. Rules 2, 6 and 7."""
        if self.state != "live":
            return False
        epoch, before = self.at or ("", None)
        if before is not None and seq <= before:
            self.tell(Event("overtaken", Position(epoch, seq), data))
            return False
        if before is not None and seq > before + 1:
            self.tell(Event("gap", self.at, count=seq - before - 1))
            if self.stateful:
                self.state, self.at = "syncing", None
                return True
        self.at = Position(epoch, seq)
        self._deliver("update", data)
        return False

    def snapshot(self, epoch: str, seq: int, data: object) -> None:
        """Take a state. Rules 6 and 8."""
        if self.state in {"syncing", "live"}:
            self.state, self.at = "live", Position(epoch, seq)
            self._deliver("snapshot", data)

    def reset(self, payload: Frame) -> None:
        """Take a reset, whose payload is like that of an answer. Rules 2 and 8."""
        if self.state in {"syncing", "live"}:
            self.since = None
            self._settle(payload)

    def unsubscribed(self, payload: Frame) -> float | None:
        """Take the end; return after how many seconds to ask again, if ever. Rules 2 and 9."""
        if self.state not in {"syncing", "live"}:
            return None
        return self._end(payload)

    def lose_connection(self) -> None:
        """Keep the position for the next connection, if it is one. Rule 11."""
        self.question = None
        if self.state != "ended":
            self.state = "off"
        if self.at is not None and not self.at.epoch:
            self.at = None  # it counts on one connection only
        self.tell(Event("lost", self.at))

    def _end(self, payload: Frame) -> float | None:
        wait: float | None = payload.get("retry_after")
        self.state = "ended" if wait is None else "waiting"
        self.tell(Event("ended", self.at, payload))
        return wait

    def _settle(self, payload: Frame) -> None:
        epoch, recovered = payload.get("epoch"), payload.get("recovered") is True
        given = Position(epoch, payload["seq"]) if epoch is not None else None
        if recovered:  # rule 3
            self.state, self.at = "live", self.since
        else:  # rule 4
            if self.delivered:
                self.tell(Event("gap", self.at))
            self.state, self.at = ("syncing" if self.stateful else "live"), given
        self.tell(Event("answer", given, since=self.since, recovered=recovered))

    def _deliver(self, kind: Literal["update", "snapshot"], data: object) -> None:
        self.delivered = True
        self.tell(Event(kind, self.at, data))


def stamped(event: Event, time: float, server: str, asked: float) -> Event:
    """Return `event` with when and where it was seen, and when the topic was asked for."""
    return replace(event, time=time, server=server, asked=asked)
