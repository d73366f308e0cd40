"""What tools need of schemas within other ones: a title, and discriminators that are required."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from wsgen_runtime.documents.document_references import name_in

# JSON Schemas whose structure is known.
Json = dict[str, Any]

_SAME_PLACE = ("allOf", "anyOf", "oneOf")
_VALUES = ("additionalProperties", "contains", "propertyNames")
_HOLDERS = frozenset({"properties", "items", *_SAME_PLACE, *_VALUES, "patternProperties"})


def name_inline(schemas: Json, taken: Collection[str]) -> None:
    """Give a title to each enum and each object within `schemas` that has none, from the place where it stands.

    It is none of those `taken`. A discriminator gets one too, since some generators make a type of it.
    """
    used = {name.lower() for name in taken}
    discriminators = {id(member["properties"][name]) for member, name in _told_apart(schemas)}
    for key, schema in schemas.items():
        for name, part in _parts(schema, key):
            is_type = "enum" in part or "properties" in part or id(part) in discriminators
            if is_type and "title" not in part:
                while name.lower() in used:
                    name += "Value"
                used.add(name.lower())
                part["title"] = name


def require_discriminators(schemas: Json) -> None:
    """Make the property that tells the members of a union apart a required one of each."""
    for member, name in _told_apart(schemas):
        required = member.get("required", [])
        if name not in required:
            member["required"] = [*required, name]


def _told_apart(schemas: Json) -> Iterator[tuple[Json, str]]:
    """Yield the members of unions that a property tells apart, and the name of that property."""
    for key, schema in schemas.items():
        for _, part in [(key, schema), *_parts(schema, key)]:
            name = part.get("discriminator")
            for member in part.get("oneOf", ()) if isinstance(name, str) else ():
                target = schemas.get(name_in(member.get("$ref", "")), {})
                if name in target.get("properties", {}):
                    yield target, name


def _parts(schema: Json, name: str) -> Iterator[tuple[str, Json]]:
    """Yield the schemas within `schema`, which is called `name`, and a name for each."""
    for place, part in _places(schema, name):
        if isinstance(part, dict):
            yield place, part
            yield from _parts(part, place)


def _places(schema: Json, name: str) -> Iterator[tuple[str, object]]:
    if _HOLDERS.isdisjoint(schema):  # most have no others within
        return
    properties = schema.get("properties")
    for key, item in properties.items() if isinstance(properties, dict) else ():
        words = re.findall("[A-Za-z0-9]+", key)
        yield name + "".join(word[0].upper() + word[1:] for word in words), item
    items = schema.get("items")
    if isinstance(items, list):
        yield from ((f"{name}Item{number}", item) for number, item in enumerate(items, 1))
    else:
        yield f"{name}Item", items
    for keyword in _SAME_PLACE:
        yield from ((name, part) for part in schema.get(keyword, ()))
    for keyword in _VALUES:
        yield f"{name}Value", schema.get(keyword)
    patterns = schema.get("patternProperties")
    for item in patterns.values() if isinstance(patterns, dict) else ():
        yield f"{name}Value", item
