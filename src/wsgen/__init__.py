"""Declare WebSocket routes once; get typed routers, their exports and AsyncAPI documents.

The public names are imported when they are first used, so that `import wsgen` alone is fast.
"""

from wsgen._version import __version__

TYPE_CHECKING = False  # as type checkers know it, without importing `typing`
if TYPE_CHECKING:
    from wsgen.api import check, load_modules, render
    from wsgen.diagnostics import Diagnostic, Severity, Span
    from wsgen.errors import ConfigError, FilesError, GenerationError, ToolError, WsgenError
    from wsgen.model import Delivery, ModuleSpec, RouterSpec, TypeRef
    from wsgen.result import ClientResult, ModuleResult, RunResult
    from wsgen.startup.app_start import generate_module_routers

_HOMES = {
    "ClientResult": "result",
    "ConfigError": "errors",
    "Delivery": "model",
    "Diagnostic": "diagnostics",
    "FilesError": "errors",
    "GenerationError": "errors",
    "ModuleResult": "result",
    "ModuleSpec": "model",
    "RouterSpec": "model",
    "RunResult": "result",
    "Severity": "diagnostics",
    "Span": "diagnostics",
    "ToolError": "errors",
    "TypeRef": "model",
    "WsgenError": "errors",
    "check": "api",
    "generate_module_routers": "startup.app_start",
    "load_modules": "api",
    "render": "api",
}

__all__ = [
    "ClientResult",
    "ConfigError",
    "Delivery",
    "Diagnostic",
    "FilesError",
    "GenerationError",
    "ModuleResult",
    "ModuleSpec",
    "RouterSpec",
    "RunResult",
    "Severity",
    "Span",
    "ToolError",
    "TypeRef",
    "WsgenError",
    "__version__",
    "check",
    "generate_module_routers",
    "load_modules",
    "render",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'wsgen' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"wsgen.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
