"""ModuleSpec -> the module's `asyncapi.json`: every frame of the wire, all but the payloads' schemas.

The payload schemas need the user's models, and rendering imports no user code: each is a slot,
`{"x-python-type": ..., "x-python-mode": "validation" | "serialization"}`, that `wsgen_runtime.asyncapi` fills.
"""

from collections.abc import Mapping

from pydantic_core import to_json

from wsgen.model import ModuleSpec, RouterSpec, TypeRef

# The text of a document, as `json` writes it.
Json = dict[str, object]

VERBS = (
    "subscribe",
    "subscribe.response",
    "unsubscribe",
    "unsubscribe.response",
    "update",
    "unsubscribed",
)
"""What follows the route in the type of each frame of a route."""

ERROR_CODES = {
    "invalid_json": "The frame is not a JSON object in a text frame.",
    "unknown_type": "`type` is missing or names nothing the server knows.",
    "invalid_payload": "`payload` or `id` has the wrong form; `details` says where.",
    "not_subscribed": "The client asked to leave a topic it is not subscribed to.",
    "unauthorized": "The client may not subscribe to this topic.",
    "too_many_subscriptions": "The client, or the server, has as many topics as it may have.",
    "rate_limited": "The frame came too fast and was not read.",
    "internal": "The server failed; its log says why.",
}
CLOSE_CODES = {
    1001: "The server shuts down, or the connection reached its longest life.",
    1008: "Too many frames in a row were answered with an error.",
    1009: "A frame was larger than the server accepts.",
    1011: "The server failed; its log says why.",
    1013: "The server is full, or the client read too slowly for its route.",
    3000: "The authentication expired and was not renewed.",
    3008: "The client was silent for longer than the heartbeat allows.",
}

_CORRELATION: Json = {"location": "$message.payload#/id"}
_ASKED_ID: Json = {
    "type": ["integer", "string", "null"],
    "description": "Any value; the answer carries the same.",
}
_ECHOED_ID: Json = {
    "type": ["integer", "string"],
    "description": "The `id` of the frame this answers; absent if that had none.",
}
_TOPIC: Json = {
    "type": "string",
    "description": "The route and the request's parameters: `route:{...}`.",
}


def render_channels(module: ModuleSpec) -> str:
    """Return the text of the module's stub, an AsyncAPI 3.1.0 document; the same bytes for the same spec."""
    channel = _channel_id(module)
    messages: Json = {}
    operations: Json = {}
    for router in module.routers:
        messages |= _messages(router)
        operations |= _operations(router, channel)
    messages |= _shared_messages()
    operations |= _shared_operations(channel)
    document: Json = {
        "asyncapi": "3.1.0",
        "info": _filled({"title": module.name, "version": _version(module)})
        | _filled({"description": module.description.strip()}),
        "defaultContentType": "application/json",
        "channels": {
            channel: {
                "address": module.endpoint,
                **_filled({"description": _channel_text(module)}),
                "messages": messages,
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                "x-close-codes": {str(code): text for code, text in CLOSE_CODES.items()},
            }
        },
        "operations": operations,
    }
    # json.dumps writes indented text in pure Python, which was half the time of rendering a large tree.
    return to_json(document, indent=2).decode() + "\n"


def _channel_id(module: ModuleSpec) -> str:
    return f"{module.name}-{module.version}" if module.version else module.name


def _version(module: ModuleSpec) -> str:
    number = (module.version or "").removeprefix("v")
    return f"{number}.0.0" if number.isdigit() else "1.0.0"


def _channel_text(module: ModuleSpec) -> str:
    codes = "\n".join(f"- {code}: {text}" for code, text in CLOSE_CODES.items())
    closing = f"The server closes the socket with one of these codes:\n\n{codes}"
    return "\n\n".join(filter(None, (module.description.strip(), closing)))


def _filled(fields: Json) -> Json:
    """Return `fields` without those that are empty: a document never says "None" or nothing."""
    return {key: value for key, value in fields.items() if value}


def _messages(router: RouterSpec) -> Json:
    route, request = router.route, _slot(router.request, "validation")
    answer: Json = _object(status={"const": "ok"}, message={"type": "string"}, topic=_TOPIC)
    update = _object(topic=_TOPIC, payload=_slot(router.data, "serialization"))
    ended = _object(topic=_TOPIC, reason={"type": "string"})
    seq: Json = {
        "type": "integer",
        "minimum": 1,
        "description": "Counts the topic's updates; a gap means that some were dropped.",
    }
    texts = {
        "subscribe": (f"Subscribe to {route}", _asked(f"{route}.subscribe", request)),
        "subscribe.response": (
            f"Subscribed to {route}",
            _answered(f"{route}.subscribe.response", answer),
        ),
        "unsubscribe": (f"Unsubscribe from {route}", _asked(f"{route}.unsubscribe", request)),
        "unsubscribe.response": (
            f"Unsubscribed from {route}",
            _answered(f"{route}.unsubscribe.response", answer),
        ),
        "update": (f"Update of {route}", _sent(f"{route}.update", update, seq=seq)),
        "unsubscribed": (
            f"Subscription to {route} ended by the server",
            _sent(f"{route}.unsubscribed", ended),
        ),
    }
    return {
        f"{route}.{verb}": _message(
            f"{route}.{verb}",
            title,
            envelope,
            tags=router.tags,
            deprecated=router.deprecated,
            **(
                {"summary": router.summary, "description": router.description}
                if verb == "update"
                else {}
            ),
        )
        for verb, (title, envelope) in texts.items()
    }


def _shared_messages() -> Json:
    codes = "\n".join(f"- `{code}`: {text}" for code, text in ERROR_CODES.items())
    place: Json = {"type": "array", "items": {"type": ["string", "integer"]}}
    detail = _object(loc=place, message={"type": "string"}, type={"type": "string"})
    error = _object(
        code={"type": "string", "enum": list(ERROR_CODES)},
        message={"type": "string"},
        details={"type": "array", "items": detail},
    )
    status = _object(broker={"type": "string", "enum": ["connected", "disconnected"]})
    return {
        "ping": _message("ping", "Ask whether the server is there", _asked("ping")),
        "pong": _message("pong", "The server is there", _answered("pong")),
        "error": _message(
            "error",
            "A frame could not be served",
            _answered("error", error),
            description=f"The socket stays open. The codes are:\n\n{codes}",
        ),
        "status": _message(
            "status",
            "Updates from other processes stopped or resumed",
            _sent("status", status),
            description="Sent by servers that share their updates through a broker.",
        ),
    }


def _message(
    name: str,
    title: str,
    envelope: Json,
    *,
    summary: str = "",
    description: str = "",
    tags: tuple[str, ...] = (),
    deprecated: bool = False,
) -> Json:
    properties = envelope["properties"]
    correlated = isinstance(properties, dict) and "id" in properties
    return _filled(
        {
            "name": name,
            "title": title,
            "summary": summary.strip(),
            "description": description.strip(),
            "deprecated": deprecated,
            "tags": _tags(tags),
            "contentType": "application/json",
            "correlationId": _CORRELATION if correlated else None,
            "payload": envelope,
        }
    )


def _operations(router: RouterSpec, channel: str) -> Json:
    route = router.route
    texts = _filled({"summary": router.summary.strip(), "description": router.description.strip()})
    extra: Json = {
        **_filled({"tags": _tags(router.tags), "x-deprecated": router.deprecated}),
        "x-router": router.class_name,
    }
    delivery = router.delivery.model_dump(mode="json")

    def operation(verb: str, action: str, names: list[str], texts: Json, reply: Json) -> Json:
        base: Json = {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}
        return {**base, "title": verb, **texts, **extra, "messages": _refs(channel, names), **reply}

    def reply(verb: str) -> Json:
        names = [f"{route}.{verb}.response", "error"]
        ref = {"$ref": f"#/channels/{channel}"}
        return {"reply": {"channel": ref, "messages": _refs(channel, names)}}

    asked, left, sent = f"{route}.subscribe", f"{route}.unsubscribe", f"{route}.update"
    updates = [sent, f"{route}.unsubscribed"]
    return {
        asked: operation(f"Subscribe to {route}", "receive", [asked], texts, reply("subscribe")),
        left: operation(f"Unsubscribe from {route}", "receive", [left], {}, reply("unsubscribe")),
        sent: operation(f"Updates of {route}", "send", updates, texts, {"x-delivery": delivery}),
    }


def _shared_operations(channel: str) -> Json:
    ref = {"$ref": f"#/channels/{channel}"}
    return {
        f"{channel}.ping": {
            "action": "receive",
            "channel": ref,
            "title": "Ping",
            "messages": _refs(channel, ["ping"]),
            "reply": {"channel": ref, "messages": _refs(channel, ["pong", "error"])},
        },
        f"{channel}.notices": {
            "action": "send",
            "channel": ref,
            "title": "Errors and the state of the server",
            "messages": _refs(channel, ["error", "status"]),
        },
    }


def _refs(channel: str, names: list[str]) -> list[Json]:
    return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]


def _tags(tags: tuple[str, ...]) -> list[Json]:
    return [{"name": tag} for tag in dict.fromkeys(tags)]


def _slot(ref: TypeRef, mode: str) -> Json:
    return {"x-python-type": str(ref), "x-python-mode": mode}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _envelope(
    kind: str, payload: Json | None, optional: Json, required: Mapping[str, object]
) -> Json:
    parts: Json = {"type": {"type": "string", "const": kind}}
    if payload is not None:
        parts["payload"] = payload
    parts |= required
    return {"type": "object", "properties": {**parts, **optional}, "required": list(parts)}


def _asked(kind: str, payload: Json | None = None) -> Json:
    return _envelope(kind, payload, {"id": _ASKED_ID}, {})


def _answered(kind: str, payload: Json | None = None) -> Json:
    return _envelope(kind, payload, {"id": _ECHOED_ID}, {})


def _sent(kind: str, payload: Json, **required: Json) -> Json:
    return _envelope(kind, payload, {}, required)
