"""Makes examples of models from their JSON schemas; none is drawn at random, so each run makes the same ones."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import SchemaValidator, core_schema, to_json

from wsgen_runtime.documents.example_numbers import number_in
from wsgen_runtime.documents.pattern_texts import texts_of

# JSON whose structure is known.
Json = Mapping[str, Any]

_FORMATS = {
    "date": "2024-01-02",
    "date-time": "2024-01-02T15:04:05Z",
    "duration": "PT1M",
    "email": "user@example.com",
    "hostname": "example.com",
    "idn-email": "user@example.com",
    "ipv4": "192.0.2.1",
    "ipv4network": "192.0.2.0/24",
    "ipv6": "2001:db8::1",
    "ipv6network": "2001:db8::/32",
    "json-string": "{}",
    "multi-host-uri": "https://example.com/",
    "time": "15:04:05Z",
    "uri": "https://example.com/",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "uuid1": "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "uuid3": "3f2504e0-4f89-31d3-9a0c-0305e82c3301",
    "uuid4": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "uuid5": "3f2504e0-4f89-51d3-9a0c-0305e82c3301",
    "uuid7": "018f3a5e-7c00-7000-9a0c-0305e82c3301",
}
_WITHOUT_OFFSET = {"date-time": "2024-01-02T15:04:05", "time": "15:04:05"}
_LATER = {"date": "2124-01-02", "date-time": "2124-01-02T15:04:05Z"}
_VARIANTS = (_FORMATS, _FORMATS | _WITHOUT_OFFSET, _FORMATS | _LATER)
"""Models that want a time without an offset, or one in the future, do not say so in their schemas."""

_TEXT = "string"
_MOST_ITEMS, _MOST_CHARACTERS = 8, 64
_MOST_VALUES = 1000
"""Of one example, in whose second half lists stay empty: models that refer to each other would multiply."""


FAILURES = (Exception, SystemExit)
"""What user code may raise, such as a validator that ends the process because something is missing."""


class ImpossibleError(Exception):
    """No example of a schema can be made."""


class MadeExample(NamedTuple):
    """The JSON `given` to a model, and the `value` that the model has made of it."""

    given: object
    value: Any  # of the type of the adapter


def make_example(
    adapter: TypeAdapter[Any],
) -> MadeExample | None:  # Any: a type has no static type here
    """Return an example that the type of `adapter` accepts, None if none can be made.

    The first of the `examples` of a model or a field is used, then its default, and otherwise a value within its
    constraints. Fields with constant defaults are left out, as a client may do. Factories of defaults are not
    used, since they may give another value each time.
    """
    try:
        schema = adapter.json_schema(mode="validation", schema_generator=_Schemas)
    except FAILURES:  # describing a model runs user code
        return None
    for texts in _VARIANTS:
        try:
            given = _Maker(schema.get("$defs", {}), texts).value(schema)
            return MadeExample(given, adapter.validate_json(to_json(given)))
        except ImpossibleError:
            return None
        except FAILURES:  # validators are user code, and another variant may please them
            continue
    return None


class _Schemas(GenerateJsonSchema):
    """Describes models without warnings, which the description for readers has given."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's way


class _Maker:
    def __init__(self, definitions: Json, texts: Mapping[str, str]) -> None:
        self._definitions = definitions
        self._texts = texts
        self._inside: list[str] = []
        self._left = _MOST_VALUES
        self._tags: set[str] = set()

    def value(self, schema: Any) -> object:  # Any: a schema may be a boolean too
        """Return a value of `schema`. Raises ImpossibleError."""
        self._left -= 1
        if self._left < 0:
            raise ImpossibleError
        if not isinstance(schema, Mapping):
            return {}
        for key in ("examples", "enum"):
            if isinstance(found := schema.get(key), list) and found:
                return found[0]
        for key in ("example", "const", "default"):
            if key in schema:
                return schema[key]
        if "$ref" in schema:
            return self._referred(schema["$ref"])
        if isinstance(discriminator := schema.get("discriminator"), Mapping):
            self._tags.add(discriminator["propertyName"])  # wanted even where it has a default
        for key in ("anyOf", "oneOf", "allOf"):
            if options := schema.get(key):
                return self._first(options if key != "allOf" else [_merged(options)])
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "string":
                return self._text(schema)
            case "integer" | "number" as kind:
                number = number_in(schema, whole=kind == "integer")
                if number is None:
                    raise ImpossibleError
                return number
            case "boolean":
                return True
            case "null":
                return None
        return {}

    def _referred(self, reference: str) -> object:
        name = reference.rpartition("/")[2]
        if name in self._inside or name not in self._definitions:
            raise ImpossibleError
        self._inside.append(name)
        try:
            return self.value(self._definitions[name])
        finally:
            self._inside.pop()

    def _first(self, options: list[Any]) -> object:
        """Return a value of the first of `options` that has one, of null if no other has."""
        for option in sorted(options, key=_is_null):
            try:
                return self.value(option)
            except ImpossibleError:
                continue
        raise ImpossibleError

    def _object(self, schema: Json) -> object:
        properties, required = schema.get("properties", {}), schema.get("required", ())
        made = {}
        for name, part in properties.items():
            if name in required or name in self._tags:
                made[name] = self.value(part)
            elif "default" not in part:  # a factory makes it
                try:
                    made[name] = self.value(part)
                except ImpossibleError:
                    continue
        return made

    def _array(self, schema: Json) -> object:
        if "prefixItems" in schema:
            return [self.value(part) for part in schema["prefixItems"]]
        least = schema.get("minItems", 0)
        if least > _MOST_ITEMS:
            raise ImpossibleError
        if schema.get("maxItems") == 0 or (not least and self._left < _MOST_VALUES // 2):
            return []
        try:
            return [self.value(schema.get("items")) for _ in range(max(least, 1))]
        except ImpossibleError:
            if least:
                raise
            return []

    def _text(self, schema: Json) -> object:
        if schema.get("format") in self._texts:
            return self._texts[schema["format"]]
        least, most = schema.get("minLength", 0), schema.get("maxLength", _MOST_CHARACTERS)
        if least > _MOST_CHARACTERS:
            raise ImpossibleError
        if "pattern" in schema:
            return _matching(schema["pattern"], least, min(most, _MOST_CHARACTERS))
        return _TEXT.ljust(least, "g")[:most]


def _is_null(schema: object) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _merged(parts: list[Any]) -> Json:
    merged: dict[str, Any] = {}
    for part in parts:
        if not isinstance(part, Mapping) or merged.keys() & part.keys():
            raise ImpossibleError
        merged |= part
    return merged


def _matching(pattern: str, least: int, most: int) -> str:
    """Return a text that matches `pattern`, as pydantic has it. Raises ImpossibleError."""
    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=pattern))
    except Exception as error:  # a pattern of another language
        raise ImpossibleError from error
    for text in (_TEXT, *_FORMATS.values(), *texts_of(pattern)):
        if least <= len(text) <= most and validator.isinstance_python(text):
            return text
    raise ImpossibleError
