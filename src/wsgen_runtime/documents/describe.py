"""Describes the endpoint of some routers as an AsyncAPI document.

The document is made from the stubs that the generator writes beside the routers, with the names, tags and types
with which the routers were created. A router without a stub uses `router.json`, the stub of a blank route,
which is written by the generator too.
"""

import json
import pkgutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from wsgen_runtime.command import WsCommands
from wsgen_runtime.documents.command_parts import BLANK_COMMAND, CommandParts, key_of
from wsgen_runtime.documents.document_references import name_in, pointer_to
from wsgen_runtime.documents.schemas import MODE, TYPE, fill
from wsgen_runtime.router import WsRouter

# JSON whose structure is known.
Json = dict[str, Any]

VERBS = (
    "subscribe",
    "subscribe.response",
    "unsubscribe",
    "unsubscribe.response",
    "update",
    "reset",
    "unsubscribed",
)
_STATE = "snapshot"
"""The verb that only routes with a snapshot have."""

_OPERATIONS = ("subscribe", "unsubscribe", "update")
_CHANNEL, _BLANK_ROUTE = "endpoint", "route"  # names in `router.json`


def describe(
    routers: Iterable[WsRouter],
    commands: Iterable[WsCommands] = (),
    *,
    title: str,
    version: str,
    description: str = "",
    address: str = "/",
) -> dict[str, object]:
    """Return the AsyncAPI document of the endpoint at `address` that serves `routers` and `commands`.

    A type without a JSON schema is described as any value, so that a running app always has a document.
    """
    blank = _read_stub(__name__.rpartition(".")[0], "router.json") or {}
    channel = blank["channels"][_CHANNEL]
    types: dict[str, object] = {}
    messages: Json = {}
    operations: Json = {}
    schemes: Json = {}
    for router in routers:
        source = _source_of(router, blank)
        messages |= {f"{router.route}.{verb}": source.message(verb) for verb in _verbs(router)}
        for verb in _OPERATIONS:
            operation = operations[f"{router.route}.{verb}"] = source.operation(verb)
            schemes |= source.schemes(operation)
        types |= {_key(router, "request"): router.request_type}
        types |= {_key(router, "data"): router.data_type}
        types |= {_key(router, "snapshot"): router.snapshot_type}
    for group in commands:
        stub = _read_stub(type(group).__module__.rpartition(".")[0], "asyncapi.json") or {}
        for command in group.commands:
            parts = CommandParts.of(command, stub, blank)
            messages |= parts.messages()
            operations[command.name] = parts.operation(pointer_to("channels", _CHANNEL))
            schemes |= parts.schemes()
            types |= {key_of(command, "request"): command.request_type}
            types |= {key_of(command, "response"): command.response_type}
    own = {f"{_BLANK_ROUTE}.{verb}" for verb in (*VERBS, _STATE)}
    own |= {BLANK_COMMAND, f"{BLANK_COMMAND}.response"}
    messages |= {name: item for name, item in channel["messages"].items() if name not in own}
    operations |= {name: item for name, item in blank["operations"].items() if name not in own}
    info = {"title": title, "version": version}
    document: Json = {
        **blank,
        "info": {**info, "description": description} if description else info,
        "channels": {
            _CHANNEL: {**channel, "address": address, "title": title, "messages": messages}
        },
        "operations": operations,
    }
    if schemes:
        document["components"] = {"securitySchemes": schemes}
    return fill(document, resolve=types.__getitem__, strict=False)


@dataclass(frozen=True, slots=True)
class _Source:
    """The stub for a router, and the name of its route in the stub.

    The route is renamed only where its name is known to be, since the name may also be used for something else.
    """

    router: WsRouter
    stub: Json
    route: str
    blank: Json

    def is_whole(self) -> bool:
        """Return whether the stub is complete; one of an older version of the generator may not be."""
        messages, operations = self._messages(self.stub), self.stub["operations"]
        return all(f"{self.route}.{verb}" in messages for verb in _verbs(self.router)) and all(
            f"{self.route}.{verb}" in operations for verb in _OPERATIONS
        )

    def message(self, verb: str) -> Json:
        """Return the message with the route, the tags and the types of the router."""
        new, router = f"{self.router.route}.{verb}", self.router
        message = self._messages(self.stub)[f"{self.route}.{verb}"]
        payload = message["payload"]
        properties = {**payload["properties"]}
        properties["type"] = {**properties["type"], "const": new}
        required = payload["required"]
        if verb in ("subscribe", "unsubscribe"):
            properties["payload"] = {TYPE: _key(router, "request"), MODE: "validation"}
            if not router.has_request:
                properties["payload"] = {"type": ["object", "null"], "maxProperties": 0}
            required = ["type", "payload"] if router.has_request else ["type"]
        elif verb in ("update", _STATE):
            what = "data" if verb == "update" else "snapshot"
            slot = {TYPE: _key(router, what), MODE: "serialization"}
            inner = properties["payload"]
            inner = {**inner, "properties": {**inner["properties"], "payload": slot}}
            properties["payload"] = inner
        title = self._title(message, self._messages(self.blank)[f"{_BLANK_ROUTE}.{verb}"])
        message = {
            **message,
            "name": new,
            "title": title,
            "payload": {**payload, "properties": properties, "required": required},
        }
        _mark(message, router, "deprecated")
        return message

    def operation(self, verb: str) -> Json:
        """Return the operation with references to the renamed messages."""
        router = self.router
        operation: Json = self.stub["operations"][f"{self.route}.{verb}"]
        title = self._title(operation, self.blank["operations"][f"{_BLANK_ROUTE}.{verb}"])
        operation = {
            **self._repointed(operation),
            "title": title,
            "x-router": type(router).__name__,
        }
        if "reply" in operation:
            operation["reply"] = self._repointed(operation["reply"])
        told = operation.pop("x-errors", {})
        if verb == "subscribe":
            extra = {"x-errors": {code: told.get(code, "") for code in router.errors}}
        else:
            extra = _kept(router) if "x-delivery" in operation else {}
        operation |= {key: value for key, value in extra.items() if value}
        _mark(operation, router, "x-deprecated")
        return operation

    def schemes(self, operation: Json) -> Json:
        """Return the security schemes that the operation refers to."""
        known = self.stub.get("components", {}).get("securitySchemes", {})
        names = [name_in(item["$ref"]) for item in operation.get("security", ())]
        return {name: known[name] for name in names}

    def _title(self, item: Json, blank: Json) -> str:
        """Return the title of a message or an operation with the route of the router."""
        if self.router.route == self.route:
            return str(item["title"])
        return str(blank["title"]).replace(_BLANK_ROUTE, self.router.route, 1)

    def _repointed(self, item: Json) -> Json:
        """Return an operation, or its reply, with references to the messages of the channel."""
        verbs = _verbs(self.router)
        names = {f"{self.route}.{verb}": f"{self.router.route}.{verb}" for verb in verbs}
        found = [name_in(message["$ref"]) for message in item["messages"]]
        if self.router.snapshot_type is None:
            found = [name for name in found if name != f"{self.route}.{_STATE}"]
        return {
            **item,
            "channel": {"$ref": pointer_to("channels", _CHANNEL)},
            "messages": [
                {"$ref": pointer_to("channels", _CHANNEL, "messages", names.get(name, name))}
                for name in found
            ],
        }

    def _messages(self, stub: Json) -> Json:
        (channel,) = stub["channels"].values()
        messages: Json = channel["messages"]
        return messages


def _verbs(router: WsRouter) -> tuple[str, ...]:
    """Return what the frames of the route may be, after its name in their type."""
    return VERBS if router.snapshot_type is None else (*VERBS, _STATE)


def _kept(router: WsRouter) -> Json:
    """Return how the updates are delivered and kept, where empty values say nothing."""
    delivery = {key: value for key, value in asdict(router.delivery).items() if value is not None}
    return {
        "x-delivery": delivery,
        "x-history": asdict(router.history) if router.history else {},
        "x-replay": router.replay,
        "x-source": "published" if router.published else "",
    }


def _key(router: WsRouter, what: str) -> str:
    return f"{router.route}:{what}"


def _mark(item: Json, router: WsRouter, deprecated: str) -> None:
    for key, value in (
        ("tags", [{"name": tag} for tag in dict.fromkeys(router.tags)]),
        (deprecated, router.deprecated),
    ):
        item.pop(key, None)
        if value:
            item[key] = value


def _source_of(router: WsRouter, blank: Json) -> _Source:
    """Return the stub beside the class of the router or one of its bases, or else the blank stub."""
    for kind in type(router).__mro__:
        package = kind.__module__.rpartition(".")[0]
        if not issubclass(kind, WsRouter) or kind is WsRouter or not package:
            continue
        stub = _read_stub(package, "asyncapi.json") or {}
        for name, operation in stub.get("operations", {}).items():
            if operation.get("x-router") == kind.__name__ and name.endswith(".update"):
                source = _Source(router, stub, name.removesuffix(".update"), blank)
                return source if source.is_whole() else _Source(router, blank, _BLANK_ROUTE, blank)
    return _Source(router, blank, _BLANK_ROUTE, blank)


def _read_stub(package: str, name: str) -> Json | None:
    """Return the stub in `package`, or None if there is no valid one."""
    if not package:
        return None
    try:
        data = pkgutil.get_data(package, name)
        stub = json.loads(data or b"null")
    except (OSError, ValueError, ImportError):
        return None
    known = isinstance(stub, dict) and len(stub.get("channels", {})) == 1
    return stub if known and "operations" in stub else None
