"""The stubs that documents are made from: read, and looked into."""

import json
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wsgen_runtime.documents.document_references import name_in, pointer_to

# JSON whose structure is known.
Json = dict[str, Any]


def read_stub(package: str, name: str) -> Json | None:
    """Return the stub in `package`, or None if there is no valid one."""
    if not package:
        return None
    try:
        data = pkgutil.get_data(package, name)
        stub = json.loads(data or b"null")
    except (OSError, ValueError, ImportError):
        return None
    known = isinstance(stub, dict) and len(stub.get("channels", {})) == 1
    return stub if known and "operations" in stub and "components" in stub else None


def messages_in(stub: Json) -> Json:
    """Return the messages of a stub by their keys; there are none in one of an older generator."""
    messages: Json = stub["components"].get("messages", {})
    return messages


def schema_reference(key: str) -> Json:
    """Return a reference to a schema of the components."""
    return {"$ref": pointer_to("components", "schemas", key)}


def with_used(schemas: Mapping[str, Json], keys: Iterable[str]) -> Json:
    """Return the schemas with these keys, and all that they refer to."""
    found: Json = {}
    waiting = list(keys)[::-1]
    while waiting:
        key = waiting.pop()
        if key not in found and key in schemas:
            found[key] = schemas[key]
            waiting += list(_referred(schemas[key]))[::-1]
    return found


def _referred(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield name_in(node["$ref"])
        for value in node.values():
            yield from _referred(value)
    elif isinstance(node, list):
        for item in node:
            yield from _referred(item)


def mark(item: Json, fields: Mapping[str, object]) -> None:
    """Set `fields` of a part of a document; those that are empty are removed."""
    for key, value in fields.items():
        item.pop(key, None)
        if value:
            item[key] = value
