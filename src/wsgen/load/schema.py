"""The JSON Schema of `ws.yaml`: where it is, and the violations of it in a document.

jsonschema validates. This module makes it read patterns as ECMA 262, report each key separately and work in
linear time. Each `$ref` in the schema is replaced by its target, so the schema cannot be recursive.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]  # JSON, whose types nothing declares
Steps = tuple[str | int, ...]

_NAME = "ws.schema.json"


class KeyStep(str):
    """The last step of a path that leads to the key itself, not to its value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """A value at `path` that a `keyword` of the schema forbids; the last step is a KeyStep if the key is wrong.

    `rule` is the schema that has the keyword and `field` the one of the whole value, which are the same
    unless the rule is one of its `allOf`. `missing` is the key that is not there, `first` the index of the same
    item before this one.
    """

    path: Steps
    keyword: str
    value: object
    rule: Schema
    field: Schema
    missing: str | None = None
    first: int | None = None

    @property
    def code(self) -> str:
        """Return the code that the schema defines for the keyword, or else for the field."""
        codes: Mapping[str, str] = ws_schema()["x-wsgen-code"]
        return codes.get(self.keyword) or str(self.field["x-wsgen-code"])


def schema_text() -> str:
    """Return the text of the JSON Schema: the copy in the wheel, else the one of the source tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / _NAME
    source = package.parents[1] / "schemas" / _NAME
    return (installed if installed.is_file() else source).read_text("utf-8")


@lru_cache(maxsize=1)
def ws_schema() -> Schema:
    """Return the schema without `$ref`; each part of an `allOf` has the schema around it as `x-wsgen-field`."""
    written = json.loads(schema_text())
    del written["$schema"]  # by which jsonschema would choose a validator of its own

    def resolved(part: Any) -> Any:
        if isinstance(part, list):
            return [resolved(item) for item in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return resolved(written["$defs"][part["$ref"].removeprefix("#/$defs/")])
        made = {key: resolved(value) for key, value in part.items() if key != "$defs"}
        for rule in made.get("allOf", ()):
            rule["x-wsgen-field"] = made
        return made

    made: Schema = resolved(written)
    return made


def schema_at(path: Steps) -> Schema:
    """Return the schema of the value at `path` of a document, which is empty if anything is allowed."""
    schema = ws_schema()
    for step in path:
        if isinstance(step, KeyStep) and "propertyNames" in schema:
            schema = schema["propertyNames"]
        elif isinstance(step, int):
            schema = schema.get("items", {})
        else:
            more = schema.get("additionalProperties") or {}
            schema = schema.get("properties", {}).get(step, more)
    return schema


def violations(value: object, path: Steps = ()) -> Iterator[Violation]:
    """Yield the violations of the schema at `path` by `value`, for each position only the first reason.

    A value that is not of a JSON type violates each `type` of the schema.
    """
    seen: set[tuple[Steps, str | None, bool]] = set()
    for error in _validator().descend(value, schema_at(path)):
        where = (*path, *error.absolute_path)
        missing = error.message if error.validator == "required" else None
        spot = (where, missing, isinstance(where[-1] if where else None, KeyStep))
        if spot in seen:
            continue
        seen.add(spot)
        first = int(error.message) if error.validator == "uniqueItems" else None
        field = error.schema.get("x-wsgen-field", error.schema)
        yield Violation(where, error.validator, error.instance, error.schema, field, missing, first)


@lru_cache(maxsize=1)
def _validator() -> Any:
    """Return the validator of the schema; jsonschema is imported when the first file is read."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    made: dict[int, Any] = {}

    def descend(
        self: Any, instance: object, schema: Schema, path: str | int | None = None, **_: object
    ) -> list[Any]:
        # jsonschema makes a validator for each value, which takes most of its time; these are kept.
        if id(schema) not in made:
            made[id(schema)] = self.evolve(schema=schema)
        errors = list(made[id(schema)].iter_errors(instance))
        if path is not None:
            for error in errors:
                error.path.appendleft(path)
        return errors

    keywords = {
        "additionalProperties": _additional_properties,
        "pattern": _pattern,
        "propertyNames": _property_names,
        "required": _required,
        "uniqueItems": _unique_items,
    }
    extend_untyped: Any = extend  # as jsonschema leaves it
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    validator = extend_untyped(Draft202012Validator, keywords, type_checker=types)
    validator.descend = descend
    return validator(ws_schema())


def _error(message: str, *path: str | int) -> Any:
    from jsonschema import ValidationError

    return ValidationError(message, path=path)


def _is_integer(_: Any, value: object) -> bool:
    """Return whether `value` is an integer; unlike in JSON Schema, 1.0 is not."""
    return isinstance(value, int) and not isinstance(value, bool)


def _additional_properties(
    validator: Any, allowed: Any, value: object, schema: Schema
) -> Iterator[Any]:
    """Yield an error for each unknown key; jsonschema's own has one for all."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for key in [key for key in value if key not in known]:
            if allowed is False:
                yield _error("unknown key", KeyStep(key))
            else:
                yield from validator.descend(value[key], allowed, path=key)


def _property_names(validator: Any, names: Schema, value: object, _: Schema) -> Iterator[Any]:
    """Yield what is wrong with each key, at that key; jsonschema's own is at the mapping."""
    if isinstance(value, dict):
        for key in value:
            yield from validator.descend(key, names, path=KeyStep(key))


def _required(_: Any, required: list[str], value: object, __: Schema) -> Iterator[Any]:
    """Yield an error for each missing key, with the key as its message."""
    if isinstance(value, dict):
        for key in required:
            if key not in value:
                yield _error(key)


def _unique_items(_: Any, unique: bool, value: object, __: Schema) -> Iterator[Any]:
    """Yield an error for each text that is in the list already, with the index of the first one as its message.

    jsonschema's own compares each item with each.
    """
    if unique and isinstance(value, list):
        seen: dict[str, int] = {}
        for index, item in enumerate(value):
            if isinstance(item, str) and seen.setdefault(item, index) != index:
                yield _error(str(seen[item]), index)


def _pattern(_: Any, pattern: str, value: object, __: Schema) -> Iterator[Any]:
    if isinstance(value, str) and not ecma_pattern(pattern).search(value):
        yield _error("no match")


_SPACES = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
# What Python has to be told in other words; its `$`, for one, also matches before a last newline.
_IN_PYTHON = {
    "$": r"\Z",
    ".": r"[^\n\r\u2028\u2029]",
    r"\s": f"[{_SPACES}]",
    r"\S": f"[^{_SPACES}]",
    r"[\s\S]": r"[\x00-\U0010ffff]",
}
_PART = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\[|\$|\.|\(\?(?:[:=!]|<[=!])?", re.DOTALL)
_ALIKE = re.compile(
    r"\\[bBdDwWtnrfvux\W]|\[(?!\^?\])(?:\\[dwtnrfvux\W]|[^\\])+\]|\(\?.+", re.DOTALL
)


@lru_cache(maxsize=256)
def ecma_pattern(pattern: str) -> re.Pattern[str]:
    """Return the regular expression that matches in Python what `pattern` matches in ECMA 262.

    Raises ValueError for syntax that only one of them knows, or that they read differently.
    """

    def translated(part: re.Match[str]) -> str:
        if part[0] in _IN_PYTHON:
            return _IN_PYTHON[part[0]]
        if not _ALIKE.fullmatch(part[0]):
            raise ValueError(f"`{part[0]}` in the pattern {pattern}")
        return part[0]

    return re.compile(_PART.sub(translated, pattern), re.ASCII)
