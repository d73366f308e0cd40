"""One application as the harness sees it: it connects through a proxy, and its views tell what they see."""

import itertools
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.continuity.applications.program import Line, Program
from tests.continuity.applications.proxy import Proxy
from tests.continuity.client import Locate
from tests.continuity.kinds import Kind
from tests.continuity.rules import Event, Position

_EARLIER = (
    0.1  # seconds by which a question may be earlier than it is told, next to the clock of the loop
)
_LOSS = 0.01  # of the updates, in half of the applications
_views = itertools.count(1)


@dataclass
class Seen:
    """A topic as one view sees it."""

    route: str
    state: str = "off"
    at: Position | None = None
    told: bool = False
    """Whether the application hears how the topic is followed."""


@dataclass
class View:
    """What a part of an application sees: one topic of each route."""

    number: int
    name: str
    followings: list[Seen]
    transcripts: list[list[Event]]
    wrong: list[str] = field(default_factory=list)
    open: bool = True
    whole: Collection[str] = ("state",)


class Application:
    """Behaves in a round like the reference client. A `simple` one has one view at a time, and is never slow."""

    def __init__(
        self,
        program: Program,
        number: int,
        locate: Locate,
        chance: random.Random,
        kinds: Mapping[str, Kind],
        *,
        simple: bool = False,
    ) -> None:
        self._program = program
        self._number = number
        self._chance = chance
        self._kinds = kinds
        self._simple = simple
        self._proxy = Proxy(locate, chance)
        self._views: list[View] = []
        self._routes: Sequence[str] = ()
        self._name = ""
        self.outcomes: dict[str, str | None] = {}
        """What became of each order: `done`, the name of an error, or nothing yet."""

    async def open(self, kind: str, **how: object) -> None:
        """Start the proxy and the application, which connects when it follows something."""
        self._program.hear(self._number, self._take)
        url = f"{await self._proxy.start()}?user={self._number}"
        self._program.order("open", application=self._number, kind=kind, url=url, **how)

    async def close(self) -> None:
        """End both."""
        self._program.order("close", application=self._number)
        await self._proxy.stop()

    @property
    def connections(self) -> int:
        """How many connections it has made."""
        return len(self._proxy.servers)

    # -- as a script plays it

    def follow(self, routes: Sequence[str], name: str) -> None:
        """Follow other topics from now on, once the script says so."""
        self._routes, self._name, self._views = routes, name, []

    @property
    def views(self) -> list[View]:
        """All views of this round, also those that were left."""
        return self._views

    def start(self) -> None:
        """Begin to follow, unless this was said before."""
        if not self._views:
            self._proxy.lose(_LOSS if self._chance.random() < 0.5 else 0.0)
            self._view()

    def drop(self, at: str | None = None) -> None:
        """Lose the connection."""
        self._proxy.drop(at)

    async def ask_again(self) -> None:
        """Follow the same topics once more; or leave them, and come back."""
        if not self._views:
            return
        if self._chance.random() < 0.5 or self._simple:
            self._leave(self._views[-1])
        self._view()

    def read(self, reading: bool) -> None:
        """Stop reading from the connection, or go on."""
        self._proxy.read(reading)

    def place_order(self) -> None:
        """Give an order."""
        order = f"{self._number}.{len(self.outcomes)}"
        self.outcomes[order] = None
        self._program.order("place", application=self._number, id=order)

    def vanish(self) -> None:
        """Lose the connection without any sign of it; the page hears that it is online after that."""
        self._proxy.vanish()

    def settle(self) -> None:
        """Keep the connection from now on."""
        self._proxy.settle()

    async def stop(self) -> None:
        """Follow nothing any more."""
        for view in self._views:
            self._leave(view)

    def _view(self) -> None:
        seen = [Seen(route) for route in self._routes]
        view = View(next(_views), self._name, seen, [[] for _ in self._routes])
        slow = self._chance.random() < 0.2 and not self._simple
        self._views.append(view)
        self._program.order(
            "view",
            application=self._number,
            number=view.number,
            name=view.name,
            routes=list(self._routes),
            slow=slow,
            buffer=self._chance.choice((8, 16, 64)) if slow else None,
        )

    def _leave(self, view: View) -> None:
        if view.open:
            view.open = False
            self._program.order("leave", application=self._number, number=view.number)

    # -- what it tells

    def _take(self, line: Line) -> None:
        if line["kind"] == "ordered":
            self.outcomes[line["id"]] = line["outcome"]
            return
        view = next((each for each in self._views if each.number == line["view"]), None)
        if view is None or not view.open:
            return
        index = list(self._routes).index(line["route"])
        seen, transcript = view.followings[index], view.transcripts[index]
        if line["kind"] == "failed":
            view.wrong.append(f"{seen.route}: {line['error']}")
        elif (event := self._event(seen, line)) is not None:
            transcript.append(event)

    def _event(self, seen: Seen, line: Line) -> Event | None:
        kind = line["kind"]
        common: dict[str, Any] = {
            "time": line["time"],
            "server": self._proxy.servers.get(line.get("connection", 0), ""),
            "asked": line.get("asked", 0.0) - _EARLIER,
        }
        at = Position(*line["at"]) if line.get("at") else None
        numbered = self._kinds[seen.route].numbered
        if kind in {"update", "snapshot"}:
            seen.at = at
            if not seen.told:
                seen.state = "live"
            return Event(kind, at, line["data"], **common)
        if kind == "gap":
            # The position is for what the server has not sent. What was dropped behind it was there.
            lost_here = line.get("connection") in self._proxy.lossy
            before = None if lost_here or line.get("where") == "client" else at
            return Event("gap", before, count=line["count"], **common)
        if kind == "there":
            seen.at = at
        elif kind == "answer":
            since = Position(*line["since"]) if line["since"] else None
            seen.at = since if line["recovered"] else at
            if not seen.told:
                seen.state = "live"
            return Event("answer", at, since=since, recovered=line["recovered"], **common)
        elif kind == "closed":
            if not seen.told:
                seen.state = "off"
                return Event("lost", seen.at, **common) if numbered else None
        elif kind == "state":
            seen.told, seen.state = True, line["state"]
            # Without positions, only a gap tells the application that something is missing.
            told = {"asked": "lost", "waiting": "ended"}.get(seen.state)
            return Event(told, seen.at, **common) if told and numbered else None  # type: ignore[arg-type]
        return None
