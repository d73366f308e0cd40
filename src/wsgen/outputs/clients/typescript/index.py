"""Render `index.ts`: a class for each endpoint, with a method for each of its routes and commands."""

from collections.abc import Iterator, Mapping, Sequence

from wsgen.outputs.clients.contract import Json, Owner
from wsgen.outputs.clients.typescript.api import Slot, Subscribed
from wsgen.outputs.clients.typescript.expressions import indented
from wsgen.outputs.clients.typescript.literals import doc_comment, quoted
from wsgen.outputs.clients.typescript.members import Client
from wsgen.outputs.clients.typescript.schemas import Schemas
from wsgen.outputs.clients.typescript.statements import statement

RUNTIME_VERSION = 1
"""The version of the runtime that generated code is written for."""

_TYPES = "t."


def render_index(head: str, clients: Sequence[Client], schemas: Schemas, runtime: str) -> str:
    """Return the text of `index.ts`, which imports the runtime from `runtime`."""
    classes = [text for client in clients for text in _statements(client, schemas)]
    used = [name for name in _IMPORTED if any(_uses(text, name) for text in classes)]
    names = ", ".join(f"type {name}" if name in _IMPORTED_TYPES else name for name in used)
    imports = [
        f"import {{ {names} }} from {quoted(runtime)};\n",
        'import type * as t from "./types.js";\n',
        f"export * from {quoted(runtime)};\n",
        'export type * from "./types.js";\n',
    ]
    return head + "".join(map(statement, [*imports, *classes]))


_IMPORTED_TYPES = (
    "CommandOptions",
    "HandleOptions",
    "Options",
    "Reduce",
    "State",
    "Stream",
    "StreamOptions",
)
_IMPORTED = ("Client", "command", "state", "stream", *_IMPORTED_TYPES)


def _uses(text: str, name: str) -> bool:
    return any(mark in text for mark in (f" {name}(", f" {name}<", f" {name} ", f": {name}"))


def _statements(client: Client, schemas: Schemas) -> Iterator[str]:
    address = client.endpoint.address
    reduced = []
    methods = []
    for name, route in client.routes.items():
        data = _text(schemas, route.data, Owner(address, route.wire, "data"))
        request = _request(schemas, route, address)
        comment = doc_comment(_lines(route.texts, route.errors))
        asked = quoted(route.wire), "request" if request else "undefined"
        if route.snapshot is None:
            signature = f"{name}({request}options?: StreamOptions): Stream<{data}>"
            call = f"stream(this, {', '.join(asked)}, options)"
        else:
            value = _text(schemas, route.snapshot, Owner(address, route.wire, "snapshot"))
            reduced.append(f"readonly {name}?: Reduce<{value}, {data}> | undefined;")
            signature = f"{name}({request}options?: HandleOptions): State<{value}, {data}>"
            call = f"state(this, {', '.join(asked)}, options, this.#reduce.{name})"
        methods.append(f"{comment}{signature} {{\n  return {call};\n}}")
    for name, asked_for in client.commands.items():
        request = _text(schemas, asked_for.request, Owner(address, asked_for.wire, "request"))
        answer = _text(schemas, asked_for.response, Owner(address, asked_for.wire, "response"))
        comment = doc_comment(_lines(asked_for.texts, asked_for.errors))
        signature = f"{name}(request: {request}, options?: CommandOptions): Promise<{answer}>"
        call = f"command(this, {quoted(asked_for.wire)}, request, options)"
        methods.append(f"{comment}{signature} {{\n  return {call};\n}}")
    yield from _class(client, reduced, methods)


def _class(client: Client, reduced: Sequence[str], methods: Sequence[str]) -> Iterator[str]:
    name, contract = client.name, client.endpoint.contract
    said = f"{{ runtime: {RUNTIME_VERSION}, digest: {quoted(contract)} }}"
    options, members = "Options", []
    if reduced:
        options = f"{name}Options"
        inner = indented("".join(f"\n{line}" for line in reduced))
        body = indented(
            "\n/** Returns the next state after an update, for each route with a state; it changes nothing. */"
            f"\nreadonly reduce?: {{{inner}\n}} | undefined;"
        )
        yield f"export interface {options} extends Options {{{body}\n}}\n"
        members.append(f'readonly #reduce: NonNullable<{options}["reduce"]>;')
        made = f"  super(url, {said}, options);\n  this.#reduce = options.reduce ?? {{}};"
    else:
        made = f"  super(url, {said}, options);"
    members.append(f"constructor(url: string | URL, options: {options} = {{}}) {{\n{made}\n}}")
    body = "\n".join(f"\n{member}" for member in [*members, *methods])
    comment = doc_comment(client.endpoint.description.strip().splitlines())
    yield f"{comment}export class {name}Client extends Client {{{indented(body)}\n}}\n"


def _request(schemas: Schemas, route: Subscribed, address: str) -> str:
    if route.request is None:
        return ""
    return f"request: {_text(schemas, route.request, Owner(address, route.wire, 'request'))}, "


def _text(schemas: Schemas, slot: Slot, owner: Owner) -> str:
    return schemas.slot(slot, owner, _TYPES).text


def _lines(texts: Json, errors: Mapping[str, str]) -> list[str]:
    """Return the lines of the doc comment on a method."""
    parts = [texts[key].strip().splitlines() for key in ("summary", "description") if key in texts]
    parts.append([f"Error `{code}`: {text}".rstrip(": ") for code, text in errors.items()])
    parts.append(["@deprecated"] if texts.get("deprecated") else [])
    lines: list[str] = []
    for part in filter(None, parts):
        lines += ["", *part] if lines else part
    return lines
