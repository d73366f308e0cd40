"""`ws.yaml` -> declarations: a walk over the nodes that reports all that is wrong in one go."""

from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.load.declaration import FileDeclaration, RouterDeclaration
from wsgen.load.naming import (
    check_class_name,
    check_description,
    check_endpoint,
    check_models,
    check_module,
    check_route,
    check_summary,
)
from wsgen.load.sourcetext import SourceText, UnreadableError, decode_utf8
from wsgen.load.types.grammar import TypeNode
from wsgen.load.types.rules import data_type, request_type
from wsgen.load.yaml.compose import compose
from wsgen.load.yaml.example_values import read_examples
from wsgen.load.yaml.fields import Entry, FieldReader, misspelt
from wsgen.load.yaml.nodes import Mapping, Node, Scalar, Sequence
from wsgen.model import Delivery, Overflow, TypeRef

MODULE_KEYS = (
    "version",
    "module",
    "description",
    "models",
    "endpoint",
    "tags",
    "security",
    "routers",
)
ROUTER_KEYS = (
    "route",
    "request",
    "data",
    "summary",
    "description",
    "tags",
    "deprecated",
    "delivery",
    "security",
    "examples",
)
DELIVERY_KEYS = ("queue", "overflow")
MAX_QUEUE = 65_536

_EXAMPLE = "Start it with `version: 1` and `routers:`; `wsgen init` writes a first one."
_OVERFLOW = {overflow.value: overflow for overflow in Overflow}


def walk_yaml(
    path: Path, data: bytes, models: str | None, found: list[Diagnostic]
) -> FileDeclaration:
    """Return what the `ws.yaml` at `path` with the bytes `data` declares.

    `models` is where bare type names come from unless the file says so itself. Findings are appended to
    `found`; where they are errors, the declaration is not to be used.
    """
    try:
        source = SourceText(path, decode_utf8(path, data))
        root = compose(source, found)
    except UnreadableError as error:
        found.extend(error.diagnostics)
        return FileDeclaration()
    reader = FieldReader(source, found)
    if root is None or (isinstance(root, Scalar) and root.kind == "null"):
        place = source.span(0, 0)
        found.append(Diagnostic("WSG105", f"{path.name} is empty", place, help=_EXAMPLE))
        return FileDeclaration()
    if not isinstance(root, Mapping):
        reader.wrong_type(root, path.name, "a mapping", _EXAMPLE)
        return FileDeclaration()
    return _Walk(reader, models).module(root)


class _Walk:
    """Reads the levels of one file: module, routers, delivery."""

    def __init__(self, reader: FieldReader, models: str | None) -> None:
        self.reader = reader
        self.models = models
        self.named: list[tuple[TypeNode, bool]] = []

    def module(self, root: Mapping) -> FileDeclaration:
        reader = self.reader
        entries = reader.entries(root, "ws.yaml", MODULE_KEYS)
        self.version(root, entries)
        if "models" in entries:
            # A wrong `models` is one finding, not one more for each bare name.
            self.models = reader.text(entries["models"], check_models) or "models"
        routers = self.routers(root, entries)
        fields = {
            "module": reader.text(entries.get("module"), check_module),
            "description": reader.text(entries.get("description"), check_description),
            "endpoint": reader.text(entries.get("endpoint"), check_endpoint),
            "tags": reader.tags(entries.get("tags")),
            "security": reader.security(entries.get("security")),
            "models": self.models if "models" in entries else None,
        }
        return FileDeclaration(
            routers=routers,
            fields={key: value for key, value in fields.items() if value is not None},
            spans=self.places(entries),
            named=tuple(self.named),
        )

    def version(self, root: Mapping, entries: dict[str, Entry]) -> None:
        if (entry := entries.get("version")) is None:
            if not misspelt("version", entries, MODULE_KEYS):
                self.missing(root, "version", "ws.yaml", "Write `version: 1` as the first line.")
            return
        version = self.reader.integer(entry, 1)
        if version is not None and version != 1:
            message = f"version {version} of ws.yaml is not supported"
            advice = "Write `version: 1`, or update wsgen."
            self.reader.fail("WSG115", entry.value, message, advice)

    def routers(self, root: Mapping, entries: dict[str, Entry]) -> tuple[RouterDeclaration, ...]:
        if (entry := entries.get("routers")) is None:
            advice = "Add `routers:` with one class a route; `routers: {}` if there are none here."
            if not misspelt("routers", entries, MODULE_KEYS):
                self.missing(root, "routers", "ws.yaml", advice)
            return ()
        if isinstance(entry.value, Scalar) and entry.value.kind == "null":
            advice = "Indent the routers below it, or write `routers: {}`."
            self.reader.fail("WSG113", entry.key, "`routers` has no value", advice)
            return ()
        declared = self.reader.entries(entry.value, "`routers`", None)
        return tuple(self.router(each) for each in declared.values())

    def router(self, entry: Entry) -> RouterDeclaration:
        reader, name = self.reader, entry.key.text
        if problem := check_class_name(name):
            reader.fail(problem[0], entry.key, problem[1], problem[2])
        if isinstance(entry.value, Mapping):
            fields = reader.entries(entry.value, f"router `{name}`", ROUTER_KEYS)
            for key, example in (("request", "BarRequest"), ("data", "Bar")):
                if key not in fields and not misspelt(key, fields, ROUTER_KEYS):
                    advice = f"Add `{key}:` with a type, as in `{key}: {example}`."
                    self.missing(entry.key, key, f"router `{name}`", advice)
        else:
            fields = {}
            advice = "Give it `request:` and `data:`, indented below it."
            reader.wrong_type(entry.value, f"router `{name}`", "a mapping", advice)
        examples, places = read_examples(reader, fields.get("examples"))
        given = {
            "request": reader.type(fields.get("request"), self.models, self.request_type),
            "data": reader.type(fields.get("data"), self.models, self.data_type),
            "route": reader.text(fields.get("route"), check_route),
            "tags": reader.tags(fields.get("tags")),
            "summary": reader.text(fields.get("summary"), check_summary),
            "description": reader.text(fields.get("description"), check_description),
            "deprecated": reader.boolean(fields.get("deprecated")),
            "delivery": self.delivery(fields.get("delivery")),
            "security": reader.security(fields.get("security")),
            "examples": examples,
        }
        return RouterDeclaration(
            class_name=name,
            span=reader.span(entry.key),
            fields={key: value for key, value in given.items() if value is not None},
            spans=self.places(fields) | places,
        )

    def request_type(self, node: TypeNode) -> TypeRef:
        ref = request_type(node)
        self.named.append((node, True))
        return ref

    def data_type(self, node: TypeNode) -> TypeRef:
        ref = data_type(node)
        self.named.append((node, False))
        return ref

    def delivery(self, entry: Entry | None) -> Delivery:
        if entry is None:
            return Delivery()
        reader = self.reader
        fields = reader.entries(entry.value, "`delivery`", DELIVERY_KEYS)
        given: dict[str, int | Overflow] = {}
        if "queue" in fields and (queue := reader.integer(fields["queue"], 256)) is not None:
            if 1 <= queue <= MAX_QUEUE:
                given["queue"] = queue
            else:
                message = f"a queue of {queue} updates"
                advice = f"Choose 1 to {MAX_QUEUE}; 256 is the default."
                reader.fail("WSG124", fields["queue"].value, message, advice)
        if (overflow := reader.choice(fields.get("overflow"), _OVERFLOW)) is not None:
            given["overflow"] = overflow
        return Delivery.model_validate(given)

    def missing(self, node: Node, key: str, where: str, advice: str) -> None:
        place = self.reader.span(node)
        if isinstance(node, Mapping):
            place = Span(place.path, place.line, place.column, place.line, place.column)
        message = f"`{key}` is missing in {where}"
        self.reader.found.append(Diagnostic("WSG112", message, place, help=advice))

    def places(self, entries: dict[str, Entry]) -> dict[str, Span]:
        found = {name: self.reader.span(entry.value) for name, entry in entries.items()}
        security = entries["security"].value if "security" in entries else None
        for item in security.items if isinstance(security, Sequence) else ():
            if isinstance(item, Scalar):
                found.setdefault(f"security.{item.text}", self.reader.span(item))
        return found
