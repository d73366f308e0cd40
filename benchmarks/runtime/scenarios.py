"""The scenarios: each runs its contestants in turn, in several rounds, and yields rows of the table."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, TypeVar

from benchmarks.runtime.processes import Contestant, contestants
from benchmarks.runtime.redis_server import redis_server

OURS, ALONE, BY_REDIS = "wsgen", "wsgen_alone", "wsgen_redis"
WRAPPED = "wsgen_wrapped"
HISTORY = "wsgen_history"
INTERVAL = "wsgen_interval"
LABELS = {
    OURS: "wsgen, mounted in FastAPI",
    ALONE: "wsgen",
    BY_REDIS: "wsgen, by Redis",
    WRAPPED: "wsgen, mounted, in a middleware that wraps send",
    HISTORY: "wsgen, with a history",
    INTERVAL: "wsgen, with an interval of 0.1 s",
    "bare": "bare loop of ASGI sends",
    "tasks": "a task for each send",
    "writers": "a queue and a writer for each client",
    "fastws": "FastWS 0.1.7",
    "chanx": "chanx 2.13.0",
}
# Slower contestants get fewer updates, so that all are measured for about the same time.
UPDATES = {"fastws": 10, "chanx": 2}


@dataclass(frozen=True, slots=True)
class Setting:
    """How to run: the rounds, and what the servers run on."""

    rounds: int
    ws: str
    loop: str


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `ratios` are those of the rounds; `at_least` and `at_most` bound their median.

    With `by_cpu_time` they bound the median of `cpu_ratios`, since a slow contestant mostly waits.
    """

    work: str
    ours: str
    against: str
    theirs: str
    ratios: Sequence[float]
    cpu_ratios: Sequence[float] = ()
    at_least: float | None = None
    at_most: float | None = None
    by_cpu_time: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of deliveries or answers, and the wall time and the server's CPU time for them, in seconds."""

    number: int
    wall: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Return the number in a second."""
        return self.number / self.wall

    @property
    def cpu_each(self) -> float:
        """Return the server's CPU time for one, in microseconds."""
        return self.cpu / self.number * 1e6


Measured = TypeVar("Measured")


def _alternate(
    setting: Setting, running: Sequence[Contestant], measure: Callable[[Contestant], Measured]
) -> dict[str, list[Measured]]:
    """Measure each contestant in turn; the first round is a warm-up and does not count."""
    found: dict[str, list[Measured]] = {contestant.name: [] for contestant in running}
    for number in range(setting.rounds + 1):
        for contestant in running:
            value = measure(contestant)
            if number:
                found[contestant.name].append(value)
    return found


def _compare(
    work: str,
    found: dict[str, list[Rate]],
    pairs: Sequence[tuple[str, str, float | None]],
) -> Iterator[Row]:
    for ours, theirs, at_least in pairs:
        rounds = list(zip(found[ours], found[theirs], strict=True))
        yield Row(
            f"{work}: {LABELS[ours]}",
            _rate(found[ours]),
            LABELS[theirs],
            _rate(found[theirs]),
            [our.per_second / their.per_second for our, their in rounds],
            [their.cpu_each / our.cpu_each for our, their in rounds],
            at_least,
            by_cpu_time=theirs == "chanx",
        )


def _rate(rates: Sequence[Rate]) -> str:
    wall = median(rate.per_second for rate in rates)
    cpu = median(rate.cpu_each for rate in rates)
    return f"{wall:,.0f}/s, {cpu:.1f} µs"


_CONTESTANTS = ("bare", ALONE, OURS, WRAPPED, "fastws", "chanx")


def _fan_out(
    setting: Setting,
    topics: int,
    names: Sequence[str] = _CONTESTANTS,
    environment: Mapping[str, str] | None = None,
) -> dict[str, list[Rate]]:
    subscribers = 1_000 // topics

    def measure(contestant: Contestant) -> Rate:
        updates = UPDATES.get(contestant.name, 30)
        wall, cpu = contestant.publish(topics, updates, subscribers)
        return Rate(topics * updates * subscribers, wall, cpu)

    options = {"ws": setting.ws, "loop": setting.loop}
    with contestants(*names, **options, environment=environment) as running:
        for contestant in running:
            contestant.connect(1_000, topics)
        return _alternate(setting, running, measure)


def fan_out_one(setting: Setting) -> Iterator[Row]:
    """One topic of 1,000 clients: sent to directly, and by the tasks of the connections."""
    pairs = [
        (ALONE, "bare", 0.85),
        (OURS, "bare", 0.85),
        (WRAPPED, "bare", None),
        (WRAPPED, "fastws", None),
        (OURS, "fastws", 2.3),
        (OURS, "chanx", 15.0),
    ]
    yield from _compare("1 topic of 1,000 clients", _fan_out(setting, 1), pairs)


def fan_out_many(setting: Setting) -> Iterator[Row]:
    """A hundred topics with ten clients each."""
    pairs = [(ALONE, "bare", None), (OURS, "fastws", None), (OURS, "chanx", None)]
    names = ("bare", ALONE, OURS, "fastws", "chanx")
    yield from _compare("100 topics of 10 clients each", _fan_out(setting, 100, names), pairs)


def designs(setting: Setting) -> Iterator[Row]:
    """One topic of 1,000 clients: the chosen design and two others."""
    names = (ALONE, "tasks", "writers")
    pairs: list[tuple[str, str, float | None]] = [(ALONE, "tasks", None), (ALONE, "writers", None)]
    yield from _compare("1 topic of 1,000 clients", _fan_out(setting, 1, names), pairs)


def redis(setting: Setting) -> Iterator[Row]:
    """The same fan-out in one process, by the memory broker and by the Redis broker."""
    for topics in (1, 100):
        with redis_server() as address:
            found = _fan_out(setting, topics, (ALONE, BY_REDIS), {"BENCHMARK_REDIS": address})
        work = f"{topics} topic{'s' if topics > 1 else ''} of {1_000 // topics:,} clients"
        yield from _compare(work, found, [(BY_REDIS, ALONE, None)])


def history(setting: Setting) -> Iterator[Row]:
    """The same fan-out with a history for each topic and without, in memory and by Redis."""
    work = "1 topic of 1,000 clients"
    found = _fan_out(setting, 1, (ALONE, HISTORY))
    yield from _compare(work, found, [(HISTORY, ALONE, 0.9)])
    for topics in (1, 100):
        with redis_server() as address:
            names, environment = (BY_REDIS, HISTORY), {"BENCHMARK_REDIS": address}
            found = _fan_out(setting, topics, names, environment)
        work = f"{topics} topic{'s' if topics > 1 else ''} of {1_000 // topics:,} clients, by Redis"
        yield from _compare(work, found, [(HISTORY, BY_REDIS, 1 / 3)])


def interval(setting: Setting) -> Iterator[Row]:
    """500 topics that are published to 100 times a second, with an interval and without."""
    topics, hertz, seconds = 500, 100, 4.0
    bound = 0.1 + 0.02  # the interval, and what may be added to it

    def measure(contestant: Contestant) -> dict[str, Any]:
        contestant.clients.ask("follow", 1 / hertz)
        contestant.server.ask("stream", topics, hertz, seconds)
        time.sleep(1)  # until the last ones have come
        followed: dict[str, Any] = contestant.clients.ask("followed")
        assert followed["topics"] == topics, "a topic has starved"
        return followed

    with contestants(ALONE, INTERVAL, ws=setting.ws, loop=setting.loop) as running:
        for contestant in running:
            contestant.connect(topics, topics)
        found = _alternate(setting, running, measure)
    spaced, all_ = found[INTERVAL], found[ALONE]
    late = [one["waited"] for one in spaced]
    work = f"{topics} topics at {hertz} Hz, interval 0.1 s"
    yield Row(
        f"{work}: updates delivered",
        f"{median(one['updates'] for one in spaced):,.0f}",
        "without an interval",
        f"{median(one['updates'] for one in all_):,.0f}",
        [one["updates"] / other["updates"] for one, other in zip(spaced, all_, strict=True)],
        at_most=1 / 8,
    )
    yield Row(
        f"{work}: 99th percentile of the time until the newest value comes",
        f"{median(late) * 1e3:.0f} ms",
        "interval + 20 ms",
        f"{bound * 1e3:.0f} ms",
        [each / bound for each in late],
        at_most=1.0,
    )
    yield Row(
        f"{work}: updates of the topic that gets the fewest",
        f"{median(one['fewest'] for one in spaced):.0f}",
        "all topics on average",
        f"{median(one['updates'] for one in spaced) / topics:.1f}",
        [one["fewest"] * topics / one["updates"] for one in spaced],
        at_least=0.9,
    )


def idle(setting: Setting) -> Iterator[Row]:
    """Ten subscribers alone, and the same next to ten thousand clients without a subscription."""
    updates = 1_000

    def measure(contestant: Contestant) -> Rate:
        return Rate(updates, *contestant.publish(1, updates, 10))

    with contestants(OURS, OURS, ws=setting.ws, loop=setting.loop) as running:
        _, crowded = running
        crowded.name = "crowded"
        crowded.connect(10_000)
        for contestant in running:
            contestant.connect(10, topics=1)
        found = _alternate(setting, running, measure)
    rounds = list(zip(found["crowded"], found[OURS], strict=True))
    yield Row(
        "10 subscribers beside 10,000 idle clients",
        _each(found["crowded"]),
        "the 10 alone",
        _each(found[OURS]),
        [crowd.wall / few.wall for crowd, few in rounds],
        [crowd.cpu / few.cpu for crowd, few in rounds],
        at_most=1.1,
    )


def _each(rates: Sequence[Rate]) -> str:
    wall = median(rate.wall / rate.number for rate in rates) * 1e6
    return f"{wall:.0f} µs, {median(rate.cpu_each for rate in rates):.0f} µs"


def storm(setting: Setting) -> Iterator[Row]:
    """1,000 clients subscribe to one of 100 topics and unsubscribe, as fast as they get answers."""

    def measure(contestant: Contestant) -> Rate:
        turns = 2
        before = contestant.server.ask("cpu")
        frames = (contestant.subscribe, contestant.unsubscribe)
        wall = contestant.clients.ask("storm", *frames, turns)
        return Rate(1_000 * turns * 2, wall, contestant.server.ask("cpu") - before)

    with contestants(OURS, "fastws", "chanx", ws=setting.ws, loop=setting.loop) as running:
        for contestant in running:
            contestant.connect(1_000)
        found = _alternate(setting, running, measure)
    pairs = [(OURS, "fastws", None), (OURS, "chanx", None)]
    yield from _compare("subscribe and unsubscribe", found, pairs)


def memory(setting: Setting) -> Iterator[Row]:
    """The server's memory for one more client with one subscription; each round connects new clients."""

    def measure(contestant: Contestant) -> float:
        clients = 500
        before = contestant.server.ask("memory")
        contestant.connect(clients, topics=1)
        taken: float = contestant.server.ask("memory") - before
        return taken / clients / 1024

    names = (OURS, "bare", "fastws", "chanx")
    with contestants(*names, ws=setting.ws, loop=setting.loop) as running:
        found = _alternate(setting, running, measure)
    ours = found[OURS]
    for name in names[1:]:
        yield Row(
            "memory of a client",
            f"{median(ours):.1f} KiB",
            LABELS[name],
            f"{median(found[name]):.1f} KiB",
            [our / their for our, their in zip(ours, found[name], strict=True)],
        )


def stalled(setting: Setting) -> Iterator[Row]:
    """The 99th percentile latency of 1,000 clients next to one more, which either reads or never reads."""
    found: dict[bool, list[float]] = {False: [], True: []}
    with contestants(OURS, ws=setting.ws, loop=setting.loop) as [ours]:
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
    updates, clients = 40, 1_000
    ours.clients.ask("meet", ours.subscribe, not stall)
    if stall:
        ours.server.ask("clog")
    # A core that has just been idle is slower for a while, by more than the difference measured here.
    for _ in ("to warm up", "to measure"):
        ours.clients.ask("latencies", updates * clients)
        ours.server.ask("publish", 1, updates, 0.05)
        latencies: list[float] = ours.clients.hear()
    ours.clients.ask("part")
    return latencies[int(len(latencies) * 0.99)]


SCENARIOS: dict[str, Callable[[Setting], Iterator[Row]]] = {
    "fan-out": fan_out_one,
    "topics": fan_out_many,
    "designs": designs,
    "redis": redis,
    "history": history,
    "interval": interval,
    "idle": idle,
    "storm": storm,
    "memory": memory,
    "stalled": stalled,
}
