"""The name of a topic: one route and one set of request parameters."""

import json
from collections.abc import Mapping, Set

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

# Made once: json.dumps makes one for each call with other options than its own.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def topic_name(route: str, request: BaseModel) -> str:
    """Return `{route}:{json}`, the same text for equal requests.

    The JSON is `request.model_dump()` (by field name, defaults included) with the keys sorted at every level,
    compact separators, None as `""` at every level, and all but ASCII escaped: byte for byte what the founding
    system made wherever it made a name at all. Where `json.dumps` knew no answer, pydantic's JSON form is
    used: a datetime in ISO 8601, a Decimal or UUID as its text, an enum as its value, bytes as UTF-8. A set
    is sorted by its members' JSON; keys of several types become text before they are sorted.
    """
    return f"{route}:{_encode(_canonical(request.model_dump()))}"


def size_of(topic: str) -> int:
    """Return the bytes of a topic's name; each `"` and each backslash takes another one in a frame."""
    return len(topic) if topic.isascii() else len(topic.encode(errors="surrogatepass"))


def _canonical(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, dict | Mapping):
        return _canonical_mapping(value)
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, Set):
        return sorted((_canonical(item) for item in value), key=_encode)
    return _canonical(to_jsonable_python(value))


def _canonical_mapping(mapping: Mapping[object, object]) -> dict[object, object]:
    """Return `mapping` with keys that `json.dumps` can sort: as they are, or all of them as text."""
    canonical = {key: _canonical(item) for key, item in mapping.items()}
    if all(isinstance(key, str) for key in canonical):
        return canonical
    if all(isinstance(key, int | float) for key in canonical):
        return canonical  # sorted as numbers, as json.dumps does
    return {_key_text(key): item for key, item in canonical.items()}


def _key_text(key: object) -> str:
    jsonable = to_jsonable_python(key)
    return jsonable if isinstance(jsonable, str) else json.dumps(jsonable)
