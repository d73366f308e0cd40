"""The limits of strings, numbers, lists and objects in zod: those that it keeps as pydantic does."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from wsgen.outputs.clients.contract import Json
from wsgen.outputs.clients.typescript.literals import literal
from wsgen.outputs.clients.typescript.patterns import javascript_pattern
from wsgen.outputs.clients.typescript.schemas import is_number

_SAFE = 2**53 - 1
_LEFT = {
    "string": (),
    "number": ("multipleOf",),
    "integer": (),
    "array": ("uniqueItems", "contains", "minContains", "maxContains", "unevaluatedItems"),
    "object": ("minProperties", "maxProperties", "unevaluatedProperties", "dependentRequired"),
}
"""Keywords that zod has no word for, or that pydantic reads otherwise: a list with duplicates is a set for it."""


@dataclass(slots=True)
class Limits:
    """The calls that follow a schema, which `start` replaces if it is not None; keywords that are `left` out."""

    text: str = ""
    start: str | None = None
    left: list[str] = field(default_factory=list)
    helpers: set[str] = field(default_factory=set)


def limits_of(kind: str, schema: Json, text: str) -> Limits:
    """Return the limits that `schema` has for a `kind` of values, whose schema of zod is `text`."""
    found = Limits(left=[keyword for keyword in _LEFT.get(kind, ()) if keyword in schema])
    if kind == "string":
        _limit_string(found, schema)
    elif kind in ("integer", "number"):
        _limit_number(found, schema, is_whole=kind == "integer")
    elif kind == "array":
        _limit_array(found, schema, has_tuple=not text.startswith("z.array("))
    elif kind == "object" and "propertyNames" in schema and not text.startswith("z.partialRecord("):
        found.left.append("propertyNames")
    return found


def pattern_of(pattern: object) -> str:
    """Return the call that checks a pattern; empty if JavaScript does not read it as pydantic does."""
    text = javascript_pattern(pattern) if isinstance(pattern, str) else None
    return f".regex(/{text}/u)" if text else ""


def _limit_string(found: Limits, schema: Json) -> None:
    least, most = _count(schema, "minLength"), _count(schema, "maxLength")
    if least:
        found.text += f".min({least})"
    if most is not None:
        found.text += f".check(atMost({most}))"
        found.helpers.add("atMost")
    if "pattern" in schema:
        text = pattern_of(schema["pattern"])
        found.text += text
        found.left += [] if text else ["pattern"]


def _limit_number(found: Limits, schema: Json, *, is_whole: bool) -> None:
    bounds = (
        ("min", _number(schema, "minimum")),
        ("gt", _number(schema, "exclusiveMinimum")),
        ("max", _number(schema, "maximum")),
        ("lt", _number(schema, "exclusiveMaximum")),
    )
    small = set()
    for method, bound in bounds:
        if bound is not None:
            is_safe = abs(bound) <= _SAFE
            small |= {method} if is_safe else set()
            # The number next to a large one may be the same in JavaScript.
            name = method if is_safe else {"gt": "min", "lt": "max"}.get(method, method)
            found.text += f".{name}({literal(bound)})"
    if is_whole and small & {"min", "gt"} and small & {"max", "lt"}:
        found.start = "z.int()"
    step = _number(schema, "multipleOf")
    if is_whole and step is not None:
        if step == int(step) and 0 < step <= _SAFE:
            found.text = f".multipleOf({literal(step)}){found.text}" if step != 1 else found.text
        else:
            found.left.append("multipleOf")


def _limit_array(found: Limits, schema: Json, *, has_tuple: bool) -> None:
    least, most = _count(schema, "minItems"), _count(schema, "maxItems")
    if not has_tuple:
        found.text += f".min({least})" if least else ""
        found.text += f".max({most})" if most is not None else ""
        return
    items = schema.get("prefixItems", schema.get("items"))
    known = len(items) if isinstance(items, list) else 0
    found.left += ["minItems"] if least is not None and least > known else []
    found.left += ["maxItems"] if most is not None and most > known else []


def _count(schema: Mapping[str, object], key: str) -> int | None:
    value = _number(schema, key)
    return int(value) if value is not None and value == int(value) and value >= 0 else None


def _number(schema: Mapping[str, object], key: str) -> int | float | None:
    """Return the number at `key`, None if there is none that JavaScript has."""
    value = schema.get(key)
    if not isinstance(value, int | float) or not is_number(value):
        return None
    try:
        return value if math.isfinite(float(value)) else None
    except OverflowError:
        return None
