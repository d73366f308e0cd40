"""Who delays whom: a client that never reads, and a long fan-out beside another client's pings."""

from collections.abc import Iterator
from statistics import median

from benchmarks.runtime.contestants import Contestant, Load, Setting, contestants
from benchmarks.runtime.measuring import alternate
from benchmarks.runtime.processes import CLIENTS, program
from benchmarks.runtime.rows import Row
from benchmarks.runtime.servers import BARE, OURS, PREPARED

_ASKED = 0.02  # seconds until a ping is answered


def stalled(setting: Setting) -> Iterator[Row]:
    """The 99th percentile latency of 1,000 clients next to one more, which either reads or never reads."""
    found: dict[bool, list[float]] = {False: [], True: []}
    with contestants(setting, [OURS]) as [ours]:
        ours.connect(1_000, topics=1)
        for number in range(setting.rounds + 1):
            # Each goes first in turn.
            for stall in (False, True) if number % 2 else (True, False):
                latency = _latency_beside(ours, stall=stall)
                if number:
                    found[stall].append(latency)
    yield Row(
        "99th percentile latency with a stalled reader among 1,000",
        f"{median(found[True]) * 1e3:.1f} ms",
        "with one that reads",
        f"{median(found[False]) * 1e3:.1f} ms",
        [one / none for one, none in zip(found[True], found[False], strict=True)],
        at_most=1.2,
    )


def _latency_beside(ours: Contestant, *, stall: bool) -> float:
    ours.clients.ask("meet", ours.subscribe, not stall)
    if stall:
        ours.serving.ask("clog")
    # A core that has just been idle is slower for a while, by more than the difference measured here.
    for _ in ("to warm up", "to measure"):
        delays = ours.delays(Load(), updates=40, pause=0.05)
    ours.clients.ask("part")
    return delays.p99


def ping(setting: Setting) -> Iterator[Row]:
    """What a client waits for the answers to its pings while 10,000 others get five updates a second."""

    def measure(contestant: Contestant) -> float:
        with program("pinger", str(contestant.port), core=CLIENTS) as pinger:
            pinger.ask("start")
            contestant.delays(Load(clients=10_000), updates=10, pause=0.2)
            waited: float = pinger.ask("stop")
        return waited

    for server in (BARE, OURS, PREPARED):
        with contestants(setting, [server]) as running:
            running[0].connect(10_000, topics=1)
            waited = alternate(setting, running, measure)[server]
        yield Row(
            f"99th percentile of a ping during fan-outs to 10,000 clients: {server.label}",
            f"{median(waited) * 1e3:.1f} ms",
            "what is asked",
            f"{_ASKED * 1e3:.0f} ms",
            [each / _ASKED for each in waited],
            at_most=None if server is BARE else 1.0,
        )
