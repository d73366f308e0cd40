"""Render `schemas.ts`: a schema of zod for each named type, with its name. No file of the client imports it."""

from collections.abc import Iterable, Iterator, Mapping

from wsgen.outputs.clients.typescript.literals import doc_comment
from wsgen.outputs.clients.typescript.named_types import Declared, in_order
from wsgen.outputs.clients.typescript.schemas import Schemas
from wsgen.outputs.clients.typescript.statements import statement
from wsgen.outputs.clients.typescript.zod_schemas import ZodSchemas, is_plain_object

_MOST_LEFT = 20
_HELPERS = {
    "Shape": """\
/** What the properties of an object are for zod. */
type Shape<T> = {
  [K in keyof T]-?: T extends Record<K, T[K]>
    ? z.ZodType<T[K], T[K]>
    : z.ZodExactOptional<z.ZodType<Required<T>[K], Required<T>[K]>>
}
""",
    "ObjectOf": "type ObjectOf<T> = z.ZodObject<Shape<T>, z.core.$strip>\n",
    "integer": """\
/** Any integer, also those above 2^53, which `z.int()` refuses. */
function integer(): z.ZodNumber {
  return z.number().multipleOf(1)
}
""",
    "maybe": """\
/** What may be missing. It may be undefined too, which JSON leaves out. */
function maybe<T extends z.ZodType>(schema: T): z.ZodExactOptional<T> {
  return z.optional(schema) as unknown as z.ZodExactOptional<T>
}
""",
    "atMost": """\
/** Limits a text as the server does: an emoji is one character. */
function atMost(maximum: number): z.core.CheckFn<string> {
  return ({ value, issues }) => {
    if (value.length <= maximum || [...value].length <= maximum) return
    issues.push({ code: "too_big", origin: "string", maximum, inclusive: true, input: value })
  }
}
""",
}
_TAKEN = frozenset({"z", "t", "arguments", "eval", "exports", "module", "require", *_HELPERS})
"""Names that this file, or the language, has for other values."""


def render_zod(head: str, declared: Mapping[str, Declared], types: Schemas) -> str:
    """Return the text of `schemas.ts`."""
    order = in_order(declared)
    names = _local_names(order)
    schemas = ZodSchemas(types, declared, names)
    written = [_schema(name, names[name], declared[name], schemas) for name in order]
    imports = ['import * as z from "zod"\n', 'import type * as t from "./types.d.ts"\n']
    helpers = [text for name, text in _HELPERS.items() if name in schemas.helpers]
    statements = [*(imports if order else []), *helpers, *written]
    return head + "".join(map(statement, [*statements, *_renamed(names)]))


def _schema(name: str, local: str, item: Declared, schemas: ZodSchemas) -> str:
    """Return the statement that declares the schema of the type `name`."""
    text = schemas.schema_of(name).text
    kind = f"z.ZodType<t.{name}, t.{name}>"
    if is_plain_object(item.schema):
        kind = f"ObjectOf<t.{name}>"
        schemas.helpers |= {"Shape", "ObjectOf"}
    elif text.startswith("z.enum([") and text.endswith("])") and ").and(" not in text:
        kind = f"z.ZodEnum<{{ [K in t.{name}]: K }}>"
    cast = f" as unknown as {kind}" if schemas.is_wider else ""
    # Formatters end a statement that is not exported with a semicolon.
    export, end = ("export ", "") if local == name else ("", ";")
    return f"{_comment(schemas.left)}{export}const {local}: {kind} = {text}{cast}{end}\n"


def _comment(left: Iterable[str]) -> str:
    listed = list(left)
    shown = [*listed[:_MOST_LEFT], *(["others"] if len(listed) > _MOST_LEFT else [])]
    return doc_comment([f"Left to the server: {', '.join(shown)}."] if shown else [])


def _local_names(names: Iterable[str]) -> dict[str, str]:
    """Return what the schema of each type is called in the file."""
    names = list(names)
    taken = {*names, *_TAKEN}
    found = {}
    for name in names:
        local = name
        while local in _TAKEN or (local != name and local in taken):
            local += "_"
        taken.add(local)
        found[name] = local
    return found


def _renamed(names: Mapping[str, str]) -> Iterator[str]:
    """Yield the statement that exports schemas by the names of their types, if they are called otherwise."""
    pairs = [f"{local} as {name}" for name, local in names.items() if local != name]
    if pairs or not names:
        yield f"export {{ {', '.join(pairs)} }}\n" if pairs else "export {}\n"
