"""Convert JSON Schemas, of draft 07 or 2020-12, to types of TypeScript.

A schema that a reference names becomes a type with a name of its own. A part that TypeScript cannot
express is left out and reported, and the type takes more values than the schema.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wsgen.outputs.clients.contract import Json, Owner, Problem, Route
from wsgen.outputs.clients.typescript import expressions
from wsgen.outputs.clients.typescript.expressions import Type
from wsgen.outputs.clients.typescript.identifiers import TypeNames
from wsgen.outputs.clients.typescript.literals import literal
from wsgen.outputs.clients.typescript.messages import Slot
from wsgen.outputs.clients.typescript.named_enumerations import (
    named_enumerations,
    own_keywords,
    titled,
)
from wsgen.outputs.clients.typescript.named_types import Declared, circular
from wsgen.outputs.clients.typescript.objects import map_type, object_type
from wsgen.outputs.clients.typescript.references import value_at
from wsgen.outputs.clients.typescript.schema_walk import Property, SchemaWalk

_MOST = 1000
"""Problems that are told; nobody reads more."""
_SIMPLE = {
    "string": Type("string"),
    "number": Type("number"),
    "integer": Type("number"),
    "boolean": Type("boolean"),
    "null": expressions.NULL,
}
_SCHEMAS = ("components", "schemas")


class Schemas(SchemaWalk):
    """Converts the schemas of one document; collects the named types, and what cannot be expressed.

    With `open_enums`, an enumeration takes other values too.
    """

    unknown = expressions.UNKNOWN
    never = expressions.NEVER
    null = expressions.NULL

    def __init__(self, document: Json, *, open_enums: bool = False) -> None:
        super().__init__(document, open_enums=open_enums)
        self.problems: list[Problem] = []
        components = document.get("components")
        listed = components.get("schemas") if isinstance(components, dict) else None
        schemas = listed if isinstance(listed, dict) else {}
        self.names = TypeNames(map(str, schemas))
        self._enumerations = named_enumerations(schemas)
        self._declared: dict[str, str] = {}  # the names of enumerations by their titles
        self._routes: dict[Route, str] = {}
        self._waiting: list[tuple[Route, str, Owner]] = []
        self._bare: set[str] = set()
        self._refers: set[str] = set()
        self._owner = Owner("", "", "")
        self._prefix = ""

    def slot(self, slot: Slot, owner: Owner, prefix: str) -> Type:
        """Return the type of a `slot`, which belongs to `owner`; the names in it begin with `prefix`."""
        self._owner, self._prefix = owner, prefix
        found = self.type_of(slot.schema, slot.route)
        self._prefix = ""
        return found

    def declared(self) -> dict[str, Declared]:
        """Convert all schemas that were referred to, and those that they refer to; return them by name."""
        found: dict[str, Declared] = {}
        while self._waiting:
            route, name, self._owner = self._waiting.pop()
            schema = value_at(self.document, route)
            if name in self._declared.values() and isinstance(schema, dict):
                schema = own_keywords(schema)
            self._bare, self._refers = set(), set()
            kind = self.convert(schema, route, 0)
            names = (frozenset(self._bare), frozenset(self._refers))
            found[name] = Declared(schema, kind, self._owner, route, *names)
        for name in circular(found):
            self._owner = found[name].owner
            help_text = "Let the schema describe an object or a list."
            self.tell(found[name].route, f"`{name}` refers to itself and nothing else", help_text)
            found[name] = replace(found[name], type=self.unknown)
        return dict(sorted(found.items()))

    def tell(self, route: Route, message: str, help_text: str) -> None:
        """Take down what is wrong at `route`, or cannot be expressed."""
        if len(self.problems) < _MOST:
            problem = Problem("WSG700", route, message, help_text, self._owner, warning=True)
            self.problems.append(problem)

    def enumeration(self, schema: Json, route: Route) -> Type | None:
        """Return the name of an enumeration that has one, by its title."""
        title = titled(schema)
        if title is None or title not in self._enumerations:
            return None
        if title not in self._declared:
            self._declared[title] = name = self.names.name(title, kept=False)
            self._waiting.append((route, name, self._owner))
        self._refers.add(self._declared[title])
        return Type(f"{self._prefix}{self._declared[title]}")

    def name_of(self, target: Route) -> str:
        """Return the name of the type of the schema at `target`, which something refers to."""
        return self._routes[target]

    def name_of_enumeration(self, schema: Json) -> str | None:
        """Return the name of the type of an enumeration, None if it has none."""
        title = titled(schema)
        return None if title is None else self._declared.get(title)

    def reference(self, target: Route) -> Type:
        """Return the name of the type of the schema at `target`, which exists."""
        if target not in self._routes:
            is_component = target[:2] == _SCHEMAS and len(target) == 3
            name = self.names.name(str(target[-1]), kept=is_component)
            self._routes[target] = name
            self._waiting.append((target, name, self._owner))
        name = self._routes[target]
        self._bare.add(name)
        self._refers.add(name)
        return Type(f"{self._prefix}{name}")

    def object_type(self, schema: Json, route: Route, depth: int) -> Type:
        """Return the type of the objects that `schema` accepts, in which a type may refer to itself."""
        before = set(self._bare)
        found = super().object_type(schema, route, depth)
        self._bare = before
        return found

    def array_type(self, schema: Json, route: Route, depth: int) -> Type:
        """Return the type of the lists that `schema` accepts, in which a type may refer to itself."""
        before = set(self._bare)
        found = super().array_type(schema, route, depth)
        self._bare = before
        return found

    def simple(self, kind: str) -> Type | None:
        """Return the type of a `kind` of values, None if the kind is unknown."""
        return _SIMPLE.get(kind)

    def literals(self, values: Sequence[object], *, is_open: bool) -> Type | None:
        """Return the type of certain values, None if one of them cannot be written."""
        texts = [literal(value) for value in values]
        found = [Type(text) for text in texts if text is not None]
        if len(found) < len(texts):
            return None
        if is_open and any(isinstance(value, str) for value in values):
            found.append(Type("(string & {})"))
        if is_open and any(is_number(value) for value in values):
            found.append(Type("(number & {})"))
        return self.union(found)

    def array(self, item: Type) -> Type:
        """Return the type of lists of `item`."""
        return expressions.array(item)

    def tuple_of(self, items: Sequence[Type], needed: int, rest: Type | None) -> Type:
        """Return the type of lists that begin with `items`, at least `needed` of them."""
        return expressions.tuple_of(items, needed, rest)

    def object_of(self, properties: Sequence[Property], others: Sequence[Type]) -> Type:
        """Return the type of objects with `properties`."""
        return object_type(properties, others)

    def map_of(self, keys: Type | None, value: Type) -> Type:
        """Return the type of objects without known properties."""
        return map_type(keys, value)

    def union(self, members: Iterable[Type]) -> Type:
        """Return the type of what any of `members` accepts."""
        return expressions.union(members)

    def intersection(self, parts: Iterable[Type]) -> Type:
        """Return the type of what all of `parts` accept."""
        return expressions.intersection(parts)


def is_number(value: object) -> bool:
    """Return whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
