"""This runtime as the ASGI application itself, with its updates sent through Redis."""

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
from wsgen_runtime import WsApp, WsRouter

app = WsApp(
    title="benchmark",
    routers=[WsRouter(service=_service, route="bars", request_type=BarsRequest, data_type=Bar)],
    limits=_limits,
    broker=os.environ["BENCHMARK_REDIS"],
)

__all__ = ["SUBSCRIBE", "UNSUBSCRIBE", "app", "publish"]
