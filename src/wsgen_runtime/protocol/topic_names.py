"""The name of a topic: one route and one set of request parameters."""

import json
from collections import deque
from collections.abc import Mapping, Set
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

# Created once: json.dumps creates an encoder for each call that has other than the default options.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode

_MOST_DIGITS = 50
_DAY = date(2000, 1, 1)  # any day that has a day before and after it


def topic_name(route: str, request: BaseModel) -> str:
    """Return `{route}:{json}`, which is the same text for equal requests.

    The JSON is `request.model_dump()` (by field name, with defaults) with sorted keys, compact separators, None
    as `""` and non-ASCII characters escaped, at every level. This is byte for byte the name in the founding
    code, wherever that code could name a topic, except that -0.0 is named like 0.0.

    Values that `json.dumps` does not support are written in pydantic's JSON form, after equal values were
    replaced by one of them: a datetime with an offset is converted to UTC, a Decimal loses the zeros at the end
    of its fraction. A set is sorted by the JSON of its members. Keys of different types become text before they
    are sorted. 1, 1.0 and True are equal but have different names, as in the founding code.
    """
    dumped: object = request.model_dump()
    return f"{route}:{_flat(dumped) or _encode(_canonical(dumped))}"


def topic_key(name: str, request: BaseModel, nullable: Set[str]) -> str:
    """Return what the topic called `name` is known by, also between processes: equal for equal requests only.

    That is its name, except that None and "" have the same name: for a request with "" in one of the fields
    `nullable`, it is the name and the JSON with `null` for None.
    """
    if not nullable or '""' not in name or not any(_may_be_empty(request, it) for it in nullable):
        return name
    dumped: object = request.model_dump()
    found = dumped.items() if isinstance(dumped, dict) else (("", dumped),)
    if any(_has_empty(value) for field, value in found if field in nullable or "" in nullable):
        return f"{name}\n{_encode(_canonical(dumped, None))}"
    return name


def name_of(key: str) -> str:
    """Return the name of the topic with this key, which clients see."""
    end = key.find("\n")  # which JSON does not contain
    return key if end < 0 else key[:end]


def _may_be_empty(request: BaseModel, field: str) -> bool:
    """Return False if the field surely neither is nor contains a text without characters."""
    value = getattr(request, field, None) if field else ""
    return value == "" if value is None or isinstance(value, str) else True


def _has_empty(value: object) -> bool:
    """Return whether `value` is or contains a text without characters."""
    if isinstance(value, dict | Mapping):
        return any(_has_empty(item) for item in value.values())
    if isinstance(value, list | tuple | deque | Set):
        return any(_has_empty(item) for item in value)
    return value == "" or (value is not None and to_jsonable_python(value) == "")


def _flat(value: object) -> str | None:
    """Return the JSON of a mapping of text to text, integers and None, as most requests are; else None.

    It is that of `_encode(_canonical(value))`, in half the time.
    """
    if type(value) is not dict:
        return None
    members: dict[str, str] = {}
    for key, item in value.items():
        if type(key) is not str:
            return None
        if type(item) is str:
            members[key] = _encode(item)
        elif type(item) is int:
            members[key] = str(item)
        elif item is None:
            members[key] = '""'
        else:
            return None
    return f"{{{','.join([f'{_encode(key)}:{members[key]}' for key in sorted(members)])}}}"


def _canonical(value: object, none: str | None = "") -> object:
    if value is None:
        return none
    if isinstance(value, float):
        return value + 0.0  # turns -0.0 into 0.0
    if isinstance(value, str | int):
        return value
    if isinstance(value, dict | Mapping):
        return _canonical_mapping(value, none)
    if isinstance(value, list | tuple | deque):
        return [_canonical(item, none) for item in value]
    if isinstance(value, Set):
        return sorted((_canonical(item, none) for item in value), key=_encode)
    return _canonical(to_jsonable_python(_normal(value)), none)


def _canonical_mapping(mapping: Mapping[object, object], none: str | None) -> dict[object, object]:
    """Return `mapping` with keys that `json.dumps` can sort: unchanged, or all of them as text."""
    canonical = {key: _canonical(item, none) for key, item in mapping.items()}
    if all(isinstance(key, str) for key in canonical):
        return canonical
    if all(isinstance(key, int | float) for key in canonical):
        # json.dumps sorts them as numbers.
        return {_normal(key): item for key, item in canonical.items()}
    return {_key_text(key): item for key, item in canonical.items()}


def _key_text(key: object) -> str:
    jsonable = to_jsonable_python(_normal(key))
    return jsonable if isinstance(jsonable, str) else json.dumps(jsonable)


def _normal(value: object) -> object:
    """Return the value that represents all values of its type that are equal to `value`."""
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, Decimal):
        return _normal_decimal(value)
    if isinstance(value, datetime) and value.utcoffset() is not None:
        try:
            return value.astimezone(UTC)
        except OverflowError:  # within a day of the earliest or the latest datetime
            return value
    if isinstance(value, time) and value.utcoffset() is not None:
        return _normal_time(value)
    return value


def _normal_decimal(value: Decimal) -> Decimal | str:
    """Return the shortest form of the value: digits without an exponent, unless there would be very many."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return value  # NaN or infinity
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
    """Return the time in UTC: times with an offset are equal if they are the same moment of a day."""
    offset = value.utcoffset() or timedelta()
    moment = datetime.combine(_DAY, value.replace(tzinfo=None)) - offset
    days = (moment.date() - _DAY).days
    normal = moment.time().replace(tzinfo=UTC)
    # On another day, it is equal to no time of this day.
    return normal if days == 0 else f"{normal.isoformat()} {days:+d}"
