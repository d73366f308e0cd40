"""Render `mock.ts`: for tests and stories, the other side of each client, with its types."""

from collections.abc import Iterator, Mapping, Sequence

from wsgen.outputs.clients.typescript.api import Asked, Subscribed
from wsgen.outputs.clients.typescript.expressions import indented
from wsgen.outputs.clients.typescript.literals import doc_comment, quoted
from wsgen.outputs.clients.typescript.members import Client
from wsgen.outputs.clients.typescript.schemas import Schemas
from wsgen.outputs.clients.typescript.signatures import (
    command_types,
    comment_on,
    import_of_types,
    route_types,
)
from wsgen.outputs.clients.typescript.statements import statement

_RUNTIME = '"./runtime-mock.js"'
_COMMENT = doc_comment(["Return a client without a server, and the other side of it."])


def render_mock(head: str, clients: Sequence[Client], schemas: Schemas) -> str:
    """Return the text of `mock.ts`, which imports `index.ts`."""
    members = {client.name: list(_members(client, schemas)) for client in clients}
    texts = [text for listed in members.values() for _, text in listed]
    used = ("MockCommand", "MockState", "MockStream")
    types = [name for name in used if any(f": {name}<" in text for text in texts)]
    options = dict.fromkeys(_options(client) for client in clients)
    classes = [f"{client.name}Client" for client in clients]
    from_index = [*classes, *(f"type {name}" for name in {**options, "Options": None})]
    imported = ", ".join(f"type {name}" for name in ["Mock", *types, "Mocked"])
    statements = [
        f"import {{ mockOf, {imported} }} from {_RUNTIME}\n",
        f'import {{ {", ".join(from_index)} }} from "./index.js"\n',
        *import_of_types(texts),
        f"export type {{ Mock, MockCommand, MockState, MockStream }} from {_RUNTIME}\n",
        *(_interface(client.name, members[client.name]) for client in clients),
        *(f"{_COMMENT}{_overload(client)}\n" for client in clients),
        "export function createMock(client: unknown, options: Options = {}): unknown {\n"
        "  return mockOf(MOCKED, client, options);\n}\n",
        f"const MOCKED: readonly Mocked[] = [{indented(''.join(_mocked(client) for client in clients))}\n];\n",
    ]
    return head + "".join(map(statement, statements))


def _options(client: Client) -> str:
    has_states = any(route.snapshot for route in client.routes.values())
    return client.options if has_states else "Options"


def _overload(client: Client) -> str:
    parameters = f"client: typeof {client.name}Client, options?: {_options(client)}"
    return f"export function createMock({parameters}): {client.name}Mock"


def _members(client: Client, schemas: Schemas) -> Iterator[tuple[str, str]]:
    """Yield the comment and the declaration of each member of a mock."""
    for name, route in client.routes.items():
        types = route_types(client, route, schemas)
        request = f"request: {types.request}" if types.request else ""
        kind = (
            f"MockStream<{types.data}>"
            if types.snapshot is None
            else f"MockState<{types.snapshot}, {types.data}>"
        )
        yield comment_on(route), f"{name}({request}): {kind};"
    for name, command in client.commands.items():
        question, answer = command_types(client, command, schemas)
        codes = "".join(f", {' | '.join(map(quoted, command.errors))}" if command.errors else "")
        kind = f"MockCommand<{question}, {answer}{codes}>"
        yield comment_on(command), f"readonly {name}: {kind};"


def _interface(name: str, members: Sequence[tuple[str, str]]) -> str:
    body = "".join(f"\n{comment}{text}" for comment, text in members)
    comment = doc_comment([f"The other side of a `{name}Client`."])
    return (
        f"{comment}export interface {name}Mock extends Mock<{name}Client> {{{indented(body)}\n}}\n"
    )


def _mocked(client: Client) -> str:
    """Return what the runtime knows of a client."""
    streams = {name: route for name, route in client.routes.items() if route.snapshot is None}
    states = {name: route for name, route in client.routes.items() if route.snapshot is not None}
    lines = [
        f"client: {client.name}Client",
        f"contract: {quoted(client.endpoint.contract)}",
        f"streams: {_wires(streams)}",
        f"states: {_wires(states)}",
        f"commands: {_wires(client.commands)}",
    ]
    body = "".join(f"\n{line}," for line in lines)
    return f"\n{{{indented(body)}\n}},"


def _wires(members: Mapping[str, Subscribed | Asked]) -> str:
    pairs = ", ".join(f"{name}: {quoted(item.wire)}" for name, item in members.items())
    return f"{{ {pairs} }}" if pairs else "{}"
