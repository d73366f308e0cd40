"""Convert the schemas of objects: properties with their comments, and what else they may have."""

import json
import re
from collections.abc import Iterator
from typing import Protocol

from wsgen.outputs.clients.contract import Json, Route
from wsgen.outputs.clients.typescript.expressions import NEVER, UNKNOWN, Type, indented, union
from wsgen.outputs.clients.typescript.literals import doc_comment, property_key, quoted
from wsgen.outputs.clients.typescript.references import resolved

_MEMBERS = ("properties", "additionalProperties", "patternProperties", "propertyNames", "required")
_LONGEST = 1000
"""Of the type of all further properties: it repeats the types of the others, at each level."""
_LONG_VALUE = 200
_TAG = re.compile(r"^([\s*]*)@")
"""What a reader of doc comments would take for the beginning of a tag."""


class Converter(Protocol):
    """Converts what is in an object."""

    document: Json
    open_enums: bool

    def type_of(self, schema: object, route: Route, depth: int = 0) -> Type:
        """Return the type of the values that `schema`, which is at `route`, accepts."""
        ...


def has_members(schema: Json) -> bool:
    """Return whether `schema` says anything of the properties of an object."""
    return any(key in schema for key in _MEMBERS)


def object_type(schemas: Converter, schema: Json, route: Route, depth: int) -> Type:
    """Return the type of the objects that `schema` accepts."""
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    wanted = schema.get("required")
    required = (
        {key for key in wanted if isinstance(key, str)} if isinstance(wanted, list) else set()
    )
    members, types = [], []
    for name, item in properties.items():
        kind = schemas.type_of(item, (*route, "properties", name), depth)
        types.append(kind)
        mark = "" if name in required else "?"
        comment = doc_comment(comment_of(item))
        members.append(f"{comment}{property_key(str(name))}{mark}: {kind.text};")
    for name in wanted if isinstance(wanted, list) else ():
        if isinstance(name, str) and name not in properties:
            types.append(UNKNOWN)
            members.append(f"{property_key(name)}: unknown;")
    others = list(_others(schemas, schema, route, depth))
    if not members:
        return _map(schemas, schema, others, route, depth)
    if others:
        # A property that may be missing counts as undefined for the type of all others.
        missing = [Type("undefined")] if len(required) < len(members) else []
        kind = union([*others, *types, *missing])
        text = kind.text if len(kind.text) <= _LONGEST else UNKNOWN.text
        members.append(f"[key: string]: {text};")
    body = "".join(f"\n{member}" for member in members)
    return Type(f"{{{indented(body)}\n}}")


def _others(schemas: Converter, schema: Json, route: Route, depth: int) -> Iterator[Type]:
    """Yield the types of the properties that are not named."""
    patterns = schema.get("patternProperties")
    for pattern, item in patterns.items() if isinstance(patterns, dict) else ():
        yield schemas.type_of(item, (*route, "patternProperties", pattern), depth)
    more = schema.get("additionalProperties")
    if more is not None and more is not False:
        yield schemas.type_of(more, (*route, "additionalProperties"), depth)


def _map(schemas: Converter, schema: Json, others: list[Type], route: Route, depth: int) -> Type:
    """Return the type of an object of which no property is named."""
    names = schema.get("propertyNames")
    if not others:
        is_closed = "properties" in schema or schema.get("maxProperties") == 0
        is_closed = is_closed or schema.get("additionalProperties") is False
        others = [NEVER if is_closed and names is None else UNKNOWN]
    value = indented(union(others).text)
    if names is not None and not schemas.open_enums and _is_enumeration(schemas, names, route):
        keys = schemas.type_of(names, (*route, "propertyNames"), depth)
        return Type(f"{{ [K in {keys.text}]?: {value} }}")
    return Type(f"{{ [key: string]: {value} }}")


def _is_enumeration(schemas: Converter, names: object, route: Route) -> bool:
    """Return whether the keys of an object are certain texts."""
    found, _ = resolved(schemas.document, names, route)
    if not isinstance(found, dict):
        return False
    values = [found["const"]] if "const" in found else found.get("enum")
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def comment_of(schema: object) -> list[str]:
    """Return the lines of a doc comment on `schema`: its description, default, examples and deprecation."""
    if not isinstance(schema, dict):
        return []
    text = schema.get("description")
    lines = (
        [_TAG.sub(r"\1\\@", line) for line in text.strip().splitlines()]
        if isinstance(text, str)
        else []
    )
    said = []
    if schema.get("deprecated") is True:
        said.append("@deprecated")
    if "default" in schema and (value := shown_value(schema["default"])):
        said.append(f"@default {value}")
    examples = schema.get("examples")
    shown = map(shown_value, examples[:3] if isinstance(examples, list) else ())
    said += [f"@example {value}" for value in shown if value]
    return [*lines, *([""] if lines and said else []), *said]


def shown_value(value: object) -> str:
    """Return a value in one line; empty if it is too long to be read."""
    try:
        text = quoted(value) if isinstance(value, str) else json.dumps(value, default=str)
    except (ValueError, RecursionError):
        return ""
    return text if len(text) <= _LONG_VALUE else ""
