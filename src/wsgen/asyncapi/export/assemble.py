"""Assemble the stubs of modules and the project's settings into one AsyncAPI 3.1 document."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wsgen.asyncapi.export.document_settings import Settings
from wsgen.asyncapi.export.output_files import Subject
from wsgen.model import ModuleSpec
from wsgen.outputs.channels.frame_messages import with_close_codes
from wsgen.source import Positions

# JSON that wsgen has rendered, so its structure is known.
Json = dict[str, Any]

_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Exportable:
    """A module to export: its spec, the text of its stub, and the positions in its source."""

    spec: ModuleSpec
    stub: str
    positions: Positions


def assemble(stubs: Sequence[Json], settings: Settings, *, per_module: bool) -> Json:
    """Return the document of the modules of `stubs`, still without payload schemas.

    The names of a module's own parts begin with the name of the module, so that two may have the same route.
    A document `per_module` has the module's name in its title and id, and the module's description, since the
    settings describe the whole project.
    """
    single = stubs[0]["info"] if len(stubs) == 1 else {}
    title = single.get("title", "WebSocket API")
    info: Json = {"title": settings.title or title}
    if per_module and settings.title:
        info["title"] = f"{settings.title} {title}"
    info["version"] = settings.version or single.get("version", _VERSION)
    document: Json = {"asyncapi": "3.1.0"}
    if settings.id:
        joint = ":" if settings.id.startswith("urn:") else "/"
        document["id"] = f"{settings.id}{joint}{title}" if per_module else settings.id
    info |= settings.info
    closing: Json = {}
    for stub in stubs:
        closing |= stub.get("x-close-codes", {})
    if "description" in single and (per_module or "description" not in info):
        info["description"] = single["description"]
    elif closing:
        info["description"] = with_close_codes(info.get("description", ""), closing)
    if tags := _tags(info.get("tags", []), stubs):
        info["tags"] = tags
    document["info"] = info
    if settings.servers:
        document["servers"] = {name: _server(item) for name, item in settings.servers.items()}
    document |= {"defaultContentType": "application/json", "channels": {}, "operations": {}}
    components: Json = {"messages": {}, "schemas": {}}
    for stub in stubs:
        document["channels"] |= stub["channels"]
        document["operations"] |= stub["operations"]
        for kind, parts in components.items():
            parts |= stub["components"][kind]
    document["components"] = components
    if closing:
        document["x-close-codes"] = closing
    used = set(_references(document))
    schemes = settings.security_schemes.items()
    if found := {name: item for name, item in schemes if _reference(name) in used}:
        components["securitySchemes"] = found
    # Settings may contain dates, which JSON does not have.
    copy: Json = json.loads(json.dumps(document, default=str))
    return copy


def subject_of(spec: ModuleSpec | None, settings: Settings) -> Subject:
    """Return what the document of `spec` describes; without it, that of the document of several modules."""
    version = settings.version or _VERSION
    if spec is None:
        return Subject("asyncapi", "", version)
    return Subject(spec.full_name, spec.name, spec.version or version)


def _tags(given: Sequence[Json], stubs: Sequence[Json]) -> list[Json]:
    """Return the tags that are `given`, followed by the other tags of operations, sorted by name."""
    operations = (item for stub in stubs for item in stub["operations"].values())
    names = {tag["name"] for item in operations for tag in item.get("tags", ())}
    return [*given, *({"name": name} for name in sorted(names - {tag["name"] for tag in given}))]


def _server(server: Any) -> Any:  # as in the settings; the checks of the document report mistakes
    if not isinstance(server, dict) or not isinstance(server.get("security"), list):
        return server
    security = [
        {"$ref": _reference(name)} if isinstance(name, str) else name for name in server["security"]
    ]
    return {**server, "security": security}


def _reference(scheme: str) -> str:
    return f"#/components/securitySchemes/{scheme}"


def _references(node: Any) -> Iterator[str]:  # any JSON value
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
