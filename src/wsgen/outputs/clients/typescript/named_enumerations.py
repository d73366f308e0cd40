"""The enumerations that have a name, although the document repeats them wherever they are used."""

from collections.abc import Mapping

from wsgen.outputs.clients.typescript.identifiers import is_type_name


def named_enumerations(schemas: Mapping[str, object]) -> frozenset[str]:
    """Return the titles in the `schemas` of a document that may name an enumeration.

    Each belongs to one enumeration only, and to no schema that others refer to.
    """
    values: dict[str, object] = {}
    shared = set(schemas)
    waiting: list[object] = [*schemas.values()]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            title = titled(part)
            if title is not None and values.setdefault(title, part["enum"]) != part["enum"]:
                shared.add(title)
            waiting.extend(part.values())
    return frozenset(values) - shared


def titled(schema: Mapping[str, object]) -> str | None:
    """Return the title of an enumeration if a type may be called so."""
    title = schema.get("title")
    named = isinstance(schema.get("enum"), list) and isinstance(title, str) and is_type_name(title)
    return title if named and isinstance(title, str) else None


def own_keywords(schema: Mapping[str, object]) -> dict[str, object]:
    """Return what `schema` says of the enumeration itself, and not of the property that has it."""
    return {key: schema[key] for key in ("title", "description", "type", "enum") if key in schema}
