"""An app's statistics in Prometheus' text format, by prometheus-client (the `metrics` extra)."""

import importlib.util
from collections.abc import Iterator
from dataclasses import fields

from wsgen_runtime.stats import BrokerStats, Stats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_GAUGES = {
    "clients": "Clients connected now.",
    "topics": "Topics with subscribers now.",
    "queued": "Frames that wait in all outboxes now.",
    "broker_connected": "Whether updates from other processes come now.",
    "broker_leases": "Topics that this process produces now, because it has their lease.",
    "broker_queued": "Updates that wait to be sent to the other processes now.",
}
_COUNTERS = {
    "connections": "Connections accepted.",
    "refused": "Connections refused.",
    "updates": "Updates delivered to their topics.",
    "deliveries": "Updates handed to clients.",
    "drops": "Updates that slow clients missed.",
    "lost": "Updates published faster than the event loop took them, or lost between processes.",
    "errors": "Error frames sent.",
    "failures": "Exceptions of services, of the broker and of other user code.",
    "ended": "Topics that ended because their producer had.",
    "broker_dropped": "Updates of this process that nobody got.",
    "broker_missed": "Updates of other producers that did not get here.",
    "broker_rejected": "Messages that no process of this app can have sent.",
    "broker_reconnects": "Connections lost and made anew.",
}


def require_prometheus() -> None:
    """Raise RuntimeError, saying what to install, when prometheus-client is missing."""
    if importlib.util.find_spec("prometheus_client") is None:
        raise RuntimeError(
            "metrics=True needs prometheus-client: pip install 'wsgen-runtime[metrics]'"
        )


def render_metrics(title: str, stats: Stats) -> bytes:
    """Return `stats` as text, each sample labelled with the app's `title`."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.metrics_core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        Metric,
    )

    class Collector:
        """Hands the statistics out as they are now."""

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
