"""Converts JSON Schema 2020-12, which pydantic writes, to draft 07, which AsyncAPI uses."""

from collections.abc import Mapping
from dataclasses import dataclass

_ONE = frozenset(
    {"additionalItems", "contains", "else", "if", "items", "not", "propertyNames", "then"}
    | {"additionalProperties"}
)
_LIST = frozenset({"allOf", "anyOf", "oneOf"})
_NAMED = frozenset({"definitions", "patternProperties", "properties"})
_NOTES = frozenset(
    {"$comment", "default", "deprecated", "description", "examples", "readOnly", "title"}
    | {"writeOnly"}
)
"""Keywords that allow every value, so that they may be beside a reference, where draft 07 ignores them."""

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Draft07:
    """How to convert schemas: new texts for references, and schemas that replace them.

    In schemas of what is always sent whole, required properties have no default.
    """

    references: Mapping[str, str]
    inlined: Mapping[str, Mapping[str, object]]
    is_sent: bool

    def convert(self, schema: object) -> object:
        """Return an equivalent of `schema` in draft 07.

        `prefixItems` become a list of `items`, and a discriminator becomes the name of its property, as in
        AsyncAPI. Keywords beside a reference stay there if they only describe; others are combined with it by
        `allOf`.
        """
        if not isinstance(schema, Mapping):
            return schema
        schema = _flat(schema)
        result = {key: self._converted(key, value) for key, value in schema.items()}
        if "prefixItems" in result:
            rest, items = result.pop("items", None), result.pop("prefixItems")
            result["items"] = items
            if rest is not None:
                result["additionalItems"] = rest
        discriminator = result.get("discriminator")
        if isinstance(discriminator, Mapping):
            result["discriminator"] = discriminator["propertyName"]
        if "properties" in result:
            self._tidy(result)
        return self._referring(result)

    def _converted(self, key: str, value: object) -> object:
        if key in _ONE:
            return self.convert(value)
        if (key in _LIST or key == "prefixItems") and isinstance(value, list):
            return [self.convert(item) for item in value]
        if key in _NAMED and isinstance(value, Mapping):
            return {name: self.convert(item) for name, item in value.items()}
        return value

    def _tidy(self, schema: Json) -> None:
        """Drop the defaults of properties that are always sent, and titles that only repeat a name."""
        required = schema.get("required", ())
        properties = schema["properties"]
        if not isinstance(properties, dict) or not isinstance(required, list | tuple):
            return
        for name, item in properties.items():
            if not isinstance(item, dict):
                continue
            if self.is_sent and name in required:
                item.pop("default", None)
            if _bare(item.get("title")) == _bare(name) and "enum" not in item:
                item.pop("title", None)

    def _referring(self, schema: Json) -> Json:
        """Return a schema that refers to another one as draft 07 can."""
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        if reference in self.inlined:
            return {**self.inlined[reference], **beside}
        referring: Json = {"$ref": self.references.get(reference, reference)}
        if beside.keys() <= _NOTES:
            return {**referring, **beside}
        others = beside.pop("allOf", [])
        return {"allOf": [referring, *(others if isinstance(others, list) else [])], **beside}


def _flat(schema: Mapping[str, object]) -> Mapping[str, object]:
    """Return a schema in which a reference that is alone in `allOf`, as older pydantic has it, is outside."""
    parts = schema.get("allOf")
    if isinstance(parts, list) and len(parts) == 1 and "$ref" not in schema:
        (part,) = parts
        if isinstance(part, dict) and part.keys() == {"$ref"}:
            return {**part, **{key: value for key, value in schema.items() if key != "allOf"}}
    return schema


def _bare(name: object) -> str:
    """Return the letters and digits of a name in lower case."""
    return "".join(filter(str.isalnum, str(name))).lower()
