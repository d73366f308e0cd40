"""Convert JSON Schemas, of draft 07 or 2020-12, to types of TypeScript.

A schema that a reference names becomes a type with a name of its own. A part that TypeScript cannot
express is left out and reported, and the type takes more values than the schema.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from wsgen.outputs.clients.contract import Json, Owner, Problem, Route
from wsgen.outputs.clients.typescript.expressions import (
    NEVER,
    NULL,
    UNKNOWN,
    Type,
    array,
    intersection,
    tuple_of,
    union,
)
from wsgen.outputs.clients.typescript.identifiers import TypeNames
from wsgen.outputs.clients.typescript.literals import literal
from wsgen.outputs.clients.typescript.messages import Slot
from wsgen.outputs.clients.typescript.named_enumerations import (
    named_enumerations,
    own_keywords,
    titled,
)
from wsgen.outputs.clients.typescript.named_types import Declared, circular
from wsgen.outputs.clients.typescript.objects import has_members, object_type
from wsgen.outputs.clients.typescript.references import resolved, route_of, value_at

_DEEPEST = 40
_MOST = 1000
"""Problems that are told; nobody reads more."""
_SIMPLE = {
    "string": Type("string"),
    "number": Type("number"),
    "integer": Type("number"),
    "boolean": Type("boolean"),
    "null": NULL,
}
_INEXPRESSIBLE = ("not", "if", "dependentSchemas", "dependencies", "$dynamicRef", "$recursiveRef")
_SCHEMAS = ("components", "schemas")


class Schemas:
    """Converts the schemas of one document; collects the named types, and what cannot be expressed.

    With `open_enums`, an enumeration takes other values too.
    """

    def __init__(self, document: Json, *, open_enums: bool = False) -> None:
        self.document = document
        self.open_enums = open_enums
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
            self._bare = set()
            kind = self._convert(schema, route, 0)
            found[name] = Declared(schema, kind, self._owner, route, frozenset(self._bare))
        for name in circular(found):
            self._owner = found[name].owner
            help_text = "Let the schema describe an object or a list."
            self._tell(found[name].route, f"`{name}` refers to itself and nothing else", help_text)
            found[name] = replace(found[name], type=UNKNOWN)
        return dict(sorted(found.items()))

    def _tell(self, route: Route, message: str, help_text: str) -> None:
        if len(self.problems) < _MOST:
            problem = Problem("WSG700", route, message, help_text, self._owner, warning=True)
            self.problems.append(problem)

    def type_of(self, schema: object, route: Route, depth: int = 0) -> Type:
        """Return the type of the values that `schema`, which is at `route`, accepts."""
        title = titled(schema) if isinstance(schema, dict) else None
        if title is None or title not in self._enumerations:
            return self._convert(schema, route, depth)
        if title not in self._declared:
            self._declared[title] = name = self.names.name(title, kept=False)
            self._waiting.append((route, name, self._owner))
        return Type(f"{self._prefix}{self._declared[title]}")

    def _convert(self, schema: object, route: Route, depth: int) -> Type:
        """Return the type of the values that `schema` accepts, written out."""
        if schema is False:
            return NEVER
        if not isinstance(schema, dict):
            if schema is not True:
                self._tell(route, "this is not a schema", "Write an object.")
            return UNKNOWN
        if depth > _DEEPEST:
            message = f"schemas are nested more than {_DEEPEST} levels deep"
            self._tell(route, message, "Move the inner ones to `components.schemas`.")
            return UNKNOWN
        parts = [*self._values(schema, route, depth)]
        for index, item in enumerate(_list(schema, "allOf")):
            parts.append(self.type_of(item, (*route, "allOf", index), depth + 1))
        choices = (keyword for keyword in ("anyOf", "oneOf") if keyword in schema)
        parts += [self._choice(schema, keyword, route, depth) for keyword in choices]
        for keyword in _INEXPRESSIBLE:
            if keyword in schema:
                message = f"`{keyword}` cannot be expressed in TypeScript"
                help_text = "The type takes more values than the schema; say it in the description."
                self._tell((*route, keyword), message, help_text)
        found = intersection(parts)
        return union([found, NULL]) if schema.get("nullable") is True else found

    def _values(self, schema: Json, route: Route, depth: int) -> list[Type]:
        """Return what the keywords but those that combine schemas say."""
        found = []
        if isinstance(schema.get("$ref"), str):
            found.append(self._reference(schema["$ref"], route))
        if "const" in schema or "enum" in schema:
            return [*found, self._enumeration(schema, route)]
        kinds = schema.get("type", [])
        kinds = kinds if isinstance(kinds, list) else [kinds]
        combined = found or any(key in schema for key in ("allOf", "anyOf", "oneOf"))
        if kinds == ["object"] and combined and not has_members(schema):
            return found  # the others say more
        if not kinds and has_members(schema):
            kinds = ["object"]
        if not kinds and ("items" in schema or "prefixItems" in schema):
            kinds = ["array"]
        if kinds:
            found.append(union([self._of_kind(kind, schema, route, depth) for kind in kinds]))
        return found

    def _of_kind(self, kind: object, schema: Json, route: Route, depth: int) -> Type:
        if kind == "object":
            return self._wrapped(lambda: object_type(self, schema, route, depth + 1))
        if kind == "array":
            return self._wrapped(lambda: self._array(schema, route, depth))
        if isinstance(kind, str) and kind in _SIMPLE:
            return _SIMPLE[kind]
        self._tell((*route, "type"), f"the type {kind!r:.100} does not exist", "Correct the type.")
        return UNKNOWN

    def _wrapped(self, convert: Callable[[], Type]) -> Type:
        """Convert what is inside of an object or a list, where a type may refer to itself."""
        before = set(self._bare)
        found = convert()
        self._bare = before
        return found

    def _reference(self, reference: str, route: Route) -> Type:
        target = route_of(reference)
        if target is None:
            message = f"`{reference:.100}` is not in this document"
            help_text = "Put the schema into `components.schemas`."
            self._tell((*route, "$ref"), message, help_text)
            return UNKNOWN
        if target not in self._routes:
            try:
                value_at(self.document, target)
            except LookupError:
                message = f"the reference `{reference:.100}` leads nowhere"
                self._tell((*route, "$ref"), message, "Correct the reference.")
                return UNKNOWN
            is_component = target[:2] == _SCHEMAS and len(target) == 3
            name = self.names.name(str(target[-1]), kept=is_component)
            self._routes[target] = name
            self._waiting.append((target, name, self._owner))
        name = self._routes[target]
        self._bare.add(name)
        return Type(f"{self._prefix}{name}")

    def _enumeration(self, schema: Json, route: Route) -> Type:
        keyword = "const" if "const" in schema else "enum"
        values = [schema["const"]] if keyword == "const" else _list(schema, "enum")
        found = []
        for value in values:
            text = literal(value)
            if text is None:
                message, help_text = "this value cannot be expressed in TypeScript", "Correct it."
                self._tell((*route, keyword), message, help_text)
                return UNKNOWN
            found.append(Type(text))
        if self.open_enums and keyword == "enum":
            if any(isinstance(value, str) for value in values):
                found.append(Type("(string & {})"))
            if any(
                isinstance(value, int | float) and not isinstance(value, bool) for value in values
            ):
                found.append(Type("(number & {})"))
        return union(found)

    def _choice(self, schema: Json, keyword: str, route: Route, depth: int) -> Type:
        tag = schema.get("discriminator")
        tag = tag.get("propertyName") if isinstance(tag, dict) else tag
        members = []
        for index, item in enumerate(_list(schema, keyword)):
            member = self.type_of(item, (*route, keyword, index), depth + 1)
            if isinstance(tag, str) and (said := self._tag_of(item, route, tag)):
                member = intersection([member, said])
            members.append(member)
        return union(members)

    def _tag_of(self, member: object, route: Route, tag: str) -> Type | None:
        """Return the type that requires the `tag` of a member of a union, which its schema may not require."""
        schema, _ = resolved(self.document, member, route)
        if not isinstance(schema, Mapping) or tag in _list(schema, "required"):
            return None
        properties = schema.get("properties")
        said = properties.get(tag) if isinstance(properties, dict) else None
        if not isinstance(said, dict) or not ("const" in said or "enum" in said):
            return None
        values = {key: said[key] for key in ("const", "enum") if key in said}
        return object_type(self, {"properties": {tag: values}, "required": [tag]}, route, 1)

    def _array(self, schema: Json, route: Route, depth: int) -> Type:
        key = "prefixItems" if "prefixItems" in schema else "items"
        first = schema.get(key)
        if schema.get("maxItems") == 0:
            return Type("[]")
        if not isinstance(first, list):
            item = schema.get("items", True)
            return array(self.type_of(item, (*route, "items"), depth + 1))
        items = [self.type_of(it, (*route, key, i), depth + 1) for i, it in enumerate(first)]
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        other = "items" if key == "prefixItems" else "additionalItems"
        more = schema.get(other, True)
        closed = more is False or (isinstance(most, int) and most <= len(items))
        rest = None if closed else self.type_of(more, (*route, other), depth + 1)
        return tuple_of(items, least if isinstance(least, int) else 0, rest)


def _list(schema: Mapping[str, object], key: str) -> list[object]:
    value = schema.get(key)
    return value if isinstance(value, list) else []
