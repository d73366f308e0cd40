"""Converts JSON Schema 2020-12, which pydantic writes, to draft 07, which AsyncAPI uses."""

from collections.abc import Mapping
from types import MappingProxyType

_ONE = frozenset(
    {"additionalItems", "contains", "else", "if", "items", "not", "propertyNames", "then"}
    | {"additionalProperties"}
)
_LIST = frozenset({"allOf", "anyOf", "oneOf"})
_NAMED = frozenset({"definitions", "patternProperties", "properties"})


def to_draft_07(schema: object, references: Mapping[str, str] = MappingProxyType({})) -> object:
    """Return an equivalent of `schema` in draft 07; `references` has new texts for its references.

    `prefixItems` become a list of `items`. Keywords beside a `$ref`, which draft 07 ignores, are combined with it
    by `allOf`. A discriminator becomes the name of its property, as in AsyncAPI.
    """
    if not isinstance(schema, Mapping):
        return schema
    result = {key: _converted(key, value, references) for key, value in schema.items()}
    if "prefixItems" in result:
        rest = result.pop("items", None)
        items = result.pop("prefixItems")
        result["items"] = (
            [to_draft_07(item, references) for item in items] if isinstance(items, list) else []
        )
        if rest is not None:
            result["additionalItems"] = rest
    discriminator = result.get("discriminator")
    if isinstance(discriminator, Mapping):
        result["discriminator"] = discriminator["propertyName"]
    if isinstance(reference := result.get("$ref"), str):
        result["$ref"] = references.get(reference, reference)
    if "$ref" in result and len(result) > 1:
        reference = {"$ref": result.pop("$ref")}
        others = result.pop("allOf", [])
        result = {"allOf": [reference, *(others if isinstance(others, list) else [])], **result}
    return result


def _converted(key: str, value: object, references: Mapping[str, str]) -> object:
    if key in _ONE:
        return to_draft_07(value, references)
    if key in _LIST and isinstance(value, list):
        return [to_draft_07(item, references) for item in value]
    if key in _NAMED and isinstance(value, Mapping):
        return {name: to_draft_07(item, references) for name, item in value.items()}
    return value
