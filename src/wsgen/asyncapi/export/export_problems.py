"""Report the problems of an export at the lines of the sources that cause them."""

from collections.abc import Iterable, Iterator, Sequence

from wsgen.asyncapi.export.assemble import Exportable, Json
from wsgen.asyncapi.export.payload_schemas import Mismatch
from wsgen.asyncapi.validation.check_limits import Budget
from wsgen.asyncapi.validation.example_checks import mismatches
from wsgen.asyncapi.validation.reference_targets import Route
from wsgen.diagnostics import Diagnostic, Note, Severity, Span
from wsgen.model import ModuleSpec
from wsgen.outputs.channels.identifiers import command_identifier, route_identifier


def collisions(modules: Sequence[Exportable]) -> list[Diagnostic]:
    """Return the modules that have the name or the endpoint of another one."""
    names: dict[str, Exportable] = {}
    addresses: dict[str, Exportable] = {}
    found = []
    for item in modules:
        name, address = item.spec.full_name, item.spec.endpoint
        for seen, value, key in ((names, name, "module"), (addresses, address, "endpoint")):
            other = seen.setdefault(value, item)
            if other is item:
                continue
            if key == "module":
                message = f"two modules have the name `{name}`"
            else:
                first = other.spec.full_name
                message = f"modules `{first}` and `{name}` have the same endpoint, `{value}`"
            help_text = f"Give one of the modules another `{key}:`."
            notes = (Note("the other one is here", place),) if (place := _place(other, key)) else ()
            span = _place(item, key)
            found.append(
                Diagnostic("WSG663", message, span, help=help_text, module=name, notes=notes)
            )
            break  # Modules of the same name usually have the same endpoint, too.
    return found


def clashes(modules: Sequence[Exportable], stubs: Sequence[Json]) -> list[Diagnostic]:
    """Return the modules with a part in their stub that has the same key in the stub of another module.

    The keys of `data-bars` in a module `market` are those of `bars` in a module `market-data`.
    """
    first: dict[tuple[str, str], tuple[Exportable, object]] = {}
    found = []
    for item, stub in zip(modules, stubs, strict=True):
        name = item.spec.full_name
        for kind, key, part in _parts(stub):
            other, same = first.setdefault((kind, key.lower()), (item, part))
            if other is not item and same != part:
                message = (
                    f"modules `{other.spec.full_name}` and `{name}` both have the {kind} `{key}`"
                )
                help_text = "Give one of the modules another `module:`, or export them one by one."
                place = _place(other, "module")
                notes = (Note("the other one is here", place),) if place else ()
                span = _place(item, "module")
                found.append(
                    Diagnostic("WSG663", message, span, help=help_text, module=name, notes=notes)
                )
                break
    return found


def alike(modules: Sequence[Exportable]) -> Iterator[Diagnostic]:
    """Yield a warning for each route or command whose names in the document are those of another but for case.

    All is right in the document, and in what wsgen makes of it; but programs that write a file for each type
    would write one over the other where a file system makes no difference.
    """
    for item in modules:
        spec = item.spec
        routes = [(each.class_name, each.route) for each in spec.routers]
        commands = [(f"commands.{each.class_name}", each.command) for each in spec.commands]
        for kind, identifier, named in (
            ("route", route_identifier, routes),
            ("command", command_identifier, commands),
        ):
            taken: dict[str, tuple[str, str]] = {}
            for owner, name in named:
                first, other = taken.setdefault(identifier(name).lower(), (owner, name))
                if first == owner:
                    continue
                place = item.positions.get(f"{first}.{kind}") or item.positions.get(first)
                yield Diagnostic(
                    "WSG668",
                    f"the {kind}s `{other}` and `{name}` have names in the document that differ in case only",
                    item.positions.get(f"{owner}.{kind}") or item.positions.get(owner),
                    help="Rename one of them: on some disks, files of the same name but for case are one file.",
                    severity=Severity.WARNING,
                    module=spec.name,
                    notes=(Note(f"`{other}` is here", place),) if place else (),
                )


def _parts(stub: Json) -> Iterator[tuple[str, str, object]]:
    for kind, parts in (
        ("channel", stub["channels"]),
        ("operation", stub["operations"]),
        ("message", stub["components"]["messages"]),
        ("schema", stub["components"]["schemas"]),
    ):
        for key, part in parts.items():
            yield kind, key, part


def _place(item: Exportable, key: str) -> Span | None:
    """Return where a module says `key`, else where its first router or command is declared."""
    routers = [router.class_name for router in item.spec.routers]
    return item.positions.get(key) or item.positions.get([*routers, "commands"][0])


def wrong_examples(
    modules: Sequence[Exportable], mismatches: Iterable[Mismatch]
) -> Iterator[Diagnostic]:
    """Yield a diagnostic at the value of each example that is wrong."""
    named = {
        (item.spec.full_name, router.route): (item, router)
        for item in modules
        for router in item.spec.routers
    }
    for mismatch in mismatches:
        item, router = named[mismatch.module, mismatch.route]
        route = [router.class_name, "examples", str(mismatch.index), mismatch.part]
        route += [str(key) for key in mismatch.loc]
        while ".".join(route) not in item.positions and len(route) > 1:
            route.pop()
        where = ".".join(map(str, (mismatch.part, *mismatch.loc)))
        kind = router.request if mismatch.part == "request" else router.data
        yield Diagnostic(
            "WSG665",
            f"the example of `{mismatch.route}` does not match its model: `{where}`: {mismatch.text}",
            item.positions.get(".".join(route)),
            help=f"Write it as `{kind}` has it.",
            module=item.spec.name,
        )


_SECONDS = 8.0
"""The CPU time for checking examples; the document is checked once more, with them, in 10 seconds."""


def take_out_refused(document: Json, modules: Sequence[Exportable]) -> list[Mismatch]:
    """Take made examples that their schemas refuse out of `document`; return the requests of `modules` like that.

    The models accept some requests that the schemas refuse, such as `"5"` for a number; examples should not use
    this. Models may also have schemas of their own, which refuse what is made from them. Made examples that could
    not be checked in time are taken out too.
    """
    messages = document["components"]["messages"]
    owners = {
        key: channel["x-module"]
        for channel in document["channels"].values()
        for key in channel["messages"]
    }
    given = {(item.spec.full_name, name) for item in modules for name in _with_examples(item.spec)}
    made = {
        (key, index)
        for key, message in messages.items()
        for index, _ in enumerate(message.get("examples", ()))
        if (owners[key], message["name"]) not in given
    }
    found = []
    right: set[tuple[object, object]] = set()

    def reach(place: Route) -> None:
        if place[:2] == ("components", "messages"):
            right.add((place[2], place[4]))  # the key, and the index of the example

    for _, place, text in mismatches(document, Budget(each=2.0, left=_SECONDS), reach):
        match place:
            case ("components", "messages", str(key), "examples", int(index), *rest):
                right.discard((key, index))
                route, _, verb = messages[key]["name"].rpartition(".")
                if (key, index) not in made and verb == "subscribe":
                    # From the frame's root: "payload", then the frame's "payload".
                    at = (owners[key], route, index)
                    found.append(Mismatch(*at, "request", tuple(rest[2:]), text))
    for key, index in sorted(made - right, reverse=True):
        del messages[key]["examples"][index]
        if not messages[key]["examples"]:
            del messages[key]["examples"]
    return found


def _with_examples(spec: ModuleSpec) -> Iterator[str]:
    """Yield the names of the messages that get examples from the sources."""
    for router in spec.routers:
        verbs = ["subscribe", "subscribe.response", "unsubscribe", "unsubscribe.response"]
        verbs += ["update"] if any(item.data is not None for item in router.examples) else []
        yield from (f"{router.route}.{verb}" for verb in verbs if router.examples)


def without_server() -> Diagnostic:
    """Return the warning that the document of a client does not say where the client connects to."""
    message = (
        "the document of a client names no server, so that generators do not know where to connect"
    )
    help_text = "Add [tool.wsgen.asyncapi.servers.NAME], with `host` and `protocol`."
    return Diagnostic("WSG667", message, help=help_text, severity=Severity.WARNING)
