"""Render routers and the exports of their package with Jinja2 templates."""

from collections.abc import Sequence

from wsgen.diagnostics import Diagnostic
from wsgen.errors import refuse
from wsgen.model import ROUTER_FILE_NAMES, ModuleSpec, RouterSpec
from wsgen.outputs.contract import RenderContext
from wsgen.outputs.python.commands import exported_names
from wsgen.outputs.python.docstrings import docstring
from wsgen.outputs.python.headers import header, summarised
from wsgen.outputs.python.jinja_templates import fill, load_template
from wsgen.outputs.python.literals import call, literal, string, string_list, string_tuple
from wsgen.outputs.python.router_arguments import (
    Arguments,
    delivery_call,
    router_arguments,
    service_expression,
    service_type_of,
)
from wsgen.outputs.python.type_imports import Imports, import_statement, in_order, naturally

# Names that mean an argument, an attribute or a method inside of the class.
_INSIDE = frozenset({"self", "service", "route", "tags", "topic", "publish", "contract"})

_BEFORE_SERVICE_TYPES = ("Delivery", "WsRouteService", "WsRouter")
"""What `imports` imports from the runtime, as in the first version of the templates."""


def render_router(router: RouterSpec, module: ModuleSpec, context: RenderContext) -> str:
    """Return the text of the file that holds `router`.

    Raises GenerationError if the file needs the name of the class for something else, or if a template of the
    project cannot be used for the router.
    """
    if router.class_name in ROUTER_FILE_NAMES:
        message = f"a router cannot be called `{router.class_name}`: its file imports something of that name"
        help_text = f"Rename it, for example to `{router.class_name}WsRouter`."
        raise refuse(Diagnostic("WSG410", message, help=help_text))
    imports = Imports.of(
        filter(None, (router.request, router.data, router.snapshot)),
        taken=ROUTER_FILE_NAMES | _INSIDE | {router.class_name},
    )
    request = imports.expression(router.request) if router.request else "None"
    data = imports.expression(router.data)
    asked = [f"request: {request}"] if router.request else []
    service_type = service_type_of(router)
    arguments = Arguments(router_arguments(router, imports))
    fixed = {"collections.abc": ("Sequence",)}
    named = filter(None, (service_type, "History" if router.history else ""))
    runtime = ("CONTRACT_2", "Delivery", *named, "WsRouter")
    overflow = literal(router.delivery.overflow.value)
    values: dict[str, object] = {
        "header": header(
            f"{router.class_name}: the route {router.route!r} of the module {module.name!r}.",
            "The router of a WebSocket route.",
            context.origin,
        ),
        "imports": imports.blocks({**fixed, "wsgen_runtime": _BEFORE_SERVICE_TYPES}, context.local),
        "typed_imports": imports.blocks({**fixed, "wsgen_runtime": runtime}, context.local),
        "class_name": router.class_name,
        "doc": docstring(_description(router), 4),
        "route": string(router.route, indent=8, before="route: str = "),
        "tags": string_tuple(router.tags, indent=8, before="tags: Sequence[str] = "),
        "request": request,
        "data": data,
        "service_type": service_expression(router, imports) if service_type else None,
        "arguments": arguments,
        "queue": router.delivery.queue,
        "overflow": overflow,
        "delivery": delivery_call(router),
        "deprecated": router.deprecated,
        "topic_signature": _signature("topic", asked, "str"),
        "publish_signature": _signature("publish", [*asked, f"data: {data}"], "None"),
        "router": router,
        "module": module,
        "origin": context.origin,
    }
    text = fill(load_template("router.py.jinja", context.templates), values)
    if not arguments.used and (key := _needs_arguments(router, text)):
        raise refuse(_outdated(router, key, context))
    return text


def _needs_arguments(router: RouterSpec, text: str) -> str | None:
    """Return a key of `router` that `text`, made without `arguments`, does not obey, None if there is none."""
    has_interval = router.delivery.interval is not None
    needed = {
        "request": router.request is None,
        "snapshot": router.snapshot,
        "source": router.is_published,
        "history": router.history,
        "errors": router.errors,
        "delivery.interval": has_interval and delivery_call(router) not in text,
    }
    return next((key for key, value in needed.items() if value), None)


def _outdated(router: RouterSpec, key: str, context: RenderContext) -> Diagnostic:
    said = "has no `request`" if key == "request" else f"has `{key}`"
    message = (
        f"`{router.class_name}` {said}, but the template router.py.jinja does not use `arguments`"
    )
    help_text = (
        "Write `arguments` into it; https://wsgen.github.io/wsgen/how-to/templates/ shows how."
    )
    place = context.positions.get(f"{router.class_name}.{key}")
    place = place or context.positions.get(router.class_name)
    return Diagnostic("WSG404", message, place, help=help_text)


def render_exports(module: ModuleSpec, context: RenderContext) -> str:
    """Return the text of the package's `__init__.py`: a docstring, imports and a sorted `__all__`."""
    names = [router.class_name for router in module.routers]
    files = [
        {"class_name": router.class_name, "stem": router.file_name.removesuffix(".py")}
        for router in module.routers
    ]
    if module.commands:
        # As one more file, so that the templates of projects export its names without knowing of commands.
        own = exported_names(module)
        statement = import_statement(".commands", in_order(own))
        files.append(
            {"class_name": statement.removeprefix("from .commands import "), "stem": "commands"}
        )
        names = sorted([*names, *own])
    values: dict[str, object] = {
        "header": header(
            f"The WebSocket routers of the module {module.name!r}.",
            "The WebSocket routers of a module.",
            context.origin,
        ),
        "routers": sorted(files, key=lambda item: naturally(item["stem"])),
        "exports": string_list(names, before="__all__ = "),
        "module": module,
        "origin": context.origin,
    }
    return fill(load_template("__init__.py.jinja", context.templates), values)


def _description(router: RouterSpec) -> str:
    summary = router.summary or f"Serve {router.route!r} to its subscribers."
    summary = summarised(summary, "Serve a WebSocket route.", 4)
    return f"{summary}\n\n{router.description}" if router.description else summary


def _signature(name: str, params: Sequence[str], result: str) -> list[str]:
    """Return the lines of a method's signature, without its indentation."""
    text = call(f"def {name}(", ("self", *params), f") -> {result}:", indent=4)
    return [line.removeprefix("    ") for line in text.splitlines()]
