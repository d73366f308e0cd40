"""Checks frames against the AsyncAPI document of an app."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from jsonschema import Draft7Validator

from wsgen_runtime import WsCommands, WsRouter
from wsgen_runtime.asyncapi import describe

Read = Callable[[str | bytes], dict[str, Any]]  # Any: only the caller knows the structure


def reader_of(routers: Iterable[WsRouter], commands: Iterable[WsCommands] = ()) -> Read:
    """Return a function that decodes a frame of the server, and raises if the document does not allow it."""
    validators = validators_of(routers, commands)

    def read(text: str | bytes) -> dict[str, Any]:  # as Read
        frame: dict[str, Any] = json.loads(text)
        validators[frame["type"]].validate(frame)
        return frame

    return read


def validators_of(
    routers: Iterable[WsRouter], commands: Iterable[WsCommands] = ()
) -> dict[str, Draft7Validator]:
    """Return validators for complete frames by their `type`; AsyncAPI uses draft 07."""
    document: dict[str, Any] = describe(routers, commands, title="test", version="1.0.0")
    schemas = document["components"]["schemas"]
    frames = [message["payload"] for message in document["components"]["messages"].values()]
    return {
        schemas[frame["$ref"].rpartition("/")[2]]["properties"]["type"]["const"]: Draft7Validator(
            {**document, **frame}
        )
        for frame in frames
    }
