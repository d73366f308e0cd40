"""The references of a document: where they lead, and whether there is what was asked for."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from wsgen.asyncapi.document import Document, Key, Route
from wsgen.diagnostics import Diagnostic, Severity
from wsgen.names import nearest

_DATA = frozenset({"const", "default", "enum", "example", "examples"})
_MAPS = frozenset(
    {"channels", "definitions", "messages", "operations", "parameters", "patternProperties"}
    | {"properties", "schemas", "servers", "variables"}
)
_KINDS = {
    "channels": "channels",
    "correlationId": "correlationIds",
    "messages": "messages",
    "message": "messages",
    "operations": "operations",
    "parameters": "parameters",
    "payload": "schemas",
    "headers": "schemas",
    "security": "securitySchemes",
    "servers": "servers",
    "replies": "replies",
    "reply": "replies",
}
_LISTED = frozenset({"messages", "security", "servers"})


def references(value: object, route: Route = ()) -> Iterator[tuple[Route, str]]:
    """Yield the route and the text of each `$ref` below `value`, but not of those that are only data."""
    if isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str) and not _names_properties(route):
            yield route, target
        for key, item in value.items():
            if key.startswith("x-") or (key in _DATA and not _names_properties(route)):
                continue
            yield from references(item, (*route, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, (*route, index))


def _names_properties(route: Route) -> bool:
    """Return whether the keys of the mapping at `route` are names that the author chose."""
    return bool(route) and route[-1] in _MAPS and (len(route) < 2 or route[-2] not in _MAPS)


def pointer_route(root: object, reference: str, hops: int = 20) -> Route | None:
    """Return the route that the local `reference` names in `root`; None if it leads nowhere.

    What the pointer passes through may itself be a reference, as a channel of 3.x may.
    """
    if reference == "#":
        return ()
    if not reference.startswith("#/"):
        return None
    node = root
    route: list[Key] = []
    for token in reference[2:].split("/"):
        key = unquote(token).replace("~1", "/").replace("~0", "~")
        target = node.get("$ref") if isinstance(node, dict) and key not in node else None
        if isinstance(target, str) and hops:
            reached = pointer_route(root, target, hops - 1)
            if reached is None:
                return None
            node, route = value_at(root, reached), list(reached)
        if isinstance(node, dict) and key in node:
            node = node[key]
            route.append(key)
        elif isinstance(node, list) and key.isdecimal() and int(key) < len(node):
            node = node[int(key)]
            route.append(int(key))
        else:
            return None
    return tuple(route)


def value_at(root: object, route: Route) -> object:
    """Return the value at `route`, which exists."""
    node = root
    for key in route:
        node = node[key]  # type: ignore[index]  # the route was found in this value
    return node


def follow(root: object, value: object) -> tuple[object, Route | None]:
    """Return what `value` is behind its references and where that stands; None if it is no reference.

    A reference that leads nowhere, out of the document or back to itself gives None for the value.
    """
    route: Route | None = None
    for _ in range(100):
        target = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(target, str):
            return value, route
        route = pointer_route(root, target)
        if route is None:
            return None, None
        value = value_at(root, route)
    return None, None


def check_references(document: Document) -> list[Diagnostic]:
    """Return the references that lead nowhere, in circles or to another kind; and the unused components."""
    found: list[Diagnostic] = []
    used: set[Route] = set()
    for route, target in references(document.value):
        span = document.value_span((*route, "$ref"))
        if not target.startswith("#"):
            found.extend(_external(document, target, (*route, "$ref")))
            continue
        reached = pointer_route(document.value, target)
        if reached is None:
            advice = _closest(document.value, target)
            message = f"the reference `{target}` leads nowhere"
            found.append(Diagnostic("WSG610", message, span, help=advice))
            continue
        used.add(reached[:3])
        if follow(document.value, value_at(document.value, reached))[0] is None and _circular(
            document.value, target
        ):
            message = f"the reference `{target}` leads back to itself"
            found.append(Diagnostic("WSG611", message, span, help="Refer to a value."))
            continue
        wanted = _expected_kind(route)
        if wanted and reached[:1] == ("components",) and reached[1] != wanted and len(reached) == 3:
            message = f"`{target}` is not one of `{wanted}`"
            advice = f"Refer to `#/components/{wanted}/...`."
            found.append(Diagnostic("WSG613", message, span, help=advice))
    found.extend(_unused(document, used))
    return found


def _circular(root: object, target: str) -> bool:
    seen: set[str] = set()
    while target not in seen:
        seen.add(target)
        route = pointer_route(root, target)
        value = value_at(root, route) if route is not None else None
        following = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(following, str):
            return False
        target = following
    return True


def _external(document: Document, target: str, route: Route) -> Iterator[Diagnostic]:
    name = target.partition("#")[0]
    if "://" in name or name.startswith("urn:"):
        return
    if not (document.path.parent / unquote(name)).is_file():
        message = f"the file of the reference `{target}` does not exist"
        advice = "Correct the path; it is relative to this document."
        yield Diagnostic("WSG612", message, document.value_span(route), help=advice)


def _closest(root: object, target: str) -> str:
    parent, _, name = target.rpartition("/")
    route = pointer_route(root, parent) if parent else None
    around = value_at(root, route) if route is not None else None
    close = nearest(name, tuple(around)) if isinstance(around, dict) else None
    return f"Did you mean `{parent}/{close}`?" if close else "Define it, or correct the reference."


def _expected_kind(route: Route) -> str | None:
    """Return the kind of component that a reference at `route` must lead to, where that is plain."""
    if route[:1] == ("components",):
        return str(route[1]) if len(route) == 3 else None
    if len(route) >= 2 and route[-2] in _LISTED and isinstance(route[-1], int):
        return _KINDS[str(route[-2])]
    if len(route) == 2 and route[0] in ("channels", "operations", "servers"):
        return str(route[0])
    if len(route) == 4 and route[0] == "channels":
        if route[2] in ("messages", "parameters"):
            return str(route[2])
        if route[3] == "message":
            return "messages"
    if len(route) == 3 and route[0] == "operations" and route[2] == "reply":
        return "replies"
    if route and route[-1] in ("payload", "headers", "correlationId") and "schemas" not in route:
        return None if "properties" in route else _KINDS[str(route[-1])]
    return None


def _unused(document: Document, used: set[Route]) -> Iterator[Diagnostic]:
    value = document.value
    components = value.get("components") if isinstance(value, dict) else None
    named = set(_security_names(value))
    for kind, items in components.items() if isinstance(components, Mapping) else ():
        if kind.startswith("x-") or not isinstance(items, Mapping):
            continue
        for name in items:
            route = ("components", kind, name)
            if route in used or (kind == "securitySchemes" and name in named):
                continue
            yield Diagnostic(
                "WSG614",
                f"`components.{kind}.{name}` is not used",
                document.key_span(route),
                help="Remove it, or refer to it.",
                severity=Severity.WARNING,
            )


def _security_names(value: object) -> Iterator[str]:
    """Yield the security schemes that 2.x names without a reference."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "security" and isinstance(item, list):
                for requirement in item:
                    if isinstance(requirement, dict):
                        yield from (name for name in requirement if name != "$ref")
            else:
                yield from _security_names(item)
    elif isinstance(value, list):
        for item in value:
            yield from _security_names(item)
