"""Numbers that JSON cannot write: pydantic makes `null` of them, which the schema of a number does not allow."""

import math
from collections.abc import Iterable

from pydantic import ValidationError


def require_finite(value: object, title: str) -> None:
    """Raise pydantic.ValidationError if `value`, of lists, dictionaries and scalars, holds such a number."""
    found = _first_infinite(value, ())
    if found is not None:
        place, number = found
        raise ValidationError.from_exception_data(
            title, [{"type": "finite_number", "loc": place, "input": number}]
        )


def _first_infinite(
    value: object, place: tuple[str | int, ...]
) -> tuple[tuple[str | int, ...], float] | None:
    if isinstance(value, float):
        return None if math.isfinite(value) else (place, value)
    items: Iterable[tuple[str | int, object]]
    if isinstance(value, dict):
        items = ((str(key), item) for key, item in value.items())
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return None
    found = (_first_infinite(item, (*place, key)) for key, item in items)
    return next(filter(None, found), None)
