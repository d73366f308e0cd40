"""The rows of the tables: what a server did, and how two servers or two measurements compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

from benchmarks.runtime.contestants import Delays, Load, Rate
from benchmarks.runtime.servers import Server

_SATURATED = 0.8  # a core that is busy for a larger part of the time bounds what is measured


@dataclass(frozen=True, slots=True)
class Measured:
    """What a server did: its rounds, in `rates` and in `delays` if there are any."""

    columns: ClassVar = (
        *("work", "server", "a second", "CPU each", "in the kernel"),
        *("bytes each", "p50", "p99", "bound by"),
    )
    load: Load
    server: Server
    rates: Sequence[Rate]
    delays: Sequence[Delays] = ()

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the row; medians of the rounds."""
        delays = ("", "")
        if self.delays:
            p50, p99 = (median(values) for values in zip(*self.delays, strict=True))
            delays = (f"{p50 * 1e3:.1f} ms", f"{p99 * 1e3:.1f} ms")
        return (
            str(self.load),
            self.server.described(),
            f"{median(rate.per_second for rate in self.rates):,.0f}",
            f"{self.cpu_each:.1f} µs",
            f"{median(rate.server.kernel / rate.server.all for rate in self.rates):.0%}",
            f"{median(rate.bytes_each for rate in self.rates):.0f}",
            *delays,
            self._bound(),
        )

    @property
    def cpu_each(self) -> float:
        """Return the server's CPU time for one delivery, in microseconds."""
        return median(rate.cpu_each for rate in self.rates)

    @property
    def met(self) -> None:
        """Return None, since only comparisons have budgets."""
        return

    def _bound(self) -> str:
        """Return which core had no time left."""
        server = median(rate.server.all / rate.wall for rate in self.rates)
        clients = median(rate.clients.all / rate.wall for rate in self.rates)
        if max(server, clients) < _SATURATED:
            return f"neither core: the server has {server:.0%} of one, the clients {clients:.0%}"
        if clients > server:
            return f"the clients; the server has {server:.0%} of a core"
        return "the server"


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `ratios` are those of the rounds; `at_least` and `at_most` bound their median.

    With `by_cpu_time` they bound the median of `cpu_ratios`: the server's CPU time, whatever its clients do.
    """

    columns: ClassVar = ("work", "", "against", "", "ratio", "by CPU time", "budget")
    work: str
    ours: str
    against: str
    theirs: str
    ratios: Sequence[float]
    cpu_ratios: Sequence[float] = ()
    at_least: float | None = None
    at_most: float | None = None
    by_cpu_time: bool = False

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the row."""
        cpu = f"{median(self.cpu_ratios):.2f}" if self.cpu_ratios else ""
        budget = ""
        if self.at_least is not None:
            budget = f"at least {self.at_least:.3g}"
        elif self.at_most is not None:
            budget = f"at most {self.at_most:.3g}"
        if budget and self.by_cpu_time:
            budget += " by CPU time"
        ratio = f"{median(self.ratios):.2f}"
        return (self.work, self.ours, self.against, self.theirs, ratio, cpu, budget)

    @property
    def met(self) -> bool | None:
        """Return whether the row meets its budget; None if it has none."""
        judged = median(self.cpu_ratios if self.by_cpu_time else self.ratios)
        if self.at_least is not None:
            return judged >= self.at_least
        if self.at_most is not None:
            return judged <= self.at_most
        return None
