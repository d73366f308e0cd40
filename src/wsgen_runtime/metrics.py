"""An app's statistics in Prometheus' text format, by prometheus-client (the `metrics` extra)."""

import importlib.util
from collections.abc import Iterator
from dataclasses import fields

from wsgen_runtime.stats import Stats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_GAUGES = {
    "clients": "Clients connected now.",
    "topics": "Topics with subscribers now.",
    "queued": "Frames that wait in all outboxes now.",
}
_COUNTERS = {
    "connections": "Connections accepted.",
    "refused": "Connections refused.",
    "updates": "Updates delivered to their topics.",
    "deliveries": "Updates handed to clients.",
    "drops": "Updates that slow clients missed.",
    "lost": "Updates published faster than the event loop took them.",
    "errors": "Error frames sent.",
    "failures": "Exceptions of services, of the broker and of other user code.",
}


def require_prometheus() -> None:
    """Raise RuntimeError, saying what to install, when prometheus-client is missing."""
    if importlib.util.find_spec("prometheus_client") is None:
        raise RuntimeError("metrics=True needs prometheus-client: pip install 'wsgen[metrics]'")


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
            """Yield one metric for each field of `stats`."""
            for field in fields(stats):
                name, value = field.name, getattr(stats, field.name)
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
