"""The frames of the wire protocol as AsyncAPI messages, and the codes in them.

The schema of a payload is a slot, see `wsgen.outputs.channels.stub`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from wsgen.model import CommandSpec, RouterSpec, TypeRef

# A part of a document.
Json = dict[str, object]

ERROR_CODES = {
    "invalid_json": "The frame is not a JSON object in a text frame.",
    "unknown_type": "`type` is missing, or the server does not know it.",
    "invalid_payload": "`payload` or `id` has the wrong form; `details` says where.",
    "not_subscribed": "The client unsubscribed from a topic that it is not subscribed to.",
    "unauthorized": "The client may not subscribe to this topic.",
    "too_many_subscriptions": "The client or the server has reached its limit of topics.",
    "keys_unavailable": "The server cannot remember keys of commands, or not for this connection.",
    "key_reused": "The key belongs to a command with another payload.",
    "outcome_unknown": (
        "The server that carried out the command stopped before it answered; the command is not done again."
    ),
    "unavailable": "The server cannot do this now, and has done nothing.",
    "rate_limited": "The client sends too fast, and the frame was ignored.",
    "unexpected_hello": "The client sent `hello` after another frame, or a second time.",
    "internal": "An internal error occurred; the log of the server has the reason.",
}
CLOSE_CODES = {
    1001: "The server is shutting down, or the maximum connection lifetime was reached.",
    1008: "Too many consecutive frames were answered with an error, or the application closed the socket.",
    1009: "A frame was larger than the server accepts.",
    1011: "An internal error occurred; the log of the server has the reason.",
    1013: "The client reads too slowly, or the server cannot accept it now.",
    3000: "The client is not authenticated, or no longer.",
    3008: "The client was silent for longer than the heartbeat allows.",
}

_CORRELATION: Json = {"location": "$message.payload#/id"}
_TOPIC: Json = {
    "type": "string",
    "description": "The route and the request's parameters: `route:{...}`.",
}

_NUMBER: Json = {"type": "number"}
_SECONDS: Json = {"type": "number", "description": "In how many seconds the token expires."}
_RETRY_AFTER: Json = {
    "type": "number",
    "description": "The seconds after which asking again may help; absent if it will not, and without `hello`.",
}

_OWN = ("subscribe", "unsubscribe", "update")
"""The verbs of routes that a project's own generic class serves; its other frames are unknown."""

_ASKED_ID: Json = {
    "type": ["integer", "string", "null"],
    "description": "Any value; the answer carries the same.",
}
_KEY: Json = {
    "type": ["string", "null"],
    "minLength": 1,
    "maxLength": 128,
    "description": "A key of the client's own: with the same key, the command is carried out at most once.",
}
_ECHOED_ID: Json = {
    "type": ["integer", "string"],
    "description": "The `id` of the frame this answers; absent if that had none.",
}

_SEQ: Json = {
    "type": "integer",
    "minimum": 1,
    "description": "Counts the topic's updates; a gap means that some were dropped.",
}
_EPOCH: Json = {
    "type": "string",
    "description": "Another epoch means that updates may be missing that no number shows.",
}
_SINCE: Json = {
    "type": ["object", "null"],
    "properties": {"epoch": {"type": "string"}, "seq": {"type": "integer", "minimum": 0}},
    "required": ["epoch", "seq"],
    "description": "After `hello`: the position of a client that was subscribed before.",
}

_ABOUT = {
    "reset": "After `hello`: the topic goes on at this position, and what a new subscriber gets follows.",
    "snapshot": "After `hello`: the state after the update `seq`, to which later updates are applied.",
}


def router_messages(router: RouterSpec, *, native: bool) -> Json:
    """Return the messages of a route by name; only the known ones if the route is not `native`."""
    route, request = router.route, _slot(router.request, "validation") if router.request else None
    # Only the native protocol has an `id` for questions, and counts.
    subscribe: Callable[..., Json] = _sent
    unsubscribe, updated = subscribe, subscribe
    if native:
        unsubscribe = _asked if request else _asked_nothing
        subscribe, updated = partial(unsubscribe, more={"since": _SINCE}), partial(_sent, seq=_SEQ)
    payload = _object_of(topic=_TOPIC, payload=_slot(router.data, "serialization"))
    frames: dict[str, tuple[str, Callable[..., Json], Json | None]] = {
        "subscribe": (f"Subscribe to {route}", subscribe, request),
        "subscribe.response": (f"Subscribed to {route}", _answered, _response(**_STANDING)),
        "unsubscribe": (f"Unsubscribe from {route}", unsubscribe, request),
        "unsubscribe.response": (f"Unsubscribed from {route}", _answered, _response()),
        "update": (f"Update of {route}", updated, payload),
        "reset": (f"Updates of {route} may be missing", _sent, _RESET),
        "unsubscribed": (f"Subscription to {route} ended by the server", _sent, _ENDED),
    }
    if router.snapshot:
        state = _object_of(
            topic=_TOPIC, payload=_slot(router.snapshot, "serialization"), epoch=_EPOCH
        )
        title = f"Snapshot of {route}"
        frames["snapshot"] = (title, partial(_sent, seq={**_SEQ, "minimum": 0}), state)
    messages: Json = {}
    for verb, (title, envelope, content) in frames.items():
        if native or verb in _OWN:
            name = f"{route}.{verb}"
            messages[name] = _message(
                name,
                title,
                envelope(name, content),
                summary=router.summary if verb == "update" else "",
                description=router.description if verb == "update" else _ABOUT.get(verb, ""),
                deprecated=router.deprecated,
                tags=tags_of(router.tags),
            )
    return messages


def command_messages(command: CommandSpec) -> Json:
    """Return the messages of a command by name: the question and its answer."""
    name, answer = command.command, f"{command.command}.response"
    tags, deprecated = tags_of(command.tags), command.deprecated
    asked = _envelope(
        name, _slot(command.request, "validation"), {"id": _ASKED_ID, "key": _KEY}, {}
    )
    answered = _answered(answer, _slot(command.response, "serialization"))
    texts = {"summary": command.summary, "description": command.description}
    return {
        name: _message(name, f"Ask {name}", asked, **texts, deprecated=deprecated, tags=tags),
        answer: _message(answer, f"Response to {name}", answered, deprecated=deprecated, tags=tags),
    }


def shared_messages() -> Json:
    """Return the messages that belong to no route."""
    codes = "\n".join(f"- `{code}`: {text}" for code, text in ERROR_CODES.items())
    place: Json = {"type": "array", "items": {"type": ["string", "integer"]}}
    detail = _object_of(loc=place, message={"type": "string"}, type={"type": "string"})
    error = _object_of(
        code={"type": "string", "examples": list(ERROR_CODES)},  # services have codes of their own
        message={"type": "string"},
        details={"type": "array", "items": detail},
        retry_after=_optional(_RETRY_AFTER),
    )
    notice = _object_of(
        code={"type": "string"}, message={"type": "string"}, expires_in=_optional(_SECONDS)
    )
    features: Json = {"type": "array", "items": {"type": "string"}}
    limits = _object_of(
        frames_per_second=_optional(_NUMBER),
        frame_burst={"type": "integer"},
        subscriptions=_optional({"type": "integer"}),
        heartbeat=_optional(_NUMBER),
        idempotency=_NUMBER,
    )
    hello = _object_of(
        version={"const": 1},
        features=_optional(features),
        client=_optional({"type": "string"}),
        contract=_optional({"type": "string"}),
    )
    answer = _object_of(
        version={"const": 1}, features=features, contract={"type": "string"}, limits=limits
    )
    status = _object_of(broker={"type": "string", "enum": ["connected", "disconnected"]})
    return {
        "hello": _message(
            "hello",
            "Say what the client knows",
            _asked("hello", hello),
            description=(
                "Optional, and the first frame of a client. Only a client that has sent it gets what later "
                "versions of the protocol add."
            ),
        ),
        "hello.response": _message(
            "hello.response",
            "What the server knows, and its limits",
            _answered("hello", answer),
            description="`contract` is a digest of this document. A limit that is absent does not exist.",
        ),
        "authenticate": _message(
            "authenticate",
            "Authenticate again",
            _asked("authenticate", _object_of(token={"type": "string"})),
            description="Sent after `hello`, with a new token, before the old one expires.",
        ),
        "authenticate.response": _message(
            "authenticate.response",
            "Authenticated again",
            _answered("authenticate", _object_of(expires_in=_optional(_SECONDS))),
        ),
        "notice": _message(
            "notice",
            "The authentication expires",
            _sent("notice", notice),
            description="Sent to clients that have named the feature `renewal` in `hello`.",
        ),
        "ping": _message("ping", "Ask whether the server is there", _asked("ping")),
        "pong": _message("pong", "The server is there", _answered("pong")),
        "error": _message(
            "error",
            "A frame could not be served",
            _answered("error", error),
            description=f"The socket stays open. The codes, besides those of services, are:\n\n{codes}",
        ),
        "status": _message(
            "status",
            "Updates from other processes stopped or resumed",
            _sent("status", status),
            description="Sent by servers that share their updates through a broker.",
        ),
    }


def filled(fields: Json) -> Json:
    """Return `fields` without empty ones, which documents do not contain."""
    return {key: value for key, value in fields.items() if value}


def tags_of(tags: tuple[str, ...]) -> list[Json]:
    """Return `tags` as AsyncAPI has them, each once."""
    return [{"name": tag} for tag in dict.fromkeys(tags)]


def _message(name: str, title: str, envelope: Json, **more: object) -> Json:
    properties = envelope["properties"]
    correlated = isinstance(properties, dict) and "id" in properties
    return filled(
        {
            "name": name,
            "title": title,
            **more,
            "contentType": "application/json",
            "correlationId": _CORRELATION if correlated else None,
            "payload": envelope,
        }
    )


def _slot(ref: TypeRef, mode: str) -> Json:
    return {"x-python-type": str(ref), "x-python-mode": mode}


def _asked(
    kind: str, payload: Json | None = None, more: Mapping[str, object] = MappingProxyType({})
) -> Json:
    """Return the schema of a frame of type `kind` that clients send."""
    return _envelope(kind, payload, {"id": _ASKED_ID, **more}, {})


def _asked_nothing(kind: str, _: None, more: Mapping[str, object] = MappingProxyType({})) -> Json:
    """Return the schema of a frame of type `kind` of a route that has no request."""
    nothing: Json = {"type": ["object", "null"], "maxProperties": 0}
    return _envelope(kind, None, {"payload": nothing, "id": _ASKED_ID, **more}, {})


def _answered(kind: str, payload: Json | None = None) -> Json:
    """Return the schema of a frame of type `kind` that answers one of a client's."""
    return _envelope(kind, payload, {"id": _ECHOED_ID}, {})


def _sent(kind: str, payload: Json, **required: Json) -> Json:
    """Return the schema of a frame of type `kind` that the server sends by itself."""
    return _envelope(kind, payload, {}, required)


def _envelope(
    kind: str, payload: Json | None, optional: Json, required: Mapping[str, object]
) -> Json:
    parts: Json = {"type": {"type": "string", "const": kind}}
    if payload is not None:
        parts["payload"] = payload
    parts |= required
    return {"type": "object", "properties": {**parts, **optional}, "required": list(parts)}


class _Optional(dict[str, object]):
    """The schema of a property that may be absent."""


def _optional(schema: Json) -> Json:
    return _Optional(schema)


def _object_of(**properties: Json) -> Json:
    """Return the schema of an object that has all of `properties`, except for the optional ones."""
    required = [name for name, schema in properties.items() if not isinstance(schema, _Optional)]
    return {"type": "object", "properties": properties, "required": required}


def _response(**more: Json) -> Json:
    """Return the payload of the answer to a question about a topic."""
    return _object_of(status={"const": "ok"}, message={"type": "string"}, topic=_TOPIC, **more)


_STANDING: dict[str, Json] = {
    "epoch": _optional(_EPOCH),
    "seq": _optional(
        {
            "type": "integer",
            "minimum": 0,
            "description": "The number of the last update before those that follow.",
        }
    ),
    "recovered": _optional(
        {"type": "boolean", "description": "Whether every update after `since` follows."}
    ),
}
_RESET: Json = _object_of(topic=_TOPIC, **(_STANDING | {"recovered": {"const": False}}))
_ENDED: Json = _object_of(
    topic=_TOPIC,
    reason={"type": "string"},
    code=_optional({"type": "string", "description": "A code as in an `error`; after `hello`."}),
    retry_after=_optional(_RETRY_AFTER),
)
