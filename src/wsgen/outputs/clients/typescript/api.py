"""Read the routes and commands that an AsyncAPI 3 document describes, whichever side it is written from.

They are recognised by the names of messages, which are the types of frames; keys of a document may be anything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wsgen.outputs.clients.contract import Json, Route
from wsgen.outputs.clients.typescript.messages import (
    Message,
    Slot,
    errors_of,
    frame_of,
    inner_payload,
    property_of,
    requests_in,
    texts_of,
)
from wsgen.outputs.clients.typescript.references import resolved, route_of

_RESERVED = frozenset({"hello", "authenticate", "notice", "status", "error", "ping", "pong"})
_ANSWER, _ENTER, _UPDATE, _STATE = ".response", ".subscribe", ".update", ".snapshot"
_VERBS = (_ANSWER, _ENTER, ".unsubscribe", _UPDATE, _STATE, ".reset", ".unsubscribed", ".presence")

_SERVED = "endpoint"
"""The key of the channel in the document that an app serves."""
_CLOSING = "The server closes the socket with one of these codes:"
"""The rest of a description is about all clients, and in the documentation of the runtime."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A route: what it is called on the wire, and the types of its request, updates and state.

    `request` is None if there is nothing to ask for, `snapshot` if it has no state. `examples` are requests.
    """

    wire: str
    route: Route
    request: Slot | None
    data: Slot
    snapshot: Slot | None
    texts: Json = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A command: what it is called on the wire and in its source, and the types of question and answer."""

    wire: str
    name: str
    route: Route
    request: Slot
    response: Slot
    texts: Json = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A channel: the routes and commands of one socket. `contract` is its digest, empty if it is not known."""

    name: str
    route: Route
    address: str
    description: str
    contract: str
    routes: tuple[Subscribed, ...]
    commands: tuple[Asked, ...]


def read_endpoints(document: Json) -> tuple[Endpoint, ...]:
    """Return the endpoints of `document`, which is valid, that have routes or commands, in its order."""
    operations = document.get("operations")
    told = list(_operations(document, operations if isinstance(operations, dict) else {}))
    found = []
    channels = document.get("channels")
    for key, item in channels.items() if isinstance(channels, dict) else ():
        channel, route = resolved(document, item, ("channels", key))
        if isinstance(channel, dict):
            endpoint = _endpoint(document, str(key), channel, route, told)
            if endpoint.routes or endpoint.commands:
                found.append(endpoint)
    return tuple(found)


def _operations(document: Json, operations: Json) -> Iterator[tuple[Route, Json]]:
    """Yield each operation with where its first message is."""
    for key, item in operations.items():
        operation, _ = resolved(document, item, ("operations", key))
        if not isinstance(operation, dict):
            continue
        listed = operation.get("messages")
        for message in listed if isinstance(listed, list) else ():
            reference = message.get("$ref") if isinstance(message, dict) else None
            if isinstance(reference, str) and (route := route_of(reference)):
                yield resolved(document, message, ())[1] or route, operation
                yield route, operation


def _endpoint(
    document: Json, key: str, channel: Json, route: Route, operations: list[tuple[Route, Json]]
) -> Endpoint:
    messages: dict[str, Message] = {}
    told: dict[str, Json] = {}
    listed = channel.get("messages")
    for name, item in listed.items() if isinstance(listed, dict) else ():
        here: Route = (*route, "messages", name)
        message, place = resolved(document, item, here)
        if isinstance(message, dict):
            wire = message.get("name")
            wire = wire if isinstance(wire, str) and wire else str(name)
            messages[wire] = Message(message, place)
    places = {message.route: wire for wire, message in messages.items()}
    for place, operation in operations:
        if place in places:
            told.setdefault(places[place], operation)
    routes = [
        _subscribed(document, wire.removesuffix(_ENTER), messages, told)
        for wire in messages
        if wire.endswith(_ENTER) and wire.removesuffix(_ENTER) + _UPDATE in messages
    ]
    commands = [
        _asked(document, wire, messages, told)
        for wire in messages
        if wire not in _RESERVED and not wire.endswith(_VERBS) and wire + _ANSWER in messages
    ]
    address, contract = channel.get("address"), channel.get("x-contract")
    text = channel.get("description")
    return Endpoint(
        name=_name_of(key, channel),
        route=route,
        address=address if isinstance(address, str) else "",
        description=text.partition(_CLOSING)[0].strip() if isinstance(text, str) else "",
        contract=contract if isinstance(contract, str) else "",
        routes=tuple(routes),
        commands=tuple(commands),
    )


def _name_of(key: str, channel: Json) -> str:
    """Return what an endpoint is called: the key of its channel, or in the document of an app its title."""
    title = channel.get("title")
    return title if key == _SERVED and isinstance(title, str) and title else key


def _subscribed(
    document: Json, wire: str, messages: Mapping[str, Message], told: Mapping[str, Json]
) -> Subscribed:
    enter, update = messages[wire + _ENTER], messages[wire + _UPDATE]
    frame, place = frame_of(document, enter)
    request = property_of(frame, place, "payload")
    needed = frame.get("required") if isinstance(frame, dict) else None
    has_request = isinstance(needed, list) and "payload" in needed
    state = messages.get(wire + _STATE)
    operation = told.get(wire + _ENTER, {})
    return Subscribed(
        wire=wire,
        route=enter.route,
        request=request if has_request else None,
        data=inner_payload(document, update),
        snapshot=inner_payload(document, state) if state else None,
        texts=texts_of(operation or update.value),
        errors=errors_of(operation),
        examples=tuple(requests_in(enter.value)),
    )


def _asked(
    document: Json, wire: str, messages: Mapping[str, Message], told: Mapping[str, Json]
) -> Asked:
    question, answer = messages[wire], messages[wire + _ANSWER]
    operation = told.get(wire, {})
    name = operation.get("x-command")
    return Asked(
        wire=wire,
        name=name if isinstance(name, str) and name else wire,
        route=question.route,
        request=property_of(*frame_of(document, question), "payload"),
        response=property_of(*frame_of(document, answer), "payload"),
        texts=texts_of(operation or question.value),
        errors=errors_of(operation),
    )
