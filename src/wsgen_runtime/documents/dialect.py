"""JSON Schema 2020-12, as pydantic writes it -> draft 07, which is what AsyncAPI's schemas are."""

from collections.abc import Mapping

_ONE = frozenset(
    {"additionalItems", "contains", "else", "if", "items", "not", "propertyNames", "then"}
    | {"additionalProperties"}
)
_LIST = frozenset({"allOf", "anyOf", "oneOf"})
_NAMED = frozenset({"definitions", "patternProperties", "properties"})


def to_draft_07(schema: object) -> object:
    """Return `schema` in draft 07, saying the same.

    Tuples are lists of `items`; what stands beside a `$ref`, which draft 07 ignores, goes around it; a
    discriminator is the property's name alone, as AsyncAPI has it.
    """
    if not isinstance(schema, Mapping):
        return schema
    result = {key: _converted(key, value) for key, value in schema.items()}
    if "prefixItems" in result:
        rest = result.pop("items", None)
        items = result.pop("prefixItems")
        result["items"] = [to_draft_07(item) for item in items] if isinstance(items, list) else []
        if rest is not None:
            result["additionalItems"] = rest
    discriminator = result.get("discriminator")
    if isinstance(discriminator, Mapping):
        result["discriminator"] = discriminator["propertyName"]
    if "$ref" in result and len(result) > 1:
        reference = {"$ref": result.pop("$ref")}
        others = result.pop("allOf", [])
        result = {"allOf": [reference, *(others if isinstance(others, list) else [])], **result}
    return result


def _converted(key: str, value: object) -> object:
    if key in _ONE:
        return to_draft_07(value)
    if key in _LIST and isinstance(value, list):
        return [to_draft_07(item) for item in value]
    if key in _NAMED and isinstance(value, Mapping):
        return {name: to_draft_07(item) for name, item in value.items()}
    return value
