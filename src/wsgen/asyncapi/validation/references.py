"""Check where the references of a document lead, and that the target is of the right kind."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from wsgen.asyncapi.validation.document_reader import AsyncApiDocument
from wsgen.asyncapi.validation.reference_targets import Route, value_at
from wsgen.diagnostics import MOST, Diagnostic, Severity
from wsgen.names import nearest, shortened

_DATA = frozenset({"const", "default", "enum", "example", "examples"})
_MAPS = frozenset(
    {"channels", "definitions", "messages", "operations", "parameters", "patternProperties"}
    | {"properties", "schemas", "servers", "variables"}
)
_KINDS = {"correlationId": "correlationIds", "payload": "schemas", "headers": "schemas"}
_KINDS_IN_LISTS = {"messages": "messages", "security": "securitySchemes", "servers": "servers"}


def references(value: object, route: Route = ()) -> Iterator[tuple[Route, str]]:
    """Yield the route and the text of each `$ref` below `value` that is a reference and not only data."""
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


def check_references(document: AsyncApiDocument) -> list[Diagnostic]:
    """Return the references that lead nowhere, in circles or to another kind; and the unused components."""
    found: list[Diagnostic] = []
    used: set[Route] = set()
    for route, target in references(document.value):
        span = document.value_span((*route, "$ref"))
        if not target.startswith("#"):
            found.extend(_external(document, target, (*route, "$ref")))
            continue
        reached = document.targets.route(target)
        if reached is None:
            help_text = _closest(document, target) if len(found) < MOST else None
            message = f"the reference `{shortened(target)}` leads nowhere"
            found.append(Diagnostic("WSG610", message, span, help=help_text))
            continue
        used.add(reached[:3])
        if document.targets.is_circular(target):
            message = f"the reference `{shortened(target)}` leads back to itself"
            found.append(Diagnostic("WSG611", message, span, help="Refer to a value."))
            continue
        wanted = _expected_kind(route)
        if wanted and reached[:1] == ("components",) and reached[1] != wanted and len(reached) == 3:
            message = f"`{shortened(target)}` is not one of `{wanted}`"
            help_text = f"Refer to `#/components/{wanted}/...`."
            found.append(Diagnostic("WSG613", message, span, help=help_text))
    found.extend(_unused(document, used))
    return found


def _external(document: AsyncApiDocument, target: str, route: Route) -> Iterator[Diagnostic]:
    name = target.partition("#")[0]
    if "://" in name or name.startswith("urn:"):
        return
    if not _is_file(document.path.parent / unquote(name)):
        message = f"the file of the reference `{shortened(target)}` does not exist"
        help_text = "Correct the path; it is relative to this document."
        yield Diagnostic("WSG612", message, document.value_span(route), help=help_text)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False  # No file system accepts such a name.


def _closest(document: AsyncApiDocument, target: str) -> str:
    parent, _, name = target.rpartition("/")
    route = document.targets.route(parent) if parent else None
    around = value_at(document.value, route) if route is not None else None
    close = nearest(name, tuple(around)) if isinstance(around, dict) else None
    return f"Did you mean `{parent}/{close}`?" if close else "Define it, or correct the reference."


def _expected_kind(route: Route) -> str | None:
    """Return the kind of component that a reference at `route` must lead to, if it is known."""
    if route[:1] == ("components",):
        return str(route[1]) if len(route) == 3 else None
    if len(route) >= 2 and route[-2] in _KINDS_IN_LISTS and isinstance(route[-1], int):
        return _KINDS_IN_LISTS[str(route[-2])]
    if len(route) == 2 and route[0] in ("channels", "operations", "servers"):
        return str(route[0])
    if len(route) == 4 and route[0] == "channels":
        if route[2] in ("messages", "parameters"):
            return str(route[2])
        if route[3] == "message":
            return "messages"
    if len(route) == 3 and route[0] == "operations" and route[2] == "reply":
        return "replies"
    if route and route[-1] in _KINDS and "schemas" not in route:
        return None if "properties" in route else _KINDS[str(route[-1])]
    return None


def _unused(document: AsyncApiDocument, used: set[Route]) -> Iterator[Diagnostic]:
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
