"""Documents with a single route, whose data have a schema of the test."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def document(data: object, schemas: Mapping[str, object] | None = None, wire: str = "bars") -> Json:
    """Return a document of AsyncAPI 3 with a route `wire`, whose updates have the schema `data`."""
    update = {
        "type": "object",
        "properties": {"payload": {"type": "object", "properties": {"payload": data}}},
    }
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Test", "version": "1"},
        "channels": {
            "feed": {
                "address": "/ws",
                "messages": {
                    "one": {"name": f"{wire}.subscribe", "payload": {"type": "object"}},
                    "two": {"name": f"{wire}.update", "payload": update},
                },
            }
        },
        "operations": {},
        "components": {"schemas": dict(schemas or {})},
    }
