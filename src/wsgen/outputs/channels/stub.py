"""Render a module's `asyncapi.json`: an AsyncAPI document with every frame, but without the schemas of payloads.

These schemas come from the models of the project, whose code rendering never imports. Each is a slot,
`{"x-python-type": ..., "x-python-mode": "validation" | "serialization"}`, which the runtime fills when it serves
or exports the document. It also turns the `x-python-examples` of a route into examples of frames.
"""

from collections.abc import Mapping

from pydantic_core import from_json, to_json

from wsgen.model import Example, ModuleSpec, RouterSpec
from wsgen.outputs.channels.frame_messages import (
    CLOSE_CODES,
    Json,
    filled,
    router_messages,
    shared_messages,
    tags_of,
)
from wsgen.outputs.contract import RenderContext, RenderedFile


def render_stub(module: ModuleSpec, context: RenderContext) -> dict[str, RenderedFile]:
    """Render the module's stub, `asyncapi.json`."""
    text = render_channels(module, context.schemes, native=context.native)
    return {"asyncapi.json": RenderedFile(text)}


def render_channels(
    module: ModuleSpec, schemes: Mapping[str, object] | None = None, *, native: bool = True
) -> str:
    """Return the text of the module's stub, an AsyncAPI 3.1.0 document; the same text for the same spec.

    `schemes` are AsyncAPI's objects for the security schemes that the routers name. Routers that are not `native`
    are made from the project's own generic class, whose answers, errors and close codes are unknown, so that the
    document contains requests and data only.
    """
    channel = module.full_name
    messages: Json = {}
    operations: Json = {}
    for router in module.routers:
        messages |= router_messages(router, native=native)
        operations |= _operations(router, channel, native=native)
    if native:
        messages |= shared_messages()
        operations |= _shared_operations(channel)
    description = _channel_text(module) if native else module.description
    closing: Json = {"x-close-codes": {str(code): text for code, text in CLOSE_CODES.items()}}
    document: Json = {
        "asyncapi": "3.1.0",
        "info": filled(
            {
                "title": module.name,
                "version": _version(module),
                "description": module.description,
            }
        ),
        "defaultContentType": "application/json",
        "channels": {
            channel: {
                "address": module.endpoint,
                **filled({"description": description}),
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
    # json.dumps indents in pure Python, which took half of the time that rendering a large project takes.
    return to_json(document, indent=2).decode() + "\n"


def _version(module: ModuleSpec) -> str:
    number = (module.version or "").removeprefix("v")
    return f"{number}.0.0" if number.isdigit() else "1.0.0"


def _channel_text(module: ModuleSpec) -> str:
    codes = "\n".join(f"- {code}: {text}" for code, text in CLOSE_CODES.items())
    closing = f"The server closes the socket with one of these codes:\n\n{codes}"
    return "\n\n".join(filter(None, (module.description, closing)))


def _operations(router: RouterSpec, channel: str, *, native: bool) -> Json:
    route = router.route
    texts = filled({"summary": router.summary, "description": router.description})
    extra: Json = {
        **filled({"tags": tags_of(router.tags), "x-deprecated": router.deprecated}),
        **filled({"security": [_scheme(name) for name in router.security]}),
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
    examples = filled({"x-python-examples": [_example(item) for item in router.examples]})
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
    return {**filled({"name": example.name, "summary": example.summary}), **values}
