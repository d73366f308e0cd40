"""Writes the statistics of an app in the text format of Prometheus, by prometheus-client."""

import importlib.util
from collections.abc import Iterator
from typing import get_type_hints

from wsgen_runtime.stats import BrokerStats, Stats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# The others only grow.
_GAUGES = (
    "clients",
    "topics",
    "queued",
    "lingering",
    "keys",
    "broker_connected",
    "broker_leases",
    "broker_queued",
)


def require_prometheus() -> None:
    """Raise RuntimeError, which says what to install, if prometheus-client is missing."""
    if importlib.util.find_spec("prometheus_client") is None:
        raise RuntimeError(
            "metrics=True needs prometheus-client: pip install 'wsgen-runtime[metrics]'"
        )


def render_metrics(title: str, stats: Stats) -> bytes:
    """Return `stats` as text, with the `title` of the app as a label of each sample."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

    class Collector:
        def collect(self) -> Iterator[Metric]:
            for name, meaning, value in _numbers(stats):
                kind = GaugeMetricFamily if name in _GAUGES else CounterMetricFamily
                family = kind(f"wsgen_{name}", meaning, labels=["app"])
                family.add_metric([title], value)
                yield family

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector())
    return generate_latest(registry)


def _numbers(stats: Stats | BrokerStats, prefix: str = "") -> Iterator[tuple[str, str, int]]:
    """Yield the name of each number of `stats`, what it counts, and the number."""
    for name, kind in get_type_hints(type(stats), include_extras=True).items():
        value = getattr(stats, name)
        if isinstance(value, BrokerStats):
            yield from _numbers(value, f"{name}_")
        else:
            yield prefix + name, kind.__metadata__[0], value
