"""Walk through a JSON Schema, of draft 07 or 2020-12, and write an expression for the values that it accepts.

Subclasses decide whether the expressions are types or zod schemas.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from wsgen.outputs.clients.contract import Json, Route
from wsgen.outputs.clients.typescript.expressions import Type
from wsgen.outputs.clients.typescript.references import resolved, route_of, value_at

_DEEPEST = 40
_INEXPRESSIBLE = ("not", "if", "dependentSchemas", "dependencies", "$dynamicRef", "$recursiveRef")
_MEMBERS = ("properties", "additionalProperties", "patternProperties", "propertyNames", "required")


class Property(NamedTuple):
    """A property of an object: its name, expression and schema."""

    name: str
    type: Type
    required: bool
    schema: object


class Option(NamedTuple):
    """A member of a union: its expression and schema. `tagged` requires its tag if its schema does not."""

    type: Type
    schema: object
    tagged: Type | None


class SchemaWalk(ABC):
    """Goes through the schemas of one document. With `open_enums`, an enumeration takes other values too."""

    unknown: Type
    never: Type
    null: Type

    def __init__(self, document: Json, *, open_enums: bool) -> None:
        self.document = document
        self.open_enums = open_enums

    @abstractmethod
    def tell(self, route: Route, message: str, help_text: str) -> None:
        """Take down what is wrong at `route`, or cannot be expressed."""

    @abstractmethod
    def enumeration(self, schema: Json, route: Route) -> Type | None:
        """Return the expression of an enumeration that has a name of its own, None if it has none."""

    @abstractmethod
    def reference(self, target: Route) -> Type:
        """Return the expression of the schema at `target`, which exists."""

    @abstractmethod
    def simple(self, kind: str) -> Type | None:
        """Return the expression of a string, number, integer, boolean or null; None for another `kind`."""

    @abstractmethod
    def literals(self, values: Sequence[object], *, is_open: bool) -> Type | None:
        """Return the expression of certain values, and others if it is open; None if one cannot be written."""

    @abstractmethod
    def array(self, item: Type) -> Type:
        """Return the expression of lists."""

    @abstractmethod
    def tuple_of(self, items: Sequence[Type], needed: int, rest: Type | None) -> Type:
        """Return the expression of lists that begin with `items`, at least `needed` of them."""

    @abstractmethod
    def object_of(self, properties: Sequence[Property], others: Sequence[Type]) -> Type:
        """Return the expression of objects with `properties`; `others` are what further ones may be."""

    @abstractmethod
    def map_of(self, keys: Type | None, value: Type) -> Type:
        """Return the expression of objects without known properties, whose names are `keys` if that is known."""

    @abstractmethod
    def union(self, members: Iterable[Type]) -> Type:
        """Return the expression of what any of `members` accepts."""

    @abstractmethod
    def intersection(self, parts: Iterable[Type]) -> Type:
        """Return the expression of what all of `parts` accept."""

    def type_of(self, schema: object, route: Route, depth: int = 0) -> Type:
        """Return the expression of the values that `schema`, which is at `route`, accepts."""
        found = self.enumeration(schema, route) if isinstance(schema, dict) else None
        return self.convert(schema, route, depth) if found is None else found

    def convert(self, schema: object, route: Route, depth: int) -> Type:
        """Return the expression of the values that `schema` accepts, written out."""
        if schema is False:
            return self.never
        if not isinstance(schema, dict):
            if schema is not True:
                self.tell(route, "this is not a schema", "Write an object.")
            return self.unknown
        if depth > _DEEPEST:
            message = f"schemas are nested more than {_DEEPEST} levels deep"
            self.tell(route, message, "Move the inner ones to `components.schemas`.")
            return self.unknown
        parts = [*self._values(schema, route, depth)]
        for index, item in enumerate(listed(schema, "allOf")):
            parts.append(self.type_of(item, (*route, "allOf", index), depth + 1))
        choices = (keyword for keyword in ("anyOf", "oneOf") if keyword in schema)
        parts += [self._choice(schema, keyword, route, depth) for keyword in choices]
        for keyword in _INEXPRESSIBLE:
            if keyword in schema:
                message = f"`{keyword}` cannot be expressed in TypeScript"
                help_text = "The type takes more values than the schema; say it in the description."
                self.tell((*route, keyword), message, help_text)
        found = self.intersection(parts)
        return self.union([found, self.null]) if schema.get("nullable") is True else found

    def _values(self, schema: Json, route: Route, depth: int) -> list[Type]:
        """Return what the keywords but those that combine schemas say."""
        found = []
        if isinstance(schema.get("$ref"), str):
            found.append(self._referred(schema["$ref"], route))
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
            found.append(self.union([self.of_kind(kind, schema, route, depth) for kind in kinds]))
        return found

    def of_kind(self, kind: object, schema: Json, route: Route, depth: int) -> Type:
        """Return the expression of the values of a `kind` that `schema` accepts."""
        if kind == "object":
            return self.object_type(schema, route, depth + 1)
        if kind == "array":
            return self.array_type(schema, route, depth)
        found = self.simple(kind) if isinstance(kind, str) else None
        if found is None:
            message = f"the type {kind!r:.100} does not exist"
            self.tell((*route, "type"), message, "Correct the type.")
        return self.unknown if found is None else found

    def _referred(self, reference: str, route: Route) -> Type:
        target = route_of(reference)
        if target is None:
            message = f"`{reference:.100}` is not in this document"
            help_text = "Put the schema into `components.schemas`."
            self.tell((*route, "$ref"), message, help_text)
            return self.unknown
        try:
            value_at(self.document, target)
        except LookupError:
            message = f"the reference `{reference:.100}` leads nowhere"
            self.tell((*route, "$ref"), message, "Correct the reference.")
            return self.unknown
        return self.reference(target)

    def _enumeration(self, schema: Json, route: Route) -> Type:
        keyword = "const" if "const" in schema else "enum"
        values = [schema["const"]] if keyword == "const" else listed(schema, "enum")
        found = self.literals(values, is_open=self.open_enums and keyword == "enum")
        if found is None:
            message = "this value cannot be expressed in TypeScript"
            self.tell((*route, keyword), message, "Correct it.")
        return self.unknown if found is None else found

    def _choice(self, schema: Json, keyword: str, route: Route, depth: int) -> Type:
        tag = schema.get("discriminator")
        tag = tag.get("propertyName") if isinstance(tag, dict) else tag
        tag = tag if isinstance(tag, str) else None
        options = []
        for index, item in enumerate(listed(schema, keyword)):
            member = self.type_of(item, (*route, keyword, index), depth + 1)
            tagged = None if tag is None else self._tagged(item, route, tag)
            options.append(Option(member, item, tagged))
        return self.choice(options, tag)

    def choice(self, options: Sequence[Option], tag: str | None) -> Type:  # noqa: ARG002 - subclasses use it
        """Return the expression of a union, whose members `tag` may tell apart."""
        return self.union(
            self.intersection([option.type, option.tagged]) if option.tagged else option.type
            for option in options
        )

    def _tagged(self, member: object, route: Route, tag: str) -> Type | None:
        """Return an object that requires the `tag` of a member of a union, which its schema may not require."""
        schema, _ = resolved(self.document, member, route)
        if not isinstance(schema, Mapping) or tag in listed(schema, "required"):
            return None
        properties = schema.get("properties")
        said = properties.get(tag) if isinstance(properties, dict) else None
        if not isinstance(said, dict) or not ("const" in said or "enum" in said):
            return None
        values = {key: said[key] for key in ("const", "enum") if key in said}
        return self.object_type({"properties": {tag: values}, "required": [tag]}, route, 1)

    def array_type(self, schema: Json, route: Route, depth: int) -> Type:
        """Return the expression of the lists that `schema` accepts."""
        key = "prefixItems" if "prefixItems" in schema else "items"
        first = schema.get(key)
        if schema.get("maxItems") == 0:
            return self.tuple_of([], 0, None)
        if not isinstance(first, list):
            item = schema.get("items", True)
            return self.array(self.type_of(item, (*route, "items"), depth + 1))
        items = [self.type_of(it, (*route, key, i), depth + 1) for i, it in enumerate(first)]
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        other = "items" if key == "prefixItems" else "additionalItems"
        more = schema.get(other, True)
        closed = more is False or (isinstance(most, int) and most <= len(items))
        rest = None if closed else self.type_of(more, (*route, other), depth + 1)
        return self.tuple_of(items, least if isinstance(least, int) else 0, rest)

    def object_type(self, schema: Json, route: Route, depth: int) -> Type:
        """Return the expression of the objects that `schema` accepts."""
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = {name: True for name in listed(schema, "required") if isinstance(name, str)}
        found = [
            Property(
                str(name),
                self.type_of(item, (*route, "properties", name), depth),
                name in required,
                item,
            )
            for name, item in properties.items()
        ]
        found += [
            Property(name, self.unknown, required=True, schema=True)
            for name in required
            if name not in properties
        ]
        others = list(self._others(schema, route, depth))
        if found:
            return self.object_of(found, others)
        return self._map(schema, others, route, depth)

    def _others(self, schema: Json, route: Route, depth: int) -> Iterator[Type]:
        """Yield the expressions of the properties that are not named."""
        patterns = schema.get("patternProperties")
        for pattern, item in patterns.items() if isinstance(patterns, dict) else ():
            yield self.type_of(item, (*route, "patternProperties", pattern), depth)
        more = schema.get("additionalProperties")
        if more is not None and more is not False:
            yield self.type_of(more, (*route, "additionalProperties"), depth)

    def _map(self, schema: Json, others: list[Type], route: Route, depth: int) -> Type:
        """Return the expression of an object of which no property is named."""
        names = schema.get("propertyNames")
        if not others:
            is_closed = "properties" in schema or schema.get("maxProperties") == 0
            is_closed = is_closed or schema.get("additionalProperties") is False
            others = [self.never if is_closed and names is None else self.unknown]
        keys = None
        if names is not None and not self.open_enums and self._is_enumeration(names, route):
            keys = self.type_of(names, (*route, "propertyNames"), depth)
        return self.map_of(keys, self.union(others))

    def _is_enumeration(self, names: object, route: Route) -> bool:
        """Return whether the keys of an object are certain texts."""
        found, _ = resolved(self.document, names, route)
        if not isinstance(found, dict):
            return False
        values = [found["const"]] if "const" in found else found.get("enum")
        return isinstance(values, list) and all(isinstance(value, str) for value in values)


def has_members(schema: Json) -> bool:
    """Return whether `schema` says anything of the properties of an object."""
    return any(key in schema for key in _MEMBERS)


def listed(schema: Mapping[str, object], key: str) -> list[object]:
    """Return the list at `key`, empty if there is none."""
    value = schema.get(key)
    return value if isinstance(value, list) else []
