"""Measures contestants in turn, in several rounds, and compares what was found."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple, TypeVar

from benchmarks.runtime.contestants import Contestant, Delays, Load, Rate, Setting, contestants
from benchmarks.runtime.rows import Measured, Row
from benchmarks.runtime.servers import Server

Found = TypeVar("Found")
Rates = dict[Server, list[Rate]]


class Budget(NamedTuple):
    """A comparison of two servers, and the least ratio by CPU time if there is a budget."""

    ours: Server
    theirs: Server
    at_least: float | None = None


def alternate(
    setting: Setting, running: Sequence[Contestant], measure: Callable[[Contestant], Found]
) -> dict[Server, list[Found]]:
    """Measure each contestant in turn; the first round is a warm-up and does not count."""
    found: dict[Server, list[Found]] = {contestant.server: [] for contestant in running}
    for number in range(setting.rounds + 1):
        for contestant in running:
            value = measure(contestant)
            if number:
                found[contestant.server].append(value)
    return found


def fan_out(
    setting: Setting,
    load: Load,
    budgets: Sequence[Budget],
    variables: Mapping[str, str] | None = None,
) -> Iterator[Measured | Row]:
    """Publish to the servers of `budgets`, and yield what each did and how they compare.

    All connect their clients first. Delays are measured at a quarter or less of what a server can do.
    """
    servers = list(dict.fromkeys(s for budget in budgets for s in (budget.theirs, budget.ours)))
    with contestants(setting, servers, variables) as running:
        for contestant in running:
            contestant.connect(load.clients, load.topics)
        rates = alternate(setting, running, lambda contestant: measure_rate(contestant, load))
        delays: dict[Server, list[Delays]] = {server: [] for server in servers}
        if load.topics == 1:
            delays = alternate(setting, running, lambda contestant: _delays(contestant, load))
    for server in servers:
        yield Measured(load, server, rates[server], delays[server])
    for budget in budgets:
        yield compare(str(load), rates, budget)


def measure_rate(contestant: Contestant, load: Load) -> Rate:
    """Publish as many updates as give each server about the same time, as fast as they can be published."""
    updates = max(2, contestant.server.updates * 1_000 // load.clients)
    updates = max(updates - updates % load.burst, load.burst)
    return contestant.publish(load, updates)


def _delays(contestant: Contestant, load: Load) -> Delays:
    """Publish 20,000 deliveries a second."""
    updates = max(2 * load.burst, 10_000 // load.clients, 3)
    pause = load.burst * load.clients / 20_000
    return contestant.delays(load, updates, pause)


def compare(work: str, found: Rates, budget: Budget) -> Row:
    """Return the row of two servers."""
    ours, theirs = found[budget.ours], found[budget.theirs]
    rounds = list(zip(ours, theirs, strict=True))
    return Row(
        f"{work}: {budget.ours.described()}",
        _rate(ours),
        budget.theirs.described(),
        _rate(theirs),
        [our.per_second / their.per_second for our, their in rounds],
        [their.cpu_each / our.cpu_each for our, their in rounds],
        budget.at_least,
        by_cpu_time=budget.at_least is not None,
    )


def _rate(rates: Sequence[Rate]) -> str:
    wall = median(rate.per_second for rate in rates)
    cpu = median(rate.cpu_each for rate in rates)
    return f"{wall:,.0f}/s, {cpu:.1f} µs"
