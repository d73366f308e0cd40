"""Names that users, their tests and generated code import stay importable from where they were published."""

import importlib
from importlib.metadata import entry_points

import pytest

PUBLISHED = {
    "wsgen_runtime": (
        *(
            "Broker",
            "BrokerHost",
            "BrokerStats",
            "CloseCode",
            "Connection",
            "Delivery",
            "ErrorCode",
        ),
        *(
            "ErrorDetail",
            "ErrorPayload",
            "Limits",
            "MemoryBroker",
            "RefusedError",
            "Session",
            "Stats",
        ),
        *("StatusPayload", "SubscriptionResponse", "SubscriptionUpdate", "TopicUpdate"),
        *("Unsubscribed", "WsApp", "WsDocs", "WsRouteService", "WsRouter"),
    ),
    "wsgen_runtime.app": ("WsApp",),
    "wsgen_runtime.asyncapi": ("UnfillableError", "describe", "docs_app", "fill", "resolve_type"),
    "wsgen_runtime.auth": ("Connection", "RefusedError", "Session"),
    "wsgen_runtime.brokers.base": ("Broker", "BrokerHost"),
    "wsgen_runtime.brokers.memory": ("MemoryBroker",),
    "wsgen_runtime.brokers.redis": ("RedisBroker",),
    "wsgen_runtime.delivery": ("Delivery",),
    "wsgen_runtime.docs": ("WsDocs",),
    "wsgen_runtime.limits": ("Limits",),
    "wsgen_runtime.router": ("WsRouter",),
    "wsgen_runtime.service": ("TopicUpdate", "WsRouteService"),
    "wsgen_runtime.stats": ("BrokerStats", "Stats"),
    "wsgen_runtime.testing": (
        *(
            "ClosedByServerError",
            "ErrorFrameError",
            "RefusedByServerError",
            "WsTestClient",
            "connect",
        ),
    ),
}


@pytest.mark.parametrize("path", PUBLISHED)
def test_published_names_are_importable(path: str) -> None:
    module = importlib.import_module(path)
    assert [name for name in PUBLISHED[path] if not hasattr(module, name)] == []


def test_the_pytest_plugin_is_where_its_entry_point_says() -> None:
    plugins = [
        found
        for found in entry_points(group="pytest11")
        if found.value == "wsgen_runtime.pytest_plugin"
    ]
    assert [callable(plugin.load().ws_connect) for plugin in plugins] == [True]
