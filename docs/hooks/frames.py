"""The page of all frames, made from the AsyncAPI document of a route `bars`."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from wsgen_runtime import WsRouter
from wsgen_runtime.asyncapi import describe

HEAD = """\
# Frames

Each frame of [the wire protocol](protocol.md) and its fields, as the AsyncAPI document of a route `bars`
describes them.
"""


class BarsSubscriptionRequest(BaseModel):
    """The request model of the route."""

    symbol: str


class Bar(BaseModel):
    """The data model of the route."""

    symbol: str
    close: float


class _Service:
    async def create_topic(self, topic: str, topic_update: object) -> None: ...

    async def remove_topic(self, topic: str) -> None: ...


def document() -> dict[str, Any]:
    """Return the document that the page is made from."""
    router = WsRouter(
        service=_Service(),
        route="bars",
        request_type=BarsSubscriptionRequest,
        data_type=Bar,
    )
    return describe([router], title="bars", version="1")


def frames_page() -> str:
    """Return the page as Markdown: the frames of clients, then those of the server, with a table for each."""
    described = document()
    messages = described["components"]["messages"]
    received = {
        message["$ref"].rpartition("/")[2]
        for operation in described["operations"].values()
        if operation["action"] == "receive"
        for message in operation["messages"]
    }
    parts = [HEAD]
    for title, from_client in (("From clients", True), ("From the server", False)):
        parts.append(f"## {title}\n")
        parts += [
            _section(message, described)
            for key, message in messages.items()
            if (key in received) == from_client
        ]
    return "\n".join(parts)


def _section(message: dict[str, Any], described: dict[str, Any]) -> str:
    text = f"### {message['name']}\n\n{message['summary']}.\n\n"
    rows = [*_rows("", message["payload"], described)]
    if not rows:
        return text
    head = "| field | type | required | meaning |\n|---|---|---|---|\n"
    return text + head + "".join(rows)


def _rows(prefix: str, schema: dict[str, Any], described: dict[str, Any]) -> Iterator[str]:
    schema = _resolved(schema, described)
    required = schema.get("required", ())
    for key, field in schema.get("properties", {}).items():
        field = _resolved(field, described)
        meaning = field.get("description", "").replace("\n", " ").replace("|", "\\|")
        needed = "yes" if key in required else ""
        yield f"| `{prefix}{key}` | {_type(field)} | {needed} | {meaning} |\n"
        yield from _rows(f"{prefix}{key}.", field, described)


def _type(field: dict[str, Any]) -> str:
    for keyword in ("const", "enum"):
        if keyword in field:
            values = field[keyword] if keyword == "enum" else [field[keyword]]
            return ", ".join(f"`{json.dumps(value)}`" for value in values)
    if "anyOf" in field:
        return " or ".join(_type(part) for part in field["anyOf"])
    return str(field.get("type", "object" if "properties" in field or "$ref" in field else "any"))


def _resolved(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """Return what `schema` refers to in the document, or itself."""
    if "$ref" not in schema:
        return schema
    found: Any = described
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
