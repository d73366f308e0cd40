"""What the routes of a round promise, and what a client at rest must have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.continuity.rules import Event


@dataclass(frozen=True)
class Kind:
    """What a route promises."""

    numbered: bool = True
    """It has positions: each loss is signalled, also across connections and producers."""
    stateful: bool = False
    replay: int = 0
    """How many updates a new subscriber gets at once; after a loss, a client may have had them."""
    many: bool = False
    """Many processes publish to one topic; their updates come in any order among each other."""


def unfinished(
    kind: Kind, events: Sequence[Event], truth: Mapping[str, int], alive: Sequence[str]
) -> str | None:
    """Return what a client at rest lacks of the updates of the sources that are `alive`, without a signal."""
    last: dict[str, int] = {}
    # How many were said to be missing after the last update of each source: of many, they may be of any.
    missing: dict[str, int] = {}
    for event in events:
        if event.kind in {"update", "snapshot"}:
            if not kind.many:
                last.clear()
            last[event.data["source"]] = event.data["number"]
            missing[event.data["source"]] = 0
        elif event.kind == "gap" and event.count is None and not kind.stateful:
            last.clear()
        elif event.kind == "gap" and event.count is not None and kind.many:
            for source in missing:
                missing[source] += event.count
    for source in alive:
        if source in last and last[source] + missing[source] < truth.get(source, 0):
            return f"it rests at {last[source]} of {source}, and {truth.get(source, 0)} were made"
        if kind.stateful and source not in last:
            return f"it rests at {last}, without a state of {source}"
        if last and source not in last and not kind.many and truth.get(source, 0):
            return f"it rests at {last}, and {source} made {truth.get(source, 0)}"
    return None
