"""Write the types of objects: properties with their comments, and what else they may have."""

import json
import re
from collections.abc import Sequence

from wsgen.outputs.clients.typescript.expressions import UNKNOWN, Type, indented, union
from wsgen.outputs.clients.typescript.literals import doc_comment, property_key, quoted
from wsgen.outputs.clients.typescript.schema_walk import Property

_LONGEST = 1000
"""Of the type of all further properties: it repeats the types of the others, at each level."""
_LONG_VALUE = 200
_TAG = re.compile(r"^([\s*]*)@")
"""What a reader of doc comments would take for the beginning of a tag."""


def object_type(properties: Sequence[Property], others: Sequence[Type]) -> Type:
    """Return the type of objects with `properties`; `others` are the types that further ones may have."""
    members = []
    for item in properties:
        mark = "" if item.required else "?"
        comment = doc_comment(comment_of(item.schema))
        members.append(f"{comment}{property_key(item.name)}{mark}: {item.type.text};")
    if others:
        # A property that may be missing counts as undefined for the type of all others.
        missing = [] if all(item.required for item in properties) else [Type("undefined")]
        kind = union([*others, *(item.type for item in properties), *missing])
        text = kind.text if len(kind.text) <= _LONGEST else UNKNOWN.text
        members.append(f"[key: string]: {text};")
    body = "".join(f"\n{member}" for member in members)
    return Type(f"{{{indented(body)}\n}}")


def map_type(keys: Type | None, value: Type) -> Type:
    """Return the type of objects of which no property is known; `keys` is the type of their names, if known."""
    text = indented(value.text)
    return Type(
        f"{{ [key: string]: {text} }}" if keys is None else f"{{ [K in {keys.text}]?: {text} }}"
    )


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
