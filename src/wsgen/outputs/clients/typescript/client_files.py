"""Render all files of the TypeScript client from an AsyncAPI document."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from wsgen.files import read_text
from wsgen.manifest import digest
from wsgen.outputs.clients.contract import (
    ClientOptions,
    Json,
    NamedType,
    Problem,
    RenderedClient,
)
from wsgen.outputs.clients.typescript.api import read_endpoints
from wsgen.outputs.clients.typescript.index import render_index
from wsgen.outputs.clients.typescript.literals import quoted
from wsgen.outputs.clients.typescript.members import Client, clients_of
from wsgen.outputs.clients.typescript.mock import render_mock
from wsgen.outputs.clients.typescript.package import render_package
from wsgen.outputs.clients.typescript.react import render_react
from wsgen.outputs.clients.typescript.schemas import Schemas
from wsgen.outputs.clients.typescript.statements import header, named_type, statement
from wsgen.outputs.clients.typescript.zod import render_zod

Extra = Callable[[str, Sequence[Client], Schemas], str]
"""Renders a file that imports `index.ts`, below the first lines of all files."""

_PARTS = ("runtime", "runtime-react", "runtime-mock")
_RUNTIME = Path(__file__).with_name("runtime")


def render_typescript(document: Json, options: ClientOptions) -> RenderedClient:
    """Render `types.d.ts`, `index.ts` and, unless a package has it, the runtime."""
    endpoints = read_endpoints(document)
    if not endpoints:
        return RenderedClient({}, (_nothing(),), {})
    clients, problems = clients_of(endpoints)
    if problems:
        return RenderedClient({}, tuple(problems), {})
    schemas = Schemas(document, open_enums=options.open_enums)
    head = header(options.title)
    index = render_index(head, clients, schemas, options.runtime or "./runtime.js")
    extras = {name: render(head, clients, schemas) for name, render in _extras(options)}
    declared = schemas.declared()
    named = {
        name: NamedType(named_type(name, item), digest_of(item.schema), item.owner)
        for name, item in declared.items()
    }
    runtime = {} if options.runtime and not extras else runtime_files()
    if runtime is None:
        return RenderedClient({}, (_incomplete(),), {})
    types = head + "".join(statement(f"{kind.text}\n") for kind in named.values())
    files = {
        **_chosen(runtime, extras, options.runtime),
        "types.d.ts": f"{types}{statement('export {}')}\n",
        "index.ts": index,
    }
    files |= {f"{name}.ts": text for name, text in extras.items()}
    if options.zod:
        files["schemas.ts"] = render_zod(head, declared, schemas)
    if options.package is not None:
        files |= render_package(document, options, [*extras, *(["schemas"] * options.zod)])
    return RenderedClient(files, tuple(dict.fromkeys(schemas.problems)), named)


def digest_of(schema: object) -> str:
    """Return the digest of a schema, whatever the order of its keys."""
    return digest(json.dumps(schema, sort_keys=True, default=str).encode())


def _extras(options: ClientOptions) -> Iterator[tuple[str, Extra]]:
    """Yield the name and the rendering of each file that is asked for besides the client."""
    if options.react:
        yield "react", render_react
    if options.mock:
        yield "mock", render_mock


def runtime_files() -> dict[str, str] | None:
    """Return the texts of all parts of the runtime, None if this installation does not have them."""
    names = [f"{part}{ending}" for part in _PARTS for ending in (".js", ".d.ts")]
    try:
        return {name: read_text(_RUNTIME / name) for name in names}
    except OSError:
        return None


def _chosen(texts: Mapping[str, str], extras: Iterable[str], package: str | None) -> dict[str, str]:
    """Return the parts of the runtime that `extras` need; a `package` has the runtime itself, and its types."""
    parts = [*([] if package else ["runtime"]), *(f"runtime-{name}" for name in extras)]
    chosen = {name: text for name, text in texts.items() if name.partition(".")[0] in parts}
    if package is None:
        return chosen
    own, other = 'from "./runtime.js"', f"from {quoted(package)}"
    return {name: text.replace(own, other) for name, text in chosen.items()}


def _incomplete() -> Problem:
    message = "this installation of wsgen does not have the runtime of TypeScript clients"
    help_text = "Install wsgen again; in its repository, run `make client`."
    return Problem("WSG704", (), message, help_text)


def _nothing() -> Problem:
    message = "the document describes no route and no command of wsgen's protocol"
    help_text = "Name a document that `wsgen asyncapi export` writes, or that an app serves."
    return Problem("WSG702", ("channels",), message, help_text)
