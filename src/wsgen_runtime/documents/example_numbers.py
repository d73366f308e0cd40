"""Finds a plain number within the bounds of a JSON schema."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = (1, 0)


def number_in(schema: Mapping[str, Any], *, whole: bool) -> float | int | None:  # Any: JSON
    """Return 1 if `schema` allows it, else another number that it allows, None if none is found."""
    for number in _candidates(schema, whole=whole):
        if _is_within(number, schema):
            return number
    return None


def _candidates(schema: Mapping[str, Any], *, whole: bool) -> Iterator[float | int]:
    yield from _PLAIN
    step = schema.get("multipleOf", 1 if whole else 0)
    bounds = [
        schema[key]
        for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
        if key in schema and math.isfinite(schema[key])
    ]
    if step:
        for bound in bounds:
            steps = math.floor(bound / step)
            yield from (step * count for count in (steps, steps + 1, steps - 1))
    else:
        yield from bounds
        yield from (bound + change for bound in bounds for change in (1, -1))
        if len(bounds) > 1:
            yield sum(bounds) / len(bounds)


def _is_within(number: float, schema: Mapping[str, Any]) -> bool:
    step = schema.get("multipleOf")
    return (
        number >= schema.get("minimum", number)
        and number <= schema.get("maximum", number)
        and not ("exclusiveMinimum" in schema and number <= schema["exclusiveMinimum"])
        and not ("exclusiveMaximum" in schema and number >= schema["exclusiveMaximum"])
        and not (step and not math.isclose(number / step, round(number / step), abs_tol=1e-9))
    )
