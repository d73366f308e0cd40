"""An interval on a real server: how few deliveries, how late the newest value is, whether any starves."""

import time
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from benchmarks.runtime.contestants import Contestant, Setting, contestants
from benchmarks.runtime.measuring import alternate
from benchmarks.runtime.rows import Row
from benchmarks.runtime.servers import ALONE, INTERVAL

_TOPICS, _HERTZ, _SECONDS = 500, 100, 4.0
_BOUND = 0.1 + 0.02  # the interval, and what may be added to it


def interval(setting: Setting) -> Iterator[Row]:
    """500 topics that are published to 100 times a second, with an interval and without."""

    def measure(contestant: Contestant) -> dict[str, Any]:
        contestant.clients.ask("follow", 1 / _HERTZ)
        before = contestant.busy()
        took = contestant.serving.ask("stream", _TOPICS, _HERTZ, _SECONDS)
        busy = contestant.busy().since(before)
        time.sleep(1)  # until the last ones have come
        followed: dict[str, Any] = contestant.clients.ask("followed")
        assert followed["topics"] == _TOPICS, "a topic has starved"
        return {**followed, "hertz": _HERTZ * _SECONDS / took, "busy": busy.all / took}

    with contestants(setting, [ALONE, INTERVAL]) as running:
        for contestant in running:
            contestant.connect(_TOPICS, _TOPICS)
        found = alternate(setting, running, measure)
    yield from _rows(found[INTERVAL], found[ALONE])


def _rows(spaced: Sequence[dict[str, Any]], all_: Sequence[dict[str, Any]]) -> Iterator[Row]:
    hertz = median(one["hertz"] for one in spaced)
    work = f"{_TOPICS} topics at {hertz:.0f} Hz, interval 0.1 s"
    late = [one["waited"] for one in spaced]
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
        f"{_BOUND * 1e3:.0f} ms",
        [each / _BOUND for each in late],
        at_most=1.0,
    )
    yield Row(
        f"{work}: updates of the topic that gets the fewest",
        f"{median(one['fewest'] for one in spaced):.0f}",
        "all topics on average",
        f"{median(one['updates'] for one in spaced) / _TOPICS:.1f}",
        [one["fewest"] * _TOPICS / one["updates"] for one in spaced],
        at_least=0.9,
    )
    yield Row(
        f"{work}: how much of a core the server and its publisher take",
        f"{median(one['busy'] for one in spaced):.0%}",
        f"without an interval, at {median(one['hertz'] for one in all_):.0f} Hz",
        f"{median(one['busy'] for one in all_):.0%}",
        [one["busy"] / other["busy"] for one, other in zip(spaced, all_, strict=True)],
    )
