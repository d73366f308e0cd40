"""Render all files of the TypeScript client from an AsyncAPI document."""

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
        name: NamedType(named_type(name, item), item.owner)
        for name, item in schemas.declared().items()
    }
    types = head + "".join(statement(f"{kind.text}\n") for kind in named.values())
    files = {"types.d.ts": f"{types}{statement('export {};')}\n", "index.ts": index}
    return RenderedClient(files, tuple(schemas.problems), named)


def _nothing() -> Problem:
    message = "the document describes no route and no command of wsgen's protocol"
    help_text = "Name a document that `wsgen asyncapi export` writes, or that an app serves."
    return Problem("WSG702", ("channels",), message, help_text)
