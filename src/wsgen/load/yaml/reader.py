"""`ws.yaml` -> declarations: validate its values against the schema, then read the types that they name."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.load.class_names import check_file_name
from wsgen.load.declaration import CommandDeclaration, FileDeclaration, RouterDeclaration
from wsgen.load.schema import KeyStep, Schema, Steps, Violation, schema_at, violations
from wsgen.load.sentences import described, short
from wsgen.load.sourcetext import UnreadableError, decode_utf8
from wsgen.load.types.grammar import TypeNode, parse_type
from wsgen.load.types.rules import data_type, request_type
from wsgen.load.yaml.compose import compose
from wsgen.load.yaml.document import Document, Entry, written_as
from wsgen.load.yaml.fixes import fix_of
from wsgen.load.yaml.nodes import BROKEN, Mapping, Node, Scalar, Sequence
from wsgen.load.yaml.parser_errors import explain
from wsgen.model import TypeRef
from wsgen.names import nearest
from wsgen.syntax.text_ranges import SourceText

_CHECKS = {"request": request_type, "data": data_type}


def load_yaml(
    path: Path, data: bytes, models: str | None, found: list[Diagnostic]
) -> FileDeclaration:
    """Return what the `ws.yaml` at `path` with the bytes `data` declares.

    `models` is the package of bare type names unless the file names one. Diagnostics are appended to `found`;
    where one is an error, the declaration must not be used.
    """
    try:
        source = SourceText(path, decode_utf8(path, data))
        try:
            root = compose(source, found)
        except yaml.YAMLError as error:
            found.append(explain(source, error))
            return FileDeclaration()
    except UnreadableError as error:
        found.extend(error.diagnostics)
        return FileDeclaration()
    if root is None or (isinstance(root, Scalar) and root.kind == "null"):
        help_text = str(schema_at(())["allOf"][0]["x-wsgen-help"])
        place = source.span(0, 0)
        found.append(Diagnostic("WSG105", f"{path.name} is empty", place, help=help_text))
        return FileDeclaration()
    return _Reader(Document(source, root, found), models).module()


@dataclass(slots=True)
class _Reader:
    """Reads one document; `wrong` and `misnamed` are the paths of values and keys that the schema forbids.

    `spans` are the positions in the module or router that is read, by dotted keys.
    """

    document: Document
    models: str | None
    named: list[tuple[TypeNode, bool]] = field(default_factory=list)
    wrong: set[Steps] = field(default_factory=set)
    misnamed: set[Steps] = field(default_factory=set)
    spans: dict[str, Span] = field(default_factory=dict)

    def module(self) -> FileDeclaration:
        document, root = self.document, self.document.root
        for violation in violations(document.plain(root)):
            self.report(violation)
        if not isinstance(root, Mapping):
            return FileDeclaration()
        entries = document.entries(root)
        if "models" in entries:
            # If `models` is wrong, that is the only diagnostic: bare names are not reported as well.
            wrong = ("models",) in self.wrong
            self.models = "models" if wrong else str(document.plain(entries["models"].value))
        own = {key: entry for key, entry in entries.items() if key not in ("routers", "commands")}
        fields, spans = self.fields(own, schema_at(()), ()), self.spans
        routers = self.routers(entries["routers"].value) if "routers" in entries else ()
        commands = self.commands(entries["commands"].value) if "commands" in entries else ()
        if commands:
            spans["commands"] = document.span(entries["commands"].key)
        named = tuple(self.named)
        return FileDeclaration(routers, commands, fields, spans=spans, named=named)

    def report(self, violation: Violation) -> None:
        """Report a violation of the schema, unless another diagnostic covers it."""
        document, path = self.document, violation.path
        if violation.keyword == "required":
            if not self.is_misspelt(violation):
                self.fail(violation, document.owner(path), document.at(path))
            return
        if violation.keyword != "additionalProperties":
            if violation.field.get("x-wsgen-type") and violation.keyword != "type":
                return  # The parser of types reports it in more detail.
            names = self.misnamed if path and isinstance(path[-1], KeyStep) else self.wrong
            names.add(path)
        node = document.at(path)
        if isinstance(node, Scalar) and node.kind == BROKEN:
            return
        notes: tuple[Note, ...] = ()
        if violation.first is not None:
            first = document.at((*path[:-1], violation.first))
            notes = (Note("first here", document.span(first)),)
        place = document.owner(path) if violation.keyword == "maxItems" else node
        self.fail(violation, place, node, *notes)

    def fail(self, violation: Violation, place: Node, node: Node, *notes: Note) -> None:
        code, message, help_text = described(violation, written_as(node))
        fix = fix_of(violation, node, self.document.source)
        self.document.fail(code, place, message, help_text, *notes, fix=fix)

    def is_misspelt(self, violation: Violation) -> bool:
        """Return whether an unknown key is nearly the missing one, so that its own diagnostic is enough."""
        known, given = violation.field["properties"], violation.value
        unknown = [key for key in given if key not in known] if isinstance(given, dict) else []
        return any(nearest(key, known) == violation.missing for key in unknown)

    def routers(self, node: Node) -> tuple[RouterDeclaration, ...]:
        if not isinstance(node, Mapping):
            return ()
        schema = schema_at(("routers", ""))
        entries = self.document.entries(node).values()
        return tuple(self.router(key, value, schema) for key, value in entries)

    def router(self, key: Scalar, node: Node, schema: Schema) -> RouterDeclaration:
        name = key.text
        if ("routers", name) not in self.misnamed and (problem := check_file_name(name)):
            self.document.fail(problem.code, key, problem.message, problem.help)
        self.spans = {}
        entries = self.document.entries(node) if isinstance(node, Mapping) else {}
        fields = self.fields(entries, schema, ("routers", name))
        return RouterDeclaration(name, self.document.span(key), fields, self.spans)

    def commands(self, node: Node) -> tuple[CommandDeclaration, ...]:
        if not isinstance(node, Mapping):
            return ()
        schema = schema_at(("commands", ""))
        read = []
        for key, value in self.document.entries(node).values():
            self.spans = {}
            entries = self.document.entries(value) if isinstance(value, Mapping) else {}
            fields = self.fields(entries, schema, ("commands", key.text))
            span = self.document.span(key)
            read.append(CommandDeclaration(key.text, span, fields, self.spans))
        return tuple(read)

    def fields(
        self, entries: dict[str, Entry], schema: Schema, path: Steps, prefix: str = ""
    ) -> dict[str, object]:
        """Return the values of `entries` that the schema knows and that are right."""
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        read: dict[str, object] = {}
        for key, entry in entries.items():
            if field := known.get(key, others):
                value = self.value(entry.value, field, (*path, key), f"{prefix}{key}")
                if value is not None:
                    read[key] = value
        return read

    def value(self, node: Node, schema: Schema, path: Steps, name: str) -> object:
        """Return the value of `node` as the model expects it, None if it is wrong."""
        self.spans.setdefault(name, self.document.span(node))
        if path in self.wrong:
            return None
        kind = schema.get("x-wsgen-type")
        if kind == "json":
            return json.dumps(self.json(node, name), ensure_ascii=False)
        if kind is not None:
            return self.type(node, kind)
        if isinstance(node, Mapping):
            return self.fields(self.document.entries(node), schema, path, f"{name}.")
        if isinstance(node, Sequence):
            items = []
            for index, item in enumerate(node.items):
                where = f"{name}.{item.text if isinstance(item, Scalar) else index}"
                items.append(self.value(item, schema["items"], (*path, index), where))
            return [item for item in items if item is not None]
        return node.value

    def json(self, node: Node, name: str) -> object:
        """Return the JSON value of `node`, which has no schema."""
        self.spans[name] = self.document.span(node)
        if isinstance(node, Mapping):
            entries = self.document.entries(node).items()
            return {key: self.json(item.value, f"{name}.{key}") for key, item in entries}
        if isinstance(node, Sequence):
            items = enumerate(node.items)
            return [self.json(item, f"{name}.{index}") for index, item in items]
        if node.value is not node:
            return node.value
        if node.kind != BROKEN:
            shown = short(node.text, 40)
            help_text = f'Quote it if it is a text: "{shown.strip("`")}".'
            if node.kind in ("int", "float"):
                help_text += " Write a number as JSON does: 10, 0.5, 1e3."
            message = f"{shown} is not a JSON value: readers of YAML disagree about it"
            self.document.fail("WSG128", node, message, help_text)
        return None

    def type(self, node: Node, kind: str) -> TypeRef | None:
        """Return the type that the text of `node` names."""
        if not isinstance(node, Scalar):
            return None
        source = self.document.source
        inner = source.text.find(node.text, node.start, node.end)

        def at(start: int, end: int) -> Span:
            if inner < 0:  # it is escaped or folded
                return self.document.span(node)
            return source.span(inner + start, inner + end)

        try:
            tree = parse_type(node.text, self.models, at)
            ref = _CHECKS[kind](tree)
        except UnreadableError as error:
            self.document.found.extend(error.diagnostics)
            return None
        self.named.append((tree, kind == "request"))
        return ref
