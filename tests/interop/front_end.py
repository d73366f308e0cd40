"""TypeScript types in the way of a front end's script that knows a few keywords of JSON Schema.

It reads `components.schemas` only: each object with properties and each enum makes a type. A property is
the union of its `anyOf`, a constant, an enum's values, a reference, an array or a plain type; else it is `any`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any  # schemas are JSON of any shape

KNOWN_TYPES = ("string", "number", "integer", "boolean", "null", "object")
TEXTS = {"title", "description", "examples", "default", "deprecated"}


@dataclass
class Types:
    """The names of the types, which fields are `any`, and which names are used without there being a type.

    A field whose schema allows every value is `any` in truth.
    """

    types: set[str] = field(default_factory=set)
    untyped: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)


def types_of(document: dict[str, Any]) -> Types:
    """Return what comes of the types that the script makes of a document."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    made = Types()
    used: set[str] = set()
    for key, schema in schemas.items():
        if schema.get("properties") and schema.get("type") == "object":
            made.types.add(_name(key))
            for name, found in schema["properties"].items():
                for part in _parts(found):
                    if "$ref" in part:
                        used.add(_name(part["$ref"]))
                    elif not part.keys() - TEXTS:
                        made.free.append(f"{_name(key)}.{name}")
                    elif not _known(part):
                        made.untyped.append(f"{_name(key)}.{name}")
        elif "enum" in schema:
            made.types.add(_name(key))
    made.missing = used - made.types
    return made


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas whose types are joined or listed in that of a schema."""
    if "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from _parts(one)
    elif schema.get("type") == "array" and "items" in schema:
        yield from _parts(schema["items"])
    else:
        yield schema


def _known(schema: dict[str, Any]) -> bool:
    return "const" in schema or "enum" in schema or schema.get("type") in KNOWN_TYPES


def _name(reference: str) -> str:
    return "".join(filter(str.isalnum, reference.rpartition("/")[2]))
