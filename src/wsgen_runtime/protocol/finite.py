"""Refuses infinity and NaN, which JSON does not have and pydantic writes as `null`."""

import math
from collections.abc import Iterable, Iterator

from pydantic import ValidationError
from pydantic_core import from_json

_Place = tuple[str | int, ...]


def require_finite(value: object, text: bytes, title: str) -> None:
    """Raise pydantic.ValidationError if `text`, the JSON of `value`, has `null` for infinity or not-a-number.

    `value` consists of lists, dictionaries and scalars. A model with `ser_json_inf_nan` writes something else
    than `null`, which is accepted.
    """
    written: object = None
    for place, number in _not_finite(value):
        written = from_json(text) if written is None else written
        if _at(place, written) is None:
            raise ValidationError.from_exception_data(
                title, [{"type": "finite_number", "loc": place, "input": number}]
            )


def _not_finite(value: object) -> Iterator[tuple[_Place, float]]:
    """Yield each infinity and NaN with its place; without recursion, since `value` may be deep."""
    waiting: list[tuple[_Place, object]] = [((), value)]
    while waiting:
        place, item = waiting.pop()
        inner: Iterable[tuple[str | int, object]] = ()
        if isinstance(item, float) and not math.isfinite(item):
            yield place, item
        elif isinstance(item, dict):
            inner = ((str(key), one) for key, one in item.items())
        elif isinstance(item, list):
            inner = enumerate(item)
        waiting += [((*place, key), one) for key, one in inner]


def _at(place: _Place, written: object) -> object:
    for key in place:
        if isinstance(written, dict):
            written = written.get(str(key))
        elif isinstance(written, list) and isinstance(key, int):
            written = written[key]
    return written
