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
_MESSAGE_FIELDS = ("name", "title", "summary", "description", "tags", "contentType", "examples")


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
    messages: Json = {}
    result["channels"] = {
        channel["address"]: _channel(name, channel, source, messages)
        for name, channel in source["channels"].items()
    }
    components: Json = {"messages": messages}
    given = source.get("components", {})
    if "schemas" in given:
        components["schemas"] = given["schemas"]
    if "securitySchemes" in given:
        schemes = given["securitySchemes"]
        components["securitySchemes"] = {name: _scheme(item) for name, item in schemes.items()}
    result["components"] = components
    if tags:
        result["tags"] = tags
    if docs:
        result["externalDocs"] = docs
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


def _channel(name: str, channel: Json, source: Json, messages: Json) -> Json:
    operations = [
        item
        for item in source["operations"].values()
        if item["channel"]["$ref"] == f"#/channels/{name}"
    ]
    keys = {
        message: _add(messages, name, message, item)
        for message, item in channel["messages"].items()
    }
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
            if "reply" in operation:
                target["x-response"] = _one_of([keys[item] for item in _refs(operation["reply"])])
    received = [message for message in channel["messages"] if message not in asked]
    kept = ("description", "x-close-codes")
    result: Json = {key: channel[key] for key in kept if key in channel}
    security = _security(operations)
    directions = [("What clients send.", asked), ("What clients receive.", received)]
    for verb, (summary, part) in zip(
        ("publish", "subscribe"), reversed(directions) if turned else directions, strict=True
    ):
        result[verb] = {
            "operationId": f"{name}.{verb}",
            "summary": summary,
            **security,
            "message": _one_of([keys[message] for message in part]),
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


def _add(messages: Json, channel: str, name: str, message: Json) -> str:
    """Add `message` to the components and return its key, which is also its messageId and unique in 2.x."""
    converted: Json = {
        key: message[key] for key in (*_MESSAGE_FIELDS, "correlationId") if key in message
    }
    converted["payload"] = message["payload"]
    if message.get("deprecated"):
        converted["payload"] = {**message["payload"], "deprecated": True}
        converted["x-deprecated"] = True
    key = f"{channel}.{name}" if name in messages else name
    messages[key] = {"messageId": key, **converted}
    return key


def _refs(item: Json) -> list[str]:
    return _names_of(item["messages"])


def _one_of(keys: list[str]) -> Json:
    return {"oneOf": [{"$ref": f"#/components/messages/{key}"} for key in keys]}
