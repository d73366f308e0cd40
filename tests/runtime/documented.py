"""Checks frames against the AsyncAPI document of an app."""

import json
from collections.abc import Callable, Hashable, Iterable
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


Validators = dict[str, Draft7Validator]
_known: dict[Hashable, Validators] = {}


def validators_of(routers: Iterable[WsRouter], commands: Iterable[WsCommands] = ()) -> Validators:
    """Return validators for complete frames by their `type`; AsyncAPI uses draft 07.

    Those of routers that differ only in their services are made once.
    """
    routers, commands = list(routers), list(commands)
    if any(group.commands for group in commands):
        return _validators(routers, commands)
    key = tuple((type(router), frozenset(_described(router).items())) for router in routers)
    if key not in _known:
        _known[key] = _validators(routers, commands)
    return _known[key]


def _described(router: WsRouter) -> dict[str, Hashable]:
    """Return all attributes that a router may be described by."""
    public = {name: value for name, value in vars(router).items() if not name.startswith("_")}
    del public["service"]
    return public


def _validators(routers: Iterable[WsRouter], commands: Iterable[WsCommands]) -> Validators:
    document: dict[str, Any] = describe(
        routers, commands, title="test", version="1.0.0", examples=False
    )
    schemas = document["components"]["schemas"]
    frames = [message["payload"] for message in document["components"]["messages"].values()]
    return {
        schemas[frame["$ref"].rpartition("/")[2]]["properties"]["type"]["const"]: Draft7Validator(
            {**document, **frame}
        )
        for frame in frames
    }
