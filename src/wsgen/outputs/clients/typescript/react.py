"""Render `react.ts`: a hook for each route."""

from collections import Counter
from collections.abc import Iterator, Sequence

from wsgen.outputs.clients.typescript.api import Subscribed
from wsgen.outputs.clients.typescript.identifiers import pascal_case
from wsgen.outputs.clients.typescript.literals import quoted
from wsgen.outputs.clients.typescript.members import Client
from wsgen.outputs.clients.typescript.schemas import Schemas
from wsgen.outputs.clients.typescript.signatures import comment_on, import_of_types, route_types
from wsgen.outputs.clients.typescript.statements import statement

_TAKEN = frozenset({"useConnection", "useRoute"})
_RUNTIME = '"./runtime-react.js"'
_SHARED = "useConnection, type Followed, type FollowOptions"


def render_react(head: str, clients: Sequence[Client], schemas: Schemas) -> str:
    """Return the text of `react.ts`, which imports `index.ts`."""
    named = list(_named(clients))
    signatures = [_signature(*item, schemas) for item in named]
    statements = ['"use client"\n']
    if named:
        classes = ", ".join(dict.fromkeys(f"{client.name}Client" for _, client, _, _ in named))
        statements += [
            f"import {{ useRoute, type Followed, type FollowOptions }} from {_RUNTIME}\n",
            f'import type {{ {classes} }} from "./index.js"\n',
            *import_of_types(signatures),
        ]
    statements.append(f"export {{ {_SHARED} }} from {_RUNTIME}\n")
    for (_, _, method, route), signature in zip(named, signatures, strict=True):
        request = "request" if route.request is not None else "{}"
        call = f"useRoute(client, {quoted(method)}, {request}, options)"
        statements.append(f"{comment_on(route)}{signature} {{\n  return {call};\n}}\n")
    return head + "".join(map(statement, statements))


def _named(clients: Sequence[Client]) -> Iterator[tuple[str, Client, str, Subscribed]]:
    """Yield each route with the name of its hook, which begins with that of its client where others are alike."""
    times = Counter(f"use{pascal_case(method)}" for client in clients for method in client.routes)
    taken = set(_TAKEN)
    for client in clients:
        for method, route in client.routes.items():
            name = f"use{pascal_case(method)}"
            if times[name] > 1 or name in _TAKEN:
                name = f"use{client.name}{pascal_case(method)}"
            while name in taken:
                name += "_"
            taken.add(name)
            yield name, client, method, route


def _signature(name: str, client: Client, _: str, route: Subscribed, schemas: Schemas) -> str:
    """Return the head of a hook."""
    types = route_types(client, route, schemas)
    request = f"request: {types.request} | null | undefined, " if types.request else ""
    shown = types.data if types.snapshot is None else types.snapshot
    events = types.data if types.snapshot is None else f"{types.data}, {types.snapshot}"
    parameters = f"client: {client.name}Client | null | undefined, {request}options?: FollowOptions<{events}>"
    return f"export function {name}({parameters}): Followed<{shown}>"
