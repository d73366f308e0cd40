"""Stubs of modules -> one AsyncAPI 3.1 document, with the project's own fields."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wsgen.asyncapi.settings import Settings

# JSON that the renderer wrote, taken apart by what it is known to hold.
Json = dict[str, Any]


def assemble(stubs: Sequence[Json], settings: Settings, *, title: str) -> Json:
    """Return the document of the modules of `stubs`, its slots still empty.

    Operations of several modules are named after their channel, so that two modules may have the same route.
    `title` is what the document is called unless the settings say.
    """
    single = stubs[0]["info"] if len(stubs) == 1 else {}
    info: Json = {"title": settings.title or title}
    info["version"] = settings.version or single.get("version", "1.0.0")
    if "description" in single:
        info["description"] = single["description"]
    document: Json = {"asyncapi": "3.1.0"}
    if settings.id:
        document["id"] = settings.id
    if tags := _tags(stubs):
        info["tags"] = tags
    document["info"] = info | _plain(settings.info)
    if settings.servers:
        document["servers"] = {
            name: _server(_plain(server)) for name, server in settings.servers.items()
        }
    document |= {"defaultContentType": "application/json", "channels": {}, "operations": {}}
    for stub in stubs:
        (channel,) = stub["channels"]
        document["channels"][channel] = stub["channels"][channel]
        for name, operation in stub["operations"].items():
            prefix = f"{channel}."
            key = name if len(stubs) == 1 or name.startswith(prefix) else f"{prefix}{name}"
            document["operations"][key] = operation
    if settings.security_schemes:
        document["components"] = {"securitySchemes": _plain(settings.security_schemes)}
    copy: Json = json.loads(json.dumps(document))
    return copy


def _tags(stubs: Sequence[Json]) -> list[Json]:
    """Return the tags of all operations, each once, by name."""
    operations = (item for stub in stubs for item in stub["operations"].values())
    names = {tag["name"] for item in operations for tag in item.get("tags", ())}
    return [{"name": name} for name in sorted(names)]


def _server(server: Any) -> Any:  # as the settings have it; the document's checks see what is wrong
    if not isinstance(server, dict) or not isinstance(server.get("security"), list):
        return server
    security = [
        {"$ref": f"#/components/securitySchemes/{name}"} if isinstance(name, str) else name
        for name in server["security"]
    ]
    return {**server, "security": security}


def _plain(value: object) -> Any:  # the same JSON value, without read-only views
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
