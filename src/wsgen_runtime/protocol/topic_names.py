"""The name of a topic: one route and one set of request parameters."""

import json
from collections import deque
from collections.abc import Mapping, Set
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

# Made once: json.dumps makes one for each call with other options than its own.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode

_MOST_DIGITS = 50
_DAY = date(2000, 1, 1)  # any that has a day before and after it


def topic_name(route: str, request: BaseModel) -> str:
    """Return `{route}:{json}`, the same text for equal requests.

    The JSON is `request.model_dump()` (by field name, defaults included) with the keys sorted at every level,
    compact separators, None as `""` at every level, and all but ASCII escaped: byte for byte what the founding
    system made wherever it made a name at all, but for -0.0, which is named as 0.0. Where `json.dumps` knew no
    answer, pydantic's JSON form is used, of one and the same value for all that are equal: a datetime in ISO 8601
    and, if it has an offset, in UTC; a Decimal as its text without zeros at the end of its fraction; a UUID as
    its text, an enum as its value, bytes as UTF-8. A set is sorted by its members' JSON; keys of several types
    become text before they are sorted. Values that are equal across types keep the names of the legacy layout:
    1, 1.0 and True.
    """
    return f"{route}:{_encode(_canonical(request.model_dump()))}"


def size_of(topic: str) -> int:
    """Return the bytes of a topic's name; each `"` and each backslash takes another one in a frame."""
    return len(topic) if topic.isascii() else len(topic.encode(errors="surrogatepass"))


def _canonical(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, float):
        return value + 0.0  # which makes 0.0 of -0.0
    if isinstance(value, str | int):
        return value
    if isinstance(value, dict | Mapping):
        return _canonical_mapping(value)
    if isinstance(value, list | tuple | deque):
        return [_canonical(item) for item in value]
    if isinstance(value, Set):
        return sorted((_canonical(item) for item in value), key=_encode)
    return _canonical(to_jsonable_python(_normal(value)))


def _canonical_mapping(mapping: Mapping[object, object]) -> dict[object, object]:
    """Return `mapping` with keys that `json.dumps` can sort: as they are, or all of them as text."""
    canonical = {key: _canonical(item) for key, item in mapping.items()}
    if all(isinstance(key, str) for key in canonical):
        return canonical
    if all(isinstance(key, int | float) for key in canonical):
        # Sorted as numbers, as json.dumps does.
        return {_normal(key): item for key, item in canonical.items()}
    return {_key_text(key): item for key, item in canonical.items()}


def _key_text(key: object) -> str:
    jsonable = to_jsonable_python(_normal(key))
    return jsonable if isinstance(jsonable, str) else json.dumps(jsonable)


def _normal(value: object) -> object:
    """Return the one value that represents all values of its type that equal `value`."""
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, Decimal):
        return _normal_decimal(value)
    if isinstance(value, datetime) and value.utcoffset() is not None:
        try:
            return value.astimezone(UTC)
        except OverflowError:  # in the first or the last hours that there are
            return value
    if isinstance(value, time) and value.utcoffset() is not None:
        return _normal_time(value)
    return value


def _normal_decimal(value: Decimal) -> Decimal | str:
    """Return the shortest form of the value; as digits, but for what is far beyond any quantity."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return value  # NaN and the infinities
    number = "".join(map(str, digits)).lstrip("0")
    stripped = number.rstrip("0")
    if not stripped:
        return Decimal(0)
    exponent += len(number) - len(stripped)
    minus = "-" if sign else ""
    if exponent >= 0 and len(stripped) + exponent <= _MOST_DIGITS:
        return f"{minus}{stripped}{'0' * exponent}"
    return str(Decimal(f"{minus}{stripped}E{exponent}"))


def _normal_time(value: time) -> time | str:
    """Return the time in UTC; times with an offset are equal if they are the same moments of one day."""
    offset = value.utcoffset() or timedelta()
    moment = datetime.combine(_DAY, value.replace(tzinfo=None)) - offset
    days = (moment.date() - _DAY).days
    normal = moment.time().replace(tzinfo=UTC)
    return (
        normal if days == 0 else f"{normal.isoformat()} {days:+d}"
    )  # another day: not equal to any of this one
