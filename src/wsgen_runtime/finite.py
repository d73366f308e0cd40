"""Numbers that JSON cannot write: pydantic makes `null` of them, which the schema of a number does not allow."""

import math
from collections.abc import Iterable

from pydantic import ValidationError


def require_finite(value: object, written: object, title: str) -> None:
    """Raise pydantic.ValidationError if `value` holds such a number where `written`, the JSON of it, has `null`.

    A model that is told to writes a text or a constant instead, with which its clients are to cope.
    """
    found = _first_lost(value, written, ())
    if found is not None:
        place, number = found
        raise ValidationError.from_exception_data(
            title, [{"type": "finite_number", "loc": place, "input": number}]
        )


def _first_lost(
    value: object, written: object, place: tuple[str | int, ...]
) -> tuple[tuple[str | int, ...], float] | None:
    if isinstance(value, float):
        return (place, value) if written is None and not math.isfinite(value) else None
    items: Iterable[tuple[str | int, object, object]]
    if isinstance(value, dict) and isinstance(written, dict):
        items = ((str(key), item, written.get(str(key))) for key, item in value.items())
    elif isinstance(value, list) and isinstance(written, list):
        items = ((index, *both) for index, both in enumerate(zip(value, written, strict=True)))
    else:
        return None
    found = (_first_lost(item, json, (*place, key)) for key, item, json in items)
    return next(filter(None, found), None)
