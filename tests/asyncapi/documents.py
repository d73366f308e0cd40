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


def frame_errors(document: Json, frame: Json) -> list[str]:
    """Return why `frame` is not one of the messages of its type in `document` (3.x).

    The question and the answer of `hello` have one type, and limits are only in the answer.
    """
    answers_hello = frame["type"] == "hello" and "limits" in frame.get("payload", {})
    wanted = "hello.response" if answers_hello else frame["type"]
    found = [
        message
        for channel in document["channels"].values()
        for name, message in channel["messages"].items()
        if name == wanted
    ]
    if not found:
        return [f"no message {frame['type']}"]
    schema = {**found[0]["payload"], "components": document.get("components", {})}
    return [error.message for error in Draft7Validator(schema).iter_errors(frame)]
