"""Routers -> the document of their endpoint: from the stubs beside them, or from a blank one.

A stub is data that the generator wrote; here its routes get the names, tags and types that the routers were
built with. `router.json` is the stub of a router that has none: the generator's own, with a blank route.
"""

import json
import pkgutil
from collections.abc import Iterable, Mapping
from typing import Any

from wsgen_runtime.asyncapi.examples import EXAMPLES
from wsgen_runtime.asyncapi.schemas import MODE, TYPE, fill
from wsgen_runtime.router import WsRouter

# JSON, taken apart by what it is known to hold.
Json = dict[str, Any]

VERBS = (
    "subscribe",
    "subscribe.response",
    "unsubscribe",
    "unsubscribe.response",
    "update",
    "unsubscribed",
)


def describe(
    routers: Iterable[WsRouter],
    *,
    title: str,
    version: str,
    description: str = "",
    address: str = "/",
) -> dict[str, object]:
    """Return the AsyncAPI document of the endpoint at `address` that serves `routers`.

    A type without a JSON schema allows anything: the document of a running app is never missing for it.
    """
    blank = _read_stub(__package__, "router.json") or {}
    blank_channel = _channel_of(blank)
    document = json.loads(json.dumps(blank))
    channel = document["channels"].pop(blank_channel)
    types: dict[str, object] = {}
    messages: Json = {}
    operations: Json = {}
    schemes: Json = {}
    for router in routers:
        part = _part(router, blank)
        schemes |= part["schemes"]
        messages |= part["messages"]
        operations |= part["operations"]
        types |= {_key(router, "request"): router.request_type}
        types |= {_key(router, "data"): router.data_type}
    own = {f"route.{verb}" for verb in VERBS}
    messages |= {name: item for name, item in channel["messages"].items() if name not in own}
    shared = {name: item for name, item in document["operations"].items() if name not in own}
    operations |= _renamed(shared, {}, "", "", (blank_channel, "endpoint"))
    document["info"] = {"title": title, "version": version}
    if description:
        document["info"]["description"] = description
    document["channels"] = {
        "endpoint": {**channel, "address": address, "title": title, "messages": messages}
    }
    document["operations"] = operations
    if schemes:
        document["components"] = {"securitySchemes": schemes}
    return fill(document, resolve=types.__getitem__, strict=False)


def _part(router: WsRouter, blank: Json) -> Json:
    """Return the router's messages and operations, named, tagged and typed as the router is."""
    stub, old = _stub_of(router) or (blank, "route")
    channel = _channel_of(stub)
    new = router.route
    names = {f"{old}.{verb}": f"{new}.{verb}" for verb in VERBS}
    part: Json = _renamed(
        {
            "messages": _only(stub["channels"][channel]["messages"], names),
            "operations": _only(stub["operations"], names),
        },
        names,
        old,
        new,
        (channel, "endpoint"),
    )
    part["schemes"] = {}
    schemes = stub.get("components", {}).get("securitySchemes", {})
    for name, message in part["messages"].items():
        properties = message["payload"]["properties"]
        if name.endswith(("subscribe", "unsubscribe")):
            properties["payload"] = {TYPE: _key(router, "request"), MODE: "validation"}
        elif name == f"{new}.update":
            slot = {TYPE: _key(router, "data"), MODE: "serialization"}
            properties["payload"]["properties"]["payload"] = slot
        _mark(message, router, "deprecated")
    for operation in part["operations"].values():
        operation["x-router"] = type(router).__name__
        _mark(operation, router, "x-deprecated")
        for reference in operation.get("security", ()):
            name = reference["$ref"].rpartition("/")[2]
            part["schemes"][name] = schemes[name]
        if "x-delivery" in operation:
            delivery = router.delivery
            operation["x-delivery"] = {"queue": delivery.queue, "overflow": delivery.overflow}
    return part


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


def _stub_of(router: WsRouter) -> tuple[Json, str] | None:
    """Return the stub beside the router's class, or beside one it derives from, and its route there."""
    for kind in type(router).__mro__:
        package = kind.__module__.rpartition(".")[0]
        if not issubclass(kind, WsRouter) or kind is WsRouter or not package:
            continue
        stub = _read_stub(package, "asyncapi.json")
        for name, operation in (stub or {}).get("operations", {}).items():
            if operation.get("x-router") == kind.__name__ and name.endswith(".update"):
                return stub or {}, name.removesuffix(".update")
    return None


def _read_stub(package: str, name: str) -> Json | None:
    """Return the stub in `package`, None if there is none that is of use."""
    try:
        data = pkgutil.get_data(package, name)
        stub = json.loads(data or b"null")
    except (OSError, ValueError, ImportError):
        return None
    known = isinstance(stub, dict) and len(stub.get("channels", {})) == 1
    return stub if known and "operations" in stub else None


def _channel_of(stub: Json) -> str:
    return str(next(iter(stub["channels"])))


def _only(items: Mapping[str, object], names: Mapping[str, str]) -> Json:
    return {name: item for name, item in items.items() if name in names}


def _renamed(
    node: Any,  # any JSON value
    names: Mapping[str, str],
    old: str,
    new: str,
    channel: tuple[str, str],
) -> Any:  # the same JSON value, renamed
    """Return a copy of `node` with the frames, references and titles of route `old` named after `new`."""
    if isinstance(node, list):
        return [_renamed(item, names, old, new, channel) for item in node]
    if not isinstance(node, dict):
        return names.get(node, node) if isinstance(node, str) else node
    result: Json = {}
    for key, value in node.items():
        if key == "$ref" and isinstance(value, str):
            head, _, last = value.rpartition("/")
            head = f"{head}/".replace(f"#/channels/{channel[0]}/", f"#/channels/{channel[1]}/")
            last = channel[1] if head == "#/channels/" else names.get(last, last)
            result[key] = head + last
        elif key == EXAMPLES:
            result[key] = value
        elif key == "title" and isinstance(value, str) and old:
            result[key] = f"{value} ".replace(f" {old} ", f" {new} ").rstrip()
        else:
            result[names.get(key, key)] = _renamed(value, names, old, new, channel)
    return {
        (f"{channel[1]}.{key.removeprefix(f'{channel[0]}.')}")
        if key.startswith(f"{channel[0]}.")
        else key: value
        for key, value in result.items()
    }
