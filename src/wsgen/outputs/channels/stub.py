"""ModuleSpec -> the module's `asyncapi.json`: every frame of the wire, all but the payloads' schemas.

The payload schemas need the user's models, and rendering imports no user code: each is a slot,
`{"x-python-type": ..., "x-python-mode": "validation" | "serialization"}`, that `wsgen_runtime.asyncapi` fills.
So it does with the `x-python-examples` of a route: only the models know the frames that are sent for them.
"""

from collections.abc import Mapping

from pydantic_core import from_json, to_json

from wsgen.model import Example, ModuleSpec, RouterSpec, TypeRef
from wsgen.outputs.channels.envelopes import (
    CLOSE_CODES,
    ERROR_CODES,
    Json,
    answered,
    asked,
    object_of,
    sent,
)
from wsgen.outputs.contract import RenderContext, RenderedFile

VERBS = (
    "subscribe",
    "subscribe.response",
    "unsubscribe",
    "unsubscribe.response",
    "update",
    "unsubscribed",
)
"""What follows the route in the type of each frame of a route."""

EXAMPLES = "x-python-examples"
_CORRELATION: Json = {"location": "$message.payload#/id"}
_TOPIC: Json = {
    "type": "string",
    "description": "The route and the request's parameters: `route:{...}`.",
}


_OWN = ("subscribe", "unsubscribe", "update")
"""The verbs of routes that a project's own generic class serves: its other frames are not known."""


def render_stub(module: ModuleSpec, context: RenderContext) -> dict[str, RenderedFile]:
    """Render the module's stub, `asyncapi.json`."""
    text = render_channels(module, context.schemes, native=context.native)
    return {"asyncapi.json": RenderedFile(text)}


def render_channels(
    module: ModuleSpec, schemes: Mapping[str, object] | None = None, *, native: bool = True
) -> str:
    """Return the text of the module's stub, an AsyncAPI 3.1.0 document; the same bytes for the same spec.

    `schemes` holds, as AsyncAPI has them, the security schemes that the routers name. Routers that are not
    `native` are made from the project's own generic class, whose answers, errors and close codes are not known:
    the document has the requests and the data only.
    """
    channel = _channel_id(module)
    messages: Json = {}
    operations: Json = {}
    for router in module.routers:
        messages |= _messages(router, native=native)
        operations |= _operations(router, channel, native=native)
    if native:
        messages |= _shared_messages()
        operations |= _shared_operations(channel)
    description = _channel_text(module) if native else module.description.strip()
    closing: Json = {"x-close-codes": {str(code): text for code, text in CLOSE_CODES.items()}}
    document: Json = {
        "asyncapi": "3.1.0",
        "info": _filled({"title": module.name, "version": _version(module)})
        | _filled({"description": module.description.strip()}),
        "defaultContentType": "application/json",
        "channels": {
            channel: {
                "address": module.endpoint,
                **_filled({"description": description}),
                "messages": messages,
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                **(closing if native else {}),
            }
        },
        "operations": operations,
    }
    named = dict.fromkeys(name for router in module.routers for name in router.security)
    if used := {name: schemes[name] for name in named if schemes and name in schemes}:
        document["components"] = {"securitySchemes": used}
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


def _messages(router: RouterSpec, *, native: bool) -> Json:
    route, request = router.route, _slot(router.request, "validation")
    answer: Json = object_of(status={"const": "ok"}, message={"type": "string"}, topic=_TOPIC)
    payload = object_of(topic=_TOPIC, payload=_slot(router.data, "serialization"))
    ended = object_of(topic=_TOPIC, reason={"type": "string"})
    seq: Json = {
        "type": "integer",
        "minimum": 1,
        "description": "Counts the topic's updates; a gap means that some were dropped.",
    }
    ask = (
        asked if native else sent
    )  # Only the native protocol has an `id` for questions, and counts.
    counted: dict[str, Json] = {"seq": seq} if native else {}
    texts = {
        "subscribe": (f"Subscribe to {route}", ask(f"{route}.subscribe", request)),
        "subscribe.response": (
            f"Subscribed to {route}",
            answered(f"{route}.subscribe.response", answer),
        ),
        "unsubscribe": (f"Unsubscribe from {route}", ask(f"{route}.unsubscribe", request)),
        "unsubscribe.response": (
            f"Unsubscribed from {route}",
            answered(f"{route}.unsubscribe.response", answer),
        ),
        "update": (f"Update of {route}", sent(f"{route}.update", payload, **counted)),
        "unsubscribed": (
            f"Subscription to {route} ended by the server",
            sent(f"{route}.unsubscribed", ended),
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
        if native or verb in _OWN
    }


def _shared_messages() -> Json:
    codes = "\n".join(f"- `{code}`: {text}" for code, text in ERROR_CODES.items())
    place: Json = {"type": "array", "items": {"type": ["string", "integer"]}}
    detail = object_of(loc=place, message={"type": "string"}, type={"type": "string"})
    error = object_of(
        code={"type": "string", "enum": list(ERROR_CODES)},
        message={"type": "string"},
        details={"type": "array", "items": detail},
    )
    status = object_of(broker={"type": "string", "enum": ["connected", "disconnected"]})
    return {
        "ping": _message("ping", "Ask whether the server is there", asked("ping")),
        "pong": _message("pong", "The server is there", answered("pong")),
        "error": _message(
            "error",
            "A frame could not be served",
            answered("error", error),
            description=f"The socket stays open. The codes are:\n\n{codes}",
        ),
        "status": _message(
            "status",
            "Updates from other processes stopped or resumed",
            sent("status", status),
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


def _operations(router: RouterSpec, channel: str, *, native: bool) -> Json:
    route = router.route
    texts = _filled({"summary": router.summary.strip(), "description": router.description.strip()})
    extra: Json = {
        **_filled({"tags": _tags(router.tags), "x-deprecated": router.deprecated}),
        **_filled({"security": [_scheme(name) for name in router.security]}),
        "x-router": router.class_name,
    }
    delivery = router.delivery.model_dump(mode="json")

    def operation(verb: str, action: str, names: list[str], texts: Json, reply: Json) -> Json:
        base: Json = {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}
        return {**base, "title": verb, **texts, **extra, "messages": _refs(channel, names), **reply}

    def reply(verb: str) -> Json:
        if not native:
            return {}
        names = [f"{route}.{verb}.response", "error"]
        ref = {"$ref": f"#/channels/{channel}"}
        return {"reply": {"channel": ref, "messages": _refs(channel, names)}}

    enter, leave, update = f"{route}.subscribe", f"{route}.unsubscribe", f"{route}.update"
    updates = [update, f"{route}.unsubscribed"] if native else [update]
    delivered: Json = {"x-delivery": delivery} if native else {}
    examples = _filled({EXAMPLES: [_example(item) for item in router.examples]})
    asking = {**reply("subscribe"), **examples}
    return {
        enter: operation(f"Subscribe to {route}", "receive", [enter], texts, asking),
        leave: operation(f"Unsubscribe from {route}", "receive", [leave], {}, reply("unsubscribe")),
        update: operation(f"Updates of {route}", "send", updates, texts, delivered),
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


def _scheme(name: str) -> Json:
    return {"$ref": f"#/components/securitySchemes/{name}"}


def _example(example: Example) -> Json:
    values = {"request": from_json(example.request)}
    if example.data is not None:
        values["data"] = from_json(example.data)
    return {**_filled({"name": example.name, "summary": example.summary}), **values}


def _tags(tags: tuple[str, ...]) -> list[Json]:
    return [{"name": tag} for tag in dict.fromkeys(tags)]


def _slot(ref: TypeRef, mode: str) -> Json:
    return {"x-python-type": str(ref), "x-python-mode": mode}
