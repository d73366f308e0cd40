"""This runtime as the ASGI application itself, as the bare loop is."""

from benchmarks.runtime.programs.wsgen import SUBSCRIBE, UNSUBSCRIBE, publish
from benchmarks.runtime.programs.wsgen import _ws_app as app

__all__ = ["SUBSCRIBE", "UNSUBSCRIBE", "app", "publish"]
