"""Render `index.ts`: a class for each endpoint, with a method for each of its routes and commands."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from wsgen.outputs.clients.contract import Json, Owner
from wsgen.outputs.clients.typescript.api import Asked, Subscribed
from wsgen.outputs.clients.typescript.expressions import indented
from wsgen.outputs.clients.typescript.identifiers import pascal_case
from wsgen.outputs.clients.typescript.literals import doc_comment, quoted
from wsgen.outputs.clients.typescript.members import Client
from wsgen.outputs.clients.typescript.messages import Slot
from wsgen.outputs.clients.typescript.objects import shown_value
from wsgen.outputs.clients.typescript.schemas import Schemas
from wsgen.outputs.clients.typescript.statements import statement

RUNTIME_VERSION = 1
"""The version of the runtime that generated code is written for."""

_TYPES = "t."
_EXAMPLES = 3
_OF_THE_RUNTIME = frozenset({"Client", "Command"})
"""What errors of the runtime begin with: `ClientError` is the type of all."""


def render_index(head: str, clients: Sequence[Client], schemas: Schemas, runtime: str) -> str:
    """Return the text of `index.ts`, which imports the runtime from `runtime`."""
    errors = _error_types(clients)
    statements = [
        text
        for client in clients
        for text in (*_errors(client, errors), *_class(client, errors, schemas))
    ]
    start = [
        f"import {{ {_imported(clients)} }} from {quoted(runtime)}\n",
        'import type * as t from "./types.d.ts"\n',
        f"export * from {quoted(runtime)}\n",
        'export type * as t from "./types.d.ts"\n',
    ]
    return head + "".join(map(statement, [*start, *statements]))


def _imported(clients: Sequence[Client]) -> str:
    """Return what is used of the runtime, so that bundlers leave out the rest of it."""
    routes = [route for client in clients for route in client.routes.values()]
    commands = [item for client in clients for item in client.commands.values()]
    has_states = any(route.snapshot for route in routes)
    has_streams = not all(route.snapshot for route in routes)
    functions, types = ["Client"], ["Options"]
    if commands:
        functions.append("command")
        types.append("CommandOptions")
    if any(item.errors for item in commands):
        types.append("CommandError")
    if has_states:
        functions.append("state")
        types += ["HandleOptions", "Reduce", "State"]
    if has_streams:
        functions.append("stream")
        types += ["Stream", "StreamOptions"]
    return ", ".join([*functions, *(f"type {name}" for name in sorted(types))])


def _error_types(clients: Sequence[Client]) -> dict[tuple[str, str], str]:
    """Return the name of the errors of each command that declares any, by its client and method."""
    commands = [
        (client.name, method, pascal_case(method))
        for client in clients
        for method, command in client.commands.items()
        if command.errors
    ]
    times = Counter(name for _, _, name in commands)
    return {
        (client, method): f"{name}Error"
        if times[name] == 1 and name not in _OF_THE_RUNTIME
        else f"{client}{name}Error"
        for client, method, name in commands
    }


def _errors(client: Client, names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    for method, command in client.commands.items():
        if name := names.get((client.name, method)):
            codes = " | ".join(map(quoted, command.errors))
            comment = doc_comment([f"The errors that `{method}` declares."])
            yield f"{comment}export type {name} = CommandError<{codes}>\n"


def _class(
    client: Client, errors: Mapping[tuple[str, str], str], schemas: Schemas
) -> Iterator[str]:
    """Yield the options of a client, if it has any of its own, and its class."""
    reduced: list[str] = []
    methods = [
        _route(name, route, client, reduced, schemas) for name, route in client.routes.items()
    ]
    methods += [
        _command(name, command, client, errors.get((client.name, name)), schemas)
        for name, command in client.commands.items()
    ]
    contract = f"{{ runtime: {RUNTIME_VERSION}, digest: {quoted(client.endpoint.contract)} }}"
    options, members, made = "Options", [], f"super(url, {contract}, options);"
    if reduced:
        options = client.options
        yield _options(options, reduced)
        members.append(f'readonly #reduce: NonNullable<{options}["reduce"]>;')
        made += "\n  this.#reduce = options.reduce ?? {};"
    arguments = f"url: string | {{ readonly href: string }}, options: {options} = {{}}"
    members.append(f"constructor({arguments}) {{\n  {made}\n}}")
    body = "\n".join(f"\n{member}" for member in [*members, *methods])
    lines = client.endpoint.description.splitlines()
    if client.endpoint.address.startswith("/"):
        lines += ["", f"Its path is `{client.endpoint.address}`."][not lines :]
    comment = doc_comment(lines)
    yield f"{comment}export class {client.name}Client extends Client {{{indented(body)}\n}}\n"


def _options(name: str, reduced: Sequence[str]) -> str:
    inner = indented("".join(f"\n{line}" for line in reduced))
    comment = doc_comment(
        ["For each route with snapshots, what makes the next state of a state and an update."]
    )
    body = indented(f"\n{comment}readonly reduce?: {{{inner}\n}} | undefined;")
    return f"export interface {name} extends Options {{{body}\n}}\n"


def _route(
    name: str, route: Subscribed, client: Client, reduced: list[str], schemas: Schemas
) -> str:
    """Return the method of a route; one with snapshots adds its reducer to `reduced`."""
    address = client.endpoint.address
    data = _text(schemas, route.data, Owner(address, route.wire, "data"))
    request = ""
    if route.request is not None:
        asked = _text(schemas, route.request, Owner(address, route.wire, "request"))
        request = f"request: {asked}, "
    arguments = f"this, {quoted(route.wire)}, {'request' if request else '{}'}, options"
    if route.snapshot is None:
        signature = f"{name}({request}options?: StreamOptions): Stream<{data}>"
        call = f"stream({arguments})"
    else:
        value = _text(schemas, route.snapshot, Owner(address, route.wire, "snapshot"))
        reduced.append(f"readonly {name}?: Reduce<{value}, {data}> | undefined;")
        signature = f"{name}({request}options?: HandleOptions): State<{value}, {data}>"
        call = f"state({arguments}, this.#reduce.{name})"
    lines = _lines(route.texts, route.errors, ["Errors:"])
    shown = filter(None, map(shown_value, route.examples[:_EXAMPLES] if request else ()))
    examples = [f"@example {name}({value})" for value in shown]
    comment = doc_comment([*lines, *([""] if lines and examples else []), *examples])
    return f"{comment}{signature} {{\n  return {call};\n}}"


def _command(name: str, command: Asked, client: Client, error: str | None, schemas: Schemas) -> str:
    """Return the method of a command, whose declared errors have the type `error`."""
    address = client.endpoint.address
    request = _text(schemas, command.request, Owner(address, command.wire, "request"))
    answer = _text(schemas, command.response, Owner(address, command.wire, "response"))
    rejects = [f"Rejects with `{error}`, among others:"] if error else []
    lines = _lines(command.texts, command.errors, rejects)
    return (
        f"{doc_comment(lines)}{name}(request: {request}, options?: CommandOptions): Promise<{answer}> {{\n"
        f"  return command(this, {quoted(command.wire)}, request, options);\n}}"
    )


def _text(schemas: Schemas, slot: Slot, owner: Owner) -> str:
    return schemas.slot(slot, owner, _TYPES).text


def _lines(texts: Json, errors: Mapping[str, str], heading: list[str]) -> list[str]:
    """Return the lines of the doc comment on a method, with the `errors` below a `heading`."""
    parts = [texts[key].strip().splitlines() for key in ("summary", "description") if key in texts]
    listed = [f"- `{code}`: {text}".rstrip(": ") for code, text in errors.items()]
    parts.append([*heading, *listed] if listed else [])
    parts.append(["@deprecated"] if texts.get("deprecated") else [])
    lines: list[str] = []
    for part in filter(None, parts):
        lines += ["", *part] if lines else part
    return lines
