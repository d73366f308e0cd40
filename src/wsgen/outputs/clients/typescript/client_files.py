"""Render all files of the TypeScript client from an AsyncAPI document."""

import json
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
from wsgen.outputs.clients.typescript.members import clients_of
from wsgen.outputs.clients.typescript.schemas import Schemas
from wsgen.outputs.clients.typescript.statements import header, named_type, statement

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
    named = {
        name: NamedType(named_type(name, item), digest_of(item.schema), item.owner)
        for name, item in schemas.declared().items()
    }
    runtime = {} if options.runtime else runtime_files()
    if runtime is None:
        return RenderedClient({}, (_incomplete(),), {})
    types = head + "".join(statement(f"{kind.text}\n") for kind in named.values())
    files = {**runtime, "types.d.ts": f"{types}{statement('export {}')}\n", "index.ts": index}
    return RenderedClient(files, tuple(schemas.problems), named)


def digest_of(schema: object) -> str:
    """Return the digest of a schema, whatever the order of its keys."""
    return digest(json.dumps(schema, sort_keys=True, default=str).encode())


def runtime_files() -> dict[str, str] | None:
    """Return the texts of the runtime that comes with wsgen, None if this installation does not have it."""
    try:
        return {name: read_text(_RUNTIME / name) for name in ("runtime.js", "runtime.d.ts")}
    except OSError:
        return None


def _incomplete() -> Problem:
    message = "this installation of wsgen does not have the runtime of TypeScript clients"
    help_text = "Install wsgen again; in its repository, run `make client`."
    return Problem("WSG704", (), message, help_text)


def _nothing() -> Problem:
    message = "the document describes no route and no command of wsgen's protocol"
    help_text = "Name a document that `wsgen asyncapi export` writes, or that an app serves."
    return Problem("WSG702", ("channels",), message, help_text)
