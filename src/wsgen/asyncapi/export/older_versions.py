"""Convert a document that wsgen made from AsyncAPI 3.1 to an older version.

2.6 has no replies, and one operation for each direction of a channel. `publish` has what the application that is
described receives, and `subscribe` what it sends. `x-response` names the answer to a message.
"""

import json

from wsgen.asyncapi.export.assemble import Json
from wsgen.asyncapi.export.perspective import is_for_clients

VERSIONS = {"3.1": "3.1.0", "3.0": "3.0.0", "2.6": "2.6.0"}
_OWN_FIELDS = (
    "x-command",
    "x-delivery",
    "x-errors",
    "x-history",
    "x-replay",
    "x-router",
    "x-source",
)
_MESSAGE_FIELDS = ("name", "title", "summary", "description", "contentType", "examples")


def convert(document: Json, version: str) -> Json:
    """Return `document` in `version`, a key of VERSIONS.

    3.0 has everything that these documents use, so only the version changes; tests check this.
    """
    if version == "2.6":
        return _to_2_6(document)
    return {**document, "asyncapi": VERSIONS[version]}


def _to_2_6(source: Json) -> Json:
    info = dict(source["info"])
    tags, docs = info.pop("tags", None), info.pop("externalDocs", None)
    result: Json = {"asyncapi": "2.6.0"}
    if "id" in source:
        result["id"] = source["id"]
    result["info"] = info
    if "servers" in source:
        result["servers"] = {name: _server(item) for name, item in source["servers"].items()}
    result["defaultContentType"] = source["defaultContentType"]
    components: Json = {**source["components"]}
    components["schemas"] = dict(components["schemas"])
    components["messages"] = {}
    result["channels"] = {
        channel["address"]: _channel(name, channel, source, components)
        for name, channel in source["channels"].items()
    }
    if schemes := components.get("securitySchemes"):
        components["securitySchemes"] = {name: _scheme(item) for name, item in schemes.items()}
    result["components"] = components
    if tags:
        result["tags"] = tags
    if docs:
        result["externalDocs"] = docs
    if "x-close-codes" in source:
        result["x-close-codes"] = source["x-close-codes"]
    copy: Json = json.loads(json.dumps(result))
    return copy


def _server(server: Json) -> Json:
    result: Json = {"url": f"{server['host']}{server.get('pathname', '')}"}
    for key, value in server.items():
        if key == "title":
            result["x-title"] = value
        elif key == "security":
            result["security"] = [{name: []} for name in _names_of(value)]
        elif key not in ("host", "pathname"):
            result[key] = value
    return result


def _scheme(scheme: Json) -> Json:
    flows = scheme.get("flows")
    if not isinstance(flows, dict):
        return scheme
    renamed = {
        name: {("scopes" if key == "availableScopes" else key): item for key, item in flow.items()}
        for name, flow in flows.items()
    }
    return {**scheme, "flows": renamed}


def _channel(name: str, channel: Json, source: Json, components: Json) -> Json:
    """Return a channel, whose messages are put into `components`.

    The key of a message is also its messageId, which is unique among all channels: each has its own `error`.
    """
    owner = name[:1].upper() + name[1:]
    keys = {key: key if key.startswith(owner) else f"{owner}{key}" for key in channel["messages"]}
    messages = components["messages"]
    for key, new in keys.items():
        message = source["components"]["messages"][key]
        messages[new] = _message(new, message, components["schemas"])
    operations = [
        item
        for item in source["operations"].values()
        if item["channel"]["$ref"] == f"#/channels/{name}"
    ]
    turned = is_for_clients(source)
    action = "send" if turned else "receive"
    asked = dict.fromkeys(
        message
        for operation in operations
        if operation["action"] == action
        for message in _refs(operation)
    )
    for operation in operations:
        for message in _refs(operation):
            target = messages[keys[message]]
            target |= {key: value for key, value in operation.items() if key in _OWN_FIELDS}
            if "security" in operation:
                target["x-security"] = _names_of(operation["security"])
            if "tags" in operation:
                target["tags"] = operation["tags"]
            if "reply" in operation:
                target["x-response"] = _one_of([keys[key] for key in _refs(operation["reply"])])
    received = [message for message in channel["messages"] if message not in asked]
    kept = ("description", "x-module")
    result: Json = {key: channel[key] for key in kept if key in channel}
    security = _security(operations)
    directions = [("What clients send.", asked), ("What clients receive.", received)]
    for verb, (summary, part) in zip(
        ("publish", "subscribe"), reversed(directions) if turned else directions, strict=True
    ):
        result[verb] = {
            "operationId": f"{name}{verb.title()}",
            "summary": summary,
            "description": "Each message is one frame with JSON text.",
            **security,
            "message": _one_of([keys[key] for key in part]),
        }
    result["bindings"] = channel["bindings"]
    return result


def _security(operations: list[Json]) -> Json:
    """Return the security requirements of all routes of a channel, which are one operation in 2.6.

    The `x-security` of a message has its own requirements. `{}`, no requirement, stands for a route without any.
    """
    routes = [item for item in operations if "x-router" in item or "x-command" in item]
    names = dict.fromkeys(name for item in routes for name in _names_of(item.get("security", [])))
    if not names:
        return {}
    free: list[Json] = [{}] if any("security" not in item for item in routes) else []
    return {"security": [*({name: []} for name in names), *free]}


def _names_of(references: list[Json]) -> list[str]:
    return [item["$ref"].rpartition("/")[2] for item in references]


def _message(key: str, message: Json, schemas: Json) -> Json:
    """Return `message` as 2.x has it; a deprecated one has a deprecated frame among the `schemas`."""
    kept = (*_MESSAGE_FIELDS, "correlationId", "payload")
    converted: Json = {"messageId": key}
    converted |= {field: message[field] for field in kept if field in message}
    converted["title"] = key
    if message.get("deprecated"):
        (frame,) = _names_of([message["payload"]])
        schemas[frame] = {**schemas[frame], "deprecated": True}
        converted["x-deprecated"] = True
    return converted


def _refs(item: Json) -> list[str]:
    return _names_of(item["messages"])


def _one_of(keys: list[str]) -> Json:
    return {"oneOf": [{"$ref": f"#/components/messages/{key}"} for key in keys]}
