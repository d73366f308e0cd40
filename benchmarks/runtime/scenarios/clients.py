"""What clients cost: connected ones that get nothing, subscribing, and their memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from benchmarks.runtime.contestants import Contestant, Load, Rate, Setting, contestants
from benchmarks.runtime.environments import ROOT
from benchmarks.runtime.measuring import Budget, alternate, compare
from benchmarks.runtime.rows import Row
from benchmarks.runtime.servers import ALONE, BARE, CHANX, FASTWS, FASTWS_ON_OURS, OURS, PREPARED


def idle(setting: Setting) -> Iterator[Row]:
    """Ten subscribers alone, and the same next to ten thousand clients without a subscription."""
    updates = 1_000
    crowded = replace(OURS, label="crowded")
    with contestants(setting, [OURS, crowded]) as running:
        running[1].connect(10_000)
        for contestant in running:
            contestant.connect(10, topics=1)
        found = alternate(
            setting, running, lambda contestant: contestant.publish(Load(clients=10), updates)
        )
    rounds = list(zip(found[crowded], found[OURS], strict=True))
    yield Row(
        "10 subscribers beside 10,000 idle clients",
        _each(found[crowded]),
        "the 10 alone",
        _each(found[OURS]),
        [crowd.wall / few.wall for crowd, few in rounds],
        [crowd.server.all / few.server.all for crowd, few in rounds],
        at_most=1.1,
        by_cpu_time=True,
    )


def _each(rates: Sequence[Rate]) -> str:
    """Return the wall time and the CPU time of an update to ten clients."""
    wall = median(rate.wall / rate.number for rate in rates) * 1e7
    return f"{wall:.0f} µs, {median(rate.cpu_each for rate in rates) * 10:.0f} µs"


def storm(setting: Setting) -> Iterator[Row]:
    """1,000 clients subscribe to one of 100 topics and unsubscribe, as fast as they get answers."""
    servers = [PREPARED, OURS, FASTWS, FASTWS_ON_OURS, CHANX]
    ours = {"PYTHONPATH": str(ROOT / "src")}  # for our protocol in the environment of FastWS
    with contestants(setting, servers, ours) as running:
        for contestant in running:
            contestant.connect(1_000)
        found = alternate(setting, running, lambda contestant: contestant.storm(1_000, turns=2))
    for budget in (
        Budget(PREPARED, FASTWS, 1.2),
        Budget(PREPARED, FASTWS_ON_OURS),
        Budget(OURS, FASTWS),
        Budget(OURS, CHANX),
    ):
        yield compare("subscribe and unsubscribe", found, budget)


def memory(setting: Setting) -> Iterator[Row]:
    """The server's memory for one more client with one subscription; each round connects new clients."""

    def measure(contestant: Contestant) -> float:
        clients = 500
        before: float = contestant.serving.ask("memory")
        contestant.connect(clients, topics=1)
        taken: float = contestant.serving.ask("memory") - before
        return taken / clients / 1024

    with contestants(setting, (PREPARED, OURS, ALONE, BARE, FASTWS, CHANX)) as running:
        found = alternate(setting, running, measure)
    for ours, theirs, at_most in (
        (PREPARED, BARE, 1.3),
        (OURS, BARE, None),
        (ALONE, BARE, None),
        (OURS, FASTWS, None),
        (OURS, CHANX, None),
    ):
        yield Row(
            f"memory of a client: {ours.label}",
            f"{median(found[ours]):.1f} KiB",
            theirs.label,
            f"{median(found[theirs]):.1f} KiB",
            [our / their for our, their in zip(found[ours], found[theirs], strict=True)],
            at_most=at_most,
        )
