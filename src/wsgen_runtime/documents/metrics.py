"""Writes the statistics of an app in the text format of Prometheus, by prometheus-client."""

import importlib.util
from collections.abc import Iterator
from dataclasses import fields

from wsgen_runtime.stats import BrokerStats, Stats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_GAUGES = {
    "clients": "Clients connected now.",
    "topics": "Topics with subscribers now.",
    "queued": "Frames queued in all outboxes now.",
    "broker_connected": "Whether updates of other processes arrive now.",
    "broker_leases": "Topics that this process produces now, since it has their lease.",
    "broker_queued": "Updates queued for other processes now.",
}
_COUNTERS = {
    "connections": "Connections accepted.",
    "refused": "Connections refused.",
    "updates": "Updates delivered to their topics.",
    "deliveries": "Updates handed to clients.",
    "drops": "Updates that slow clients missed.",
    "lost": "Updates published faster than the event loop could take them, or lost between processes.",
    "errors": "Error frames sent.",
    "failures": "Exceptions of services, of the broker and of other user code.",
    "ended": "Topics that ended because their producer ended.",
    "broker_dropped": "Updates of this process that were not published.",
    "broker_missed": "Updates of other producers that did not arrive.",
    "broker_rejected": "Messages that no process of this app can have sent.",
    "broker_reconnects": "Connections that were lost and restored.",
}


def require_prometheus() -> None:
    """Raise RuntimeError, which says what to install, if prometheus-client is missing."""
    if importlib.util.find_spec("prometheus_client") is None:
        raise RuntimeError(
            "metrics=True needs prometheus-client: pip install 'wsgen-runtime[metrics]'"
        )


def render_metrics(title: str, stats: Stats) -> bytes:
    """Return `stats` as text, with the `title` of the app as a label of each sample."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.metrics_core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        Metric,
    )

    class Collector:
        """Collects the statistics once."""

        def collect(self) -> Iterator[Metric]:
            """Yield one metric for each number of `stats`."""
            for name, value in _numbers(stats):
                family: GaugeMetricFamily | CounterMetricFamily
                if name in _GAUGES:
                    family = GaugeMetricFamily(f"wsgen_{name}", _GAUGES[name], labels=["app"])
                else:
                    family = CounterMetricFamily(f"wsgen_{name}", _COUNTERS[name], labels=["app"])
                family.add_metric([title], value)
                yield family

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector())
    return generate_latest(registry)


def _numbers(stats: Stats | BrokerStats, prefix: str = "") -> Iterator[tuple[str, int]]:
    for field in fields(stats):
        value = getattr(stats, field.name)
        if isinstance(value, BrokerStats):
            yield from _numbers(value, f"{field.name}_")
        else:
            yield prefix + field.name, value
