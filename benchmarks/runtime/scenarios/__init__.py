"""The scenarios: each runs its contestants in turn, in several rounds, and yields rows of the tables."""

from collections.abc import Callable, Iterator

from benchmarks.runtime.contestants import Setting
from benchmarks.runtime.rows import Measured, Row
from benchmarks.runtime.scenarios import clients, delays, fan_out, interval, kept, sizes

Scenario = Callable[[Setting], Iterator[Measured | Row]]

SCENARIOS: dict[str, Scenario] = {
    "fan-out": fan_out.one_topic,
    "prepared": fan_out.prepared,
    "bursts": fan_out.bursts,
    "crowd": fan_out.crowd,
    "tls": fan_out.tls,
    "bounds": fan_out.bounds,
    "sizes": sizes.sizes,
    "topics": fan_out.many_topics,
    "designs": fan_out.designs,
    "redis": kept.redis,
    "history": kept.history,
    "snapshot": kept.snapshot,
    "interval": interval.interval,
    "ping": delays.ping,
    "stalled": delays.stalled,
    "idle": clients.idle,
    "storm": clients.storm,
    "memory": clients.memory,
}
