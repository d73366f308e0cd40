"""This runtime as the ASGI application itself, with a history for each topic; through Redis if there is one."""

import os

from benchmarks.runtime.programs.bar import Bar
from benchmarks.runtime.programs.wsgen import (
    SUBSCRIBE,
    UNSUBSCRIBE,
    BarsRequest,
    _limits,
    _service,
    publish,
)
from wsgen_runtime import History, WsApp, WsRouter

app = WsApp(
    title="benchmark with history",
    routers=[
        WsRouter(
            service=_service,
            route="bars",
            request_type=BarsRequest,
            data_type=Bar,
            history=History(),
        )
    ],
    limits=_limits,
    broker=os.environ.get("BENCHMARK_REDIS"),
)

__all__ = ["SUBSCRIBE", "UNSUBSCRIBE", "app", "publish"]
