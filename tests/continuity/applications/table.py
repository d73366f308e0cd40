"""What became of the updates of different clients: a table of what the checker found, by kind."""

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.continuity.rounds import Round

COLUMNS = (
    "updates and states",
    "connections",
    "losses not signalled",
    "came twice or back",
    "states that differ",
    "not at rest",
    "losses signalled",
    "of unknown size",
)


class Counts:
    """The counts of one client."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self.other: list[str] = []
        """What belongs to no column."""

    def add(self, result: Round, failures: Iterable[str]) -> None:
        """Count what one round has found."""
        self.found["updates and states"] += result.count("update") + result.count("snapshot")
        self.found["losses signalled"] += result.count("gap")
        topics = result.transcripts.values()
        events = [event for topic in topics for each in topic.values() for event in each]
        self.found["of unknown size"] += sum(e.kind == "gap" and e.count is None for e in events)
        for said in (*result.violations, *failures):
            column = kind_of(said)
            if column is None:
                self.other.append(said)
            else:
                self.found[column] += 1


def kind_of(violation: str) -> str | None:
    """Return the column of what the checker says, if it has one."""
    said = violation.lower()
    if "not at rest" in said:
        return "not at rest"
    if any(
        text in said
        for text in ("is no state", "the state after", "before any state", "without a state")
    ):
        return "states that differ"
    if any(text in said for text in ("came again", "came twice", "of its successor")):
        return "came twice or back"
    if "were said to be missing" in said or "has another producer" in said or "it rests at" in said:
        return "losses not signalled"
    if " came after " in said:
        return "came twice or back"
    return None


def table(counts: Mapping[str, Counts]) -> str:
    """Return the table in Markdown, with what belongs to no column below it."""
    lines = ["| | " + " | ".join(counts) + " |", "|---|" + "--:|" * len(counts)]
    for column in COLUMNS:
        cells = (f"{each.found[column]:,}" for each in counts.values())
        lines.append(f"| {column} | " + " | ".join(cells) + " |")
    for name, each in counts.items():
        lines += [f"{name}: {said[:200]}" for said in each.other[:5]]
    return "\n".join(lines)
