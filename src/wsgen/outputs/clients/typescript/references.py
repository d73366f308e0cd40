"""Resolve references to other parts of the same document."""

from collections.abc import Mapping
from urllib.parse import unquote

from wsgen.outputs.clients.contract import Route

_MOST = 50
"""References in a row."""


def route_of(reference: str) -> Route | None:
    """Return where a reference leads within its document, None if it leads out of it."""
    if not reference.startswith("#"):
        return None
    parts = unquote(reference[1:]).split("/")
    if parts[0] or len(parts) < 2:
        return None
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts[1:])


def value_at(document: object, route: Route) -> object:
    """Return the value at `route`. Raises LookupError if there is none."""
    value = document
    for key in route:
        if isinstance(value, Mapping):
            value = value[key]
        elif isinstance(value, list) and str(key).isdigit():
            value = value[int(key)]
        else:
            raise KeyError(key)
    return value


def resolved(document: object, value: object, route: Route) -> tuple[object, Route]:
    """Follow references from `value`, which is at `route`; return what they lead to, and where that is.

    A reference that leads nowhere, or on and on, gives None.
    """
    for _ in range(_MOST):
        if not isinstance(value, Mapping) or not isinstance(value.get("$ref"), str):
            return value, route
        target = route_of(value["$ref"])
        if target is None:
            return None, route
        try:
            value, route = value_at(document, target), target
        except LookupError:
            return None, route
    return None, route
