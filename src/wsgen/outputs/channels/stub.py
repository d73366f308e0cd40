"""Render a module's `asyncapi.json`: an AsyncAPI document with every frame, but without the schemas of payloads.

These schemas come from the models of the project, whose code rendering never imports. Each is a slot,
`{"x-python-type": ..., "x-python-mode": "validation" | "serialization"}`, which the runtime fills when it serves
or exports the document. It also turns the `x-python-examples` of a route into examples of frames.

Each message, each frame and each payload is a component, and its key is its title. Those of routes and commands
start with the name of their module; the others, such as `PingFrame`, are the same in each module.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pydantic_core import from_json, to_json

from wsgen.model import CommandSpec, Example, ModuleSpec, RouterSpec
from wsgen.outputs.channels.frame_messages import (
    CLOSE_CODES,
    command_messages,
    shared_messages,
    with_close_codes,
)
from wsgen.outputs.channels.identifiers import (
    command_identifier,
    key_of,
    module_identifier,
    route_identifier,
    verb_identifier,
)
from wsgen.outputs.channels.message_parts import Json, filled, lifted, tags_of
from wsgen.outputs.channels.operation_texts import texts_of
from wsgen.outputs.channels.route_messages import router_messages
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
    owner = module_identifier(module.full_name)
    channel = key_of(owner)
    messages: list[Json] = []
    operations: Json = {}
    for router in module.routers:
        identifier = owner + route_identifier(router.route)
        messages += router_messages(router, identifier, native=native).values()
        operations |= _operations(router, identifier, channel, native=native)
    for command in module.commands:
        identifier = f"{owner}{command_identifier(command.command)}Command"
        messages += command_messages(command, identifier)
        operations |= _command_operation(command, identifier, channel)
    if native:
        messages += shared_messages().values()
        operations |= _shared_operations(channel)
    schemas: Json = {}
    components: Json = {
        "messages": {str(message["title"]): lifted(message, schemas) for message in messages},
        "schemas": schemas,
    }
    secured = [router.security for router in module.routers]
    secured += [command.security for command in module.commands]
    named = dict.fromkeys(name for names in secured for name in names)
    if used := {name: schemes[name] for name in named if schemes and name in schemes}:
        components["securitySchemes"] = used
    closing = {str(code): text for code, text in CLOSE_CODES.items()} if native else {}
    document: Json = {
        "asyncapi": "3.1.0",
        "info": filled(
            {
                "title": module.name,
                "version": _version(module),
                "description": with_close_codes(module.description, closing),
            }
        ),
        "defaultContentType": "application/json",
        "channels": {
            channel: {
                "address": module.endpoint,
                **filled({"description": module.description}),
                "messages": _references("messages", (str(item["title"]) for item in messages)),
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                "x-module": module.full_name,
            }
        },
        "operations": operations,
        "components": components,
        **filled({"x-close-codes": closing}),
    }
    # json.dumps indents in pure Python, which took half of the time that rendering a large project takes.
    return to_json(document, indent=2).decode() + "\n"


def _references(kind: str, keys: Iterable[str]) -> Json:
    """Return references to these components of a `kind` by their keys."""
    return {key: {"$ref": f"#/components/{kind}/{key}"} for key in keys}


def _version(module: ModuleSpec) -> str:
    number = (module.version or "").removeprefix("v")
    return f"{number}.0.0" if number.isdigit() else "1.0.0"


def _operations(router: RouterSpec, identifier: str, channel: str, *, native: bool) -> Json:
    route = router.route
    given = (router.summary, router.description)
    schemes = [{"$ref": f"#/components/securitySchemes/{name}"} for name in router.security]
    extra: Json = {
        **filled({"tags": tags_of(router.tags), "x-deprecated": router.deprecated}),
        **filled({"security": schemes}),
        "x-router": router.class_name,
    }
    updates = ["update"]
    if native:
        updates += ["reset", "unsubscribed"]
        updates += ["snapshot"] if router.snapshot else []

    def on(verbs: list[str], more: Mapping[str, object] = MappingProxyType({})) -> Json:
        return _on(channel, [identifier + verb_identifier(verb) for verb in verbs], more)

    asking: Json = {
        "action": "receive",
        **on(
            ["subscribe"],
            {
                "title": f"Subscribe to {route}",
                **texts_of("subscribe", *given, native=native),
                **extra,
            },
        ),
    }
    leaving: Json = {
        "action": "receive",
        **on(
            ["unsubscribe"],
            {
                "title": f"Unsubscribe from {route}",
                **texts_of("unsubscribe", native=native),
                **extra,
            },
        ),
    }
    updating: Json = {
        "action": "send",
        **on(updates, {"title": f"Updates of {route}", **texts_of("update", *given), **extra}),
    }
    if native:
        answers = identifier + verb_identifier("subscribe.response")
        asking["reply"] = _on(channel, [answers, "Error"])
        answers = identifier + verb_identifier("unsubscribe.response")
        leaving["reply"] = _on(channel, [answers, "Error"])
        asking |= filled({"x-errors": dict(router.errors)})
        updating["x-delivery"] = router.delivery.model_dump(mode="json", exclude_none=True)
        history = router.history.model_dump() if router.history else {}
        updating |= filled({"x-history": history, "x-replay": router.replay})
        updating |= filled({"x-source": router.source.value if router.is_published else ""})
    asking |= filled({"x-python-examples": [_example(item) for item in router.examples]})
    return {
        key_of(f"{identifier}Subscribe"): asking,
        key_of(f"{identifier}Unsubscribe"): leaving,
        key_of(f"{identifier}Update"): updating,
    }


def _command_operation(command: CommandSpec, identifier: str, channel: str) -> Json:
    schemes = [{"$ref": f"#/components/securitySchemes/{each}"} for each in command.security]
    codes = {code: f"Declared as `{error}`." for error, code in command.error_codes.items()}
    extra: Json = {
        **texts_of("command", command.summary, command.description),
        **filled({"tags": tags_of(command.tags), "x-deprecated": command.deprecated}),
        **filled({"security": schemes, "x-errors": codes}),
        "x-command": command.class_name,
    }
    return {
        key_of(identifier): {
            "action": "receive",
            **_on(channel, [identifier], {"title": f"Command {command.command}", **extra}),
            "reply": _on(channel, [f"{identifier}Response", "Error"]),
        }
    }


def _shared_operations(channel: str) -> Json:
    return {
        f"{channel}Hello": {
            "action": "receive",
            **_on(channel, ["Hello"], {"title": "Hello", **texts_of("hello")}),
            "reply": _on(channel, ["HelloResponse", "Error"]),
        },
        f"{channel}Authenticate": {
            "action": "receive",
            **_on(channel, ["Authenticate"], {"title": "Authenticate", **texts_of("authenticate")}),
            "reply": _on(channel, ["AuthenticateResponse", "Error"]),
        },
        f"{channel}Ping": {
            "action": "receive",
            **_on(channel, ["Ping"], {"title": "Ping", **texts_of("ping")}),
            "reply": _on(channel, ["Pong", "Error"]),
        },
        f"{channel}Notices": {
            "action": "send",
            **_on(
                channel,
                ["Error", "Status", "Notice"],
                {"title": "Errors and the state of the server", **texts_of("notices")},
            ),
        },
    }


def _on(
    channel: str, identifiers: list[str], more: Mapping[str, object] = MappingProxyType({})
) -> Json:
    """Return the part of an operation or a reply that refers to these messages of `channel`."""
    ref = f"#/channels/{channel}"
    messages = [{"$ref": f"{ref}/messages/{identifier}Message"} for identifier in identifiers]
    return {"channel": {"$ref": ref}, **more, "messages": messages}


def _example(example: Example) -> Json:
    values = {"request": {} if example.request is None else from_json(example.request)}
    if example.data is not None:
        values["data"] = from_json(example.data)
    return {**filled({"name": example.name, "summary": example.summary}), **values}
