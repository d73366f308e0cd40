"""Describes the endpoint of some routers as an AsyncAPI document.

The document is made from the stubs that the generator writes beside the routers, with the names, tags and types
with which the routers were created. A router without a stub uses `router.json`, the stub of a blank route,
which is written by the generator too.
"""

from collections.abc import Iterable
from hashlib import sha256

from wsgen_runtime.command import WsCommands
from wsgen_runtime.documents.command_parts import BLANK_COMMAND, CommandParts, key_of_type
from wsgen_runtime.documents.contract_digest import with_contracts
from wsgen_runtime.documents.document_references import name_in, pointer_to
from wsgen_runtime.documents.route_parts import BLANK_ROUTE, RouteParts, type_key
from wsgen_runtime.documents.schemas import fill
from wsgen_runtime.documents.stub_parts import Json, messages_in, read_stub, with_used
from wsgen_runtime.router import WsRouter

_CHANNEL = "endpoint"  # its key in `router.json`


def describe(
    routers: Iterable[WsRouter],
    commands: Iterable[WsCommands] = (),
    *,
    title: str,
    version: str,
    description: str = "",
    address: str = "/",
    examples: bool = True,
) -> dict[str, object]:
    """Return the AsyncAPI document of the endpoint at `address` that serves `routers` and `commands`.

    A type without a JSON schema is described as any value, so that a running app always has a document. To make
    `examples`, the validators of models are run, which are code of the project.
    """
    blank = read_stub(__name__.rpartition(".")[0], "router.json") or {}
    types: dict[str, object] = {}
    messages: Json = {}
    schemas: Json = {}
    operations: Json = {}
    schemes: Json = {}
    taken: set[str] = set()
    for router in routers:
        route = RouteParts.of(router, blank)
        identifier = _free(route.identifier, router.route, taken)
        messages |= route.messages(identifier)
        schemas |= route.schemas(identifier)
        operations |= route.operations(identifier, _CHANNEL)
        schemes |= route.schemes()
        types |= {type_key(router, "request"): router.request_type}
        types |= {type_key(router, "data"): router.data_type}
        types |= {type_key(router, "snapshot"): router.snapshot_type}
    for group in commands:
        stub = read_stub(type(group).__module__.rpartition(".")[0], "asyncapi.json")
        for command in group.commands:
            parts = CommandParts.of(command, stub, blank)
            identifier = _free(parts.identifier, command.name, taken)
            messages |= parts.messages(identifier)
            schemas |= parts.schemas(identifier)
            operations |= parts.operation(identifier, _CHANNEL)
            schemes |= parts.schemes()
            types |= {key_of_type(command, "request"): command.request_type}
            types |= {key_of_type(command, "response"): command.response_type}
    shared = {key: item for key, item in messages_in(blank).items() if _is_shared(item["name"])}
    messages |= shared
    frames = (name_in(item["payload"]["$ref"]) for item in shared.values())
    schemas |= with_used(blank["components"]["schemas"], frames)
    operations |= {
        key: item
        for key, item in blank["operations"].items()
        if name_in(item["messages"][0]["$ref"]) in shared
    }
    closing = blank["info"].get("description", "")
    about = "\n\n".join(filter(None, (description, closing)))
    info = {"title": title, "version": version}
    channel = {
        **blank["channels"][_CHANNEL],
        "address": address,
        "title": title,
        "messages": {key: {"$ref": pointer_to("components", "messages", key)} for key in messages},
    }
    channel.pop("x-module")
    components = {"messages": messages, "schemas": schemas}
    document: Json = {
        **blank,
        "info": {**info, "description": about} if about else info,
        "channels": {_CHANNEL: channel},
        "operations": operations,
        "components": {**components, "securitySchemes": schemes} if schemes else components,
    }
    return with_contracts(
        fill(document, resolve=types.__getitem__, strict=False, examples=examples)
    )


def _is_shared(name: str) -> bool:
    """Return whether the message of this name in the blank stub belongs to no route and no command."""
    return not name.startswith(f"{BLANK_ROUTE}.") and name.partition(".")[0] != BLANK_COMMAND


def _free(identifier: str, name: str, taken: set[str]) -> str:
    """Return `identifier`, with a digest of `name` if another route has it: that of another module may."""
    if identifier in taken:
        identifier += f"X{sha256(name.encode()).hexdigest()[:6]}"
    taken.add(identifier)
    return identifier
