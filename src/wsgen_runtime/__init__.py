"""What generated routers run on: WebSocket routes over any ASGI server.

Public names are resolved on first use, so that importing this package costs nothing.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgen_runtime.app import WsApp as WsApp
    from wsgen_runtime.auth import Connection as Connection
    from wsgen_runtime.auth import RefusedError as RefusedError
    from wsgen_runtime.auth import Session as Session
    from wsgen_runtime.brokers.base import Broker as Broker
    from wsgen_runtime.brokers.base import BrokerHost as BrokerHost
    from wsgen_runtime.brokers.memory import MemoryBroker as MemoryBroker
    from wsgen_runtime.closing import CloseCode as CloseCode
    from wsgen_runtime.delivery import Delivery as Delivery
    from wsgen_runtime.docs import WsDocs as WsDocs
    from wsgen_runtime.limits import Limits as Limits
    from wsgen_runtime.models import ErrorCode as ErrorCode
    from wsgen_runtime.models import ErrorDetail as ErrorDetail
    from wsgen_runtime.models import ErrorPayload as ErrorPayload
    from wsgen_runtime.models import StatusPayload as StatusPayload
    from wsgen_runtime.models import SubscriptionResponse as SubscriptionResponse
    from wsgen_runtime.models import SubscriptionUpdate as SubscriptionUpdate
    from wsgen_runtime.models import Unsubscribed as Unsubscribed
    from wsgen_runtime.router import WsRouter as WsRouter
    from wsgen_runtime.service import TopicUpdate as TopicUpdate
    from wsgen_runtime.service import WsRouteService as WsRouteService
    from wsgen_runtime.stats import BrokerStats as BrokerStats
    from wsgen_runtime.stats import Stats as Stats

_HOMES = {
    "Broker": "brokers.base",
    "BrokerHost": "brokers.base",
    "BrokerStats": "stats",
    "CloseCode": "closing",
    "Connection": "auth",
    "Delivery": "delivery",
    "ErrorCode": "models",
    "ErrorDetail": "models",
    "ErrorPayload": "models",
    "Limits": "limits",
    "MemoryBroker": "brokers.memory",
    "RefusedError": "auth",
    "Session": "auth",
    "Stats": "stats",
    "StatusPayload": "models",
    "SubscriptionResponse": "models",
    "SubscriptionUpdate": "models",
    "TopicUpdate": "service",
    "Unsubscribed": "models",
    "WsApp": "app",
    "WsDocs": "docs",
    "WsRouteService": "service",
    "WsRouter": "router",
}

__all__ = [
    "Broker",
    "BrokerHost",
    "BrokerStats",
    "CloseCode",
    "Connection",
    "Delivery",
    "ErrorCode",
    "ErrorDetail",
    "ErrorPayload",
    "Limits",
    "MemoryBroker",
    "RefusedError",
    "Session",
    "Stats",
    "StatusPayload",
    "SubscriptionResponse",
    "SubscriptionUpdate",
    "TopicUpdate",
    "Unsubscribed",
    "WsApp",
    "WsDocs",
    "WsRouteService",
    "WsRouter",
]


def __getattr__(name: str) -> object:
    """Import and return the public `name`; raises AttributeError for any other."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, whether or not they were used yet."""
    return sorted({*globals(), *__all__})
