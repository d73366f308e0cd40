"""One row of the generator's table, with its budget and whether it keeps to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound in units of its own, beside that on the ratio."""

    value: float
    at_most: float
    unit: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row: `ours` against `theirs`, in seconds or as numbers; `at_most` bounds their ratio."""

    work: str
    ours: float
    against: str
    theirs: float
    at_most: float | None = None
    limit: Limit | None = None
    counted: bool = False

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def met(self) -> bool | None:
        """Whether the row keeps to all its bounds; None if it has none."""
        bounds = [] if self.at_most is None else [self.ratio <= self.at_most]
        bounds += [] if self.limit is None else [self.limit.value <= self.limit.at_most]
        return all(bounds) if bounds else None

    def cells(self) -> tuple[str, ...]:
        """Return the row's cells but for whether it met its budget."""
        limit = self.limit
        budget = [] if self.at_most is None else [_ratio(self.at_most)]
        budget += [] if limit is None else [f"{limit.at_most:g} {limit.unit}"]
        ratio = _ratio(self.ratio)
        if limit is not None and limit.unit != "ms":
            ratio += f", {limit.value:.0f} {limit.unit}"
        amount = f"{{:,.{0 if self.counted else 2}f}}".format if self.counted else _time
        ours, theirs = amount(self.ours), amount(self.theirs)
        return self.work, ours, self.against, theirs, ratio, ", ".join(budget)


def _ratio(value: float) -> str:
    return f"1/{1 / value:,.0f}" if 0 < value < 0.1 else f"{value:.2f}"


def _time(seconds: float) -> str:
    if seconds < 0.001:
        return f"{seconds * 1e6:,.0f} µs"
    return f"{seconds * 1000:,.1f} ms" if seconds < 10 else f"{seconds:,.1f} s"
