"""This runtime as the ASGI application itself, with an interval between the updates of each topic."""

from benchmarks.runtime.programs.bar import Bar
from benchmarks.runtime.programs.wsgen import (
    SUBSCRIBE,
    UNSUBSCRIBE,
    BarsRequest,
    _limits,
    _service,
    publish,
)
from wsgen_runtime import Delivery, WsApp, WsRouter

INTERVAL = 0.1

app = WsApp(
    routers=[
        WsRouter(
            service=_service,
            route="bars",
            request_type=BarsRequest,
            data_type=Bar,
            delivery=Delivery(interval=INTERVAL),
        )
    ],
    limits=_limits,
)

__all__ = ["INTERVAL", "SUBSCRIBE", "UNSUBSCRIBE", "app", "publish"]
