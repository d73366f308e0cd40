"""Where a legacy module is mounted: the path that its ws.py names, if it names just one."""

import ast
from collections.abc import Iterator

_MOUNTS = frozenset(
    {"add_api_websocket_route", "add_websocket_route", "websocket", "websocket_route"}
)
_KEYWORDS = frozenset({"endpoint", "ws_endpoint", "ws_path", "ws_url"})


def endpoint_of(tree: ast.Module) -> str | None:
    """Return the path at which the file mounts WebSockets; None if it names none, or several.

    Only literal paths are read: those of calls such as `add_websocket_route` and of arguments such as
    `endpoint=`.
    """
    found = set(_paths(tree))
    return found.pop() if len(found) == 1 else None


def _paths(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        given = [item.value for item in node.keywords if item.arg in _KEYWORDS]
        if called in _MOUNTS:
            given += node.args[:1]
            given += [item.value for item in node.keywords if item.arg == "path"]
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                path = value.value
                if path.startswith("/") and path.isascii() and path.isprintable():
                    yield path
