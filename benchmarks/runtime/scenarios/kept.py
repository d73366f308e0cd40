"""What Redis, histories and snapshots cost, against the same without them."""

from collections.abc import Iterator

from benchmarks.runtime.contestants import Contestant, Load, Rate, Setting, contestants
from benchmarks.runtime.measuring import Budget, alternate, compare, fan_out
from benchmarks.runtime.redis_server import redis_server
from benchmarks.runtime.rows import Measured, Row
from benchmarks.runtime.servers import ALONE, BY_REDIS, HISTORY, SNAPSHOT

Rows = Iterator[Measured | Row]


def redis(setting: Setting) -> Rows:
    """The same fan-out in one process, by the memory broker and by the Redis broker."""
    for topics, at_least in ((1, None), (100, 0.85)):
        yield from _by_redis(setting, topics, Budget(BY_REDIS, ALONE, at_least))


def history(setting: Setting) -> Rows:
    """The same fan-out with a history for each topic and without, in memory and by Redis."""
    yield from fan_out(setting, Load(), [Budget(HISTORY, ALONE, 0.9)])
    for topics in (1, 100):
        yield from _by_redis(setting, topics, Budget(HISTORY, BY_REDIS, 1 / 3))


def _by_redis(setting: Setting, topics: int, budget: Budget) -> Rows:
    with redis_server() as address:
        variables = {"BENCHMARK_REDIS": address}
        yield from fan_out(setting, Load(topics), [budget], variables)


def snapshot(setting: Setting) -> Rows:
    """Fan-out with a snapshot and without, and subscribing: the snapshot is asked for once for all who wait."""
    yield from fan_out(setting, Load(), [Budget(SNAPSHOT, ALONE)])

    def measure(contestant: Contestant) -> Rate:
        rate = contestant.ask_all(contestant.subscribe, contestant.answers)
        contestant.ask_all(contestant.unsubscribe)
        return rate

    with contestants(setting, [SNAPSHOT, ALONE]) as running:
        for contestant in running:
            contestant.connect(1_000)
        rates = alternate(setting, running, measure)
    yield compare("1,000 clients subscribe to 1 topic", rates, Budget(SNAPSHOT, ALONE))
