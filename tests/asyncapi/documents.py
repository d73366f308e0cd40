"""Modules to document, and documents checked with jsonschema alone."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

import wsgen.asyncapi
from wsgen.model import ModuleSpec, RouterSpec, TypeRef

Json = dict[str, Any]  # taken apart freely by the tests
MODELS = "tests.asyncapi.models"


def ref(name: str, module: str = MODELS) -> TypeRef:
    return TypeRef(name=name, module=module)


def module(*routers: RouterSpec, **fields: Any) -> ModuleSpec:  # Any: fields of a ModuleSpec
    return ModuleSpec(
        **{"name": "datafeed", "endpoint": "/api/v1/datafeed/ws", "routers": routers, **fields}
    )


def router(route: str = "bars", **fields: Any) -> RouterSpec:  # Any: fields of a RouterSpec
    given = {
        "class_name": f"{route.title()}WsRouter",
        "request": ref("Request"),
        "data": ref("Bar"),
    }
    return RouterSpec(route=route, **{**given, **fields})


def official_errors(document: Json) -> list[str]:
    """Return what the official JSON Schema of the document's version finds."""
    return [error.message for error in _official(document["asyncapi"]).iter_errors(document)]


@cache
def _official(version: str) -> Draft7Validator:
    folder = Path(wsgen.asyncapi.__file__).parent / "schemas"
    return Draft7Validator(
        json.loads(gzip.decompress((folder / f"{version}.json.gz").read_bytes()))
    )


def target(document: Json, reference: Json) -> Json:
    """Return what `reference` leads to in `document`."""
    node: Any = document  # Any: as Json
    for part in reference["$ref"].removeprefix("#/").split("/"):
        node = node[part]
    found: Json = node
    return found


def messages_of(document: Json, channel: str = "") -> Json:
    """Return the messages of a document (3.x), or of one of its channels, by their names on the wire.

    The payload of each is the schema of its frame, and the payload in that the schema that it refers to.
    """
    found: Json = {}
    for key, item in document["channels"].items():
        for reference in item["messages"].values() if channel in ("", key) else ():
            message = target(document, reference)
            frame = target(document, message["payload"])
            properties = dict(frame["properties"])
            if "$ref" in properties.get("payload", {}):
                properties["payload"] = target(document, properties["payload"])
            found[message["name"]] = {**message, "payload": {**frame, "properties": properties}}
    return found


def operations_of(document: Json) -> Json:
    """Return the operations of a document (3.x) by the name on the wire of their first message."""
    return {
        target(document, target(document, item["messages"][0]))["name"]: item
        for item in document["operations"].values()
    }


def frame_errors(document: Json, frame: Json) -> list[str]:
    """Return why `frame` is not one of the messages of its type in `document` (3.x).

    The question and the answer of `hello` have one type, and limits are only in the answer.
    """
    answers_hello = frame["type"] == "hello" and "limits" in frame.get("payload", {})
    wanted = "hello.response" if answers_hello else frame["type"]
    message = messages_of(document).get(wanted)
    if message is None:
        return [f"no message {frame['type']}"]
    schema = {**message["payload"], "components": document.get("components", {})}
    return [error.message for error in Draft7Validator(schema).iter_errors(frame)]


def example_errors(document: Json) -> list[str]:
    """Return what is wrong with the examples of the messages in `document` (3.x), and which have none."""
    found = []
    for name, message in messages_of(document).items():
        if not message.get("examples"):
            found.append(f"{name} has no example")
        schema = {**message["payload"], "components": document["components"]}
        for example in message.get("examples", []):
            errors = Draft7Validator(schema).iter_errors(example["payload"])
            found += [f"{name}: {error.message}" for error in errors]
    return found
