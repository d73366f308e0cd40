"""The plugin's fixture, as users get it."""

from wsgen_runtime.pytest_plugin import ws_connect

__all__ = ["ws_connect"]
