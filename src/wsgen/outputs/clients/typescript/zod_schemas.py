"""Convert JSON Schemas to schemas of zod, which accept what the types do, and check more of it.

They never refuse what the server sends: what zod cannot express is left to the server, and taken down.
An object may have more properties than its schema names, since a newer server may send them.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from wsgen.outputs.clients.contract import Json, Route
from wsgen.outputs.clients.typescript.expressions import Type, indented
from wsgen.outputs.clients.typescript.literals import property_key, quoted
from wsgen.outputs.clients.typescript.named_types import Declared, circular
from wsgen.outputs.clients.typescript.references import route_of, value_at
from wsgen.outputs.clients.typescript.schema_walk import (
    Option,
    Property,
    SchemaWalk,
    has_members,
    listed,
)
from wsgen.outputs.clients.typescript.schemas import Schemas
from wsgen.outputs.clients.typescript.zod_limits import limits_of, pattern_of
from wsgen.outputs.clients.typescript.zod_literals import literals_of

_SIMPLE = {
    "string": "z.string()",
    "number": "z.number()",
    "integer": "integer()",
    "boolean": "z.boolean()",
    "null": "z.null()",
}
_LAZY = "z.lazy(() => "
_COMBINERS = ("$ref", "const", "enum", "allOf", "anyOf", "oneOf", "nullable")
_INHERITED = frozenset(
    {"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString"}
    | {"toString", "valueOf", "__defineGetter__", "__defineSetter__", "__lookupGetter__"}
    | {"__lookupSetter__"}
)
"""What zod finds in an object that does not have it."""


class ZodSchemas(SchemaWalk):
    """Converts the `declared` types in the order of writing; `names` are those of their schemas."""

    unknown = Type("z.unknown()")
    never = Type("z.never()")
    null = Type("z.null()")

    def __init__(
        self, types: Schemas, declared: Mapping[str, Declared], names: Mapping[str, str]
    ) -> None:
        super().__init__(types.document, open_enums=types.open_enums)
        self._types = types
        self._declared = declared
        self._circular = frozenset(circular(declared))
        self._names = names
        self._written: set[str] = set()
        self._start = 0
        self.left: dict[str, None] = {}
        """What is left to the server of the schema that was converted last."""
        self.is_wider = False
        """Whether that schema has another type than it should have, because zod could not express it."""
        self.helpers: set[str] = set()
        """The helpers that are used."""

    def schema_of(self, name: str) -> Type:
        """Return the schema of the type `name`; the names of those converted before may stand in it."""
        item = self._declared[name]
        self.left, self.is_wider, self._start = {}, False, len(item.route)
        found = self.unknown
        if name not in self._circular:
            found = self.convert(item.schema, item.route, 0)
        self._written.add(name)
        return _defined(found)

    def tell(self, route: Route, message: str, help_text: str) -> None:  # noqa: ARG002 - the types say it
        """Take down that the keyword at the end of `route` is left to the server."""
        self._leave(route[:-1], str(route[-1]))

    def _leave(self, route: Route, keyword: str) -> None:
        inner = route[self._start :]
        path = [
            str(key)
            for before, key in pairwise(inner)
            if before in ("properties", "patternProperties")
        ]
        where = f" of `{'.'.join(path)}`" if path else ""
        self.left[f"`{keyword}`{where}"] = None

    def enumeration(self, schema: Json, route: Route) -> Type | None:  # noqa: ARG002 - the types need it
        """Return the name of an enumeration that has one."""
        name = self._types.name_of_enumeration(schema)
        return None if name is None else self._named(name)

    def reference(self, target: Route) -> Type:
        """Return the name of the schema at `target`, which is lazy if it is not written yet."""
        return self._named(self._types.name_of(target))

    def _named(self, name: str) -> Type:
        text = self._names[name]
        return Type(text if name in self._written else f"{_LAZY}{text})")

    def of_kind(self, kind: object, schema: Json, route: Route, depth: int) -> Type:
        """Return the schema of the values of a `kind`, with its limits."""
        found = super().of_kind(kind, schema, route, depth)
        limits = limits_of(str(kind), schema, found.text)
        for keyword in limits.left:
            self._leave(route, keyword)
        text = f"{limits.start or found.text}{limits.text}"
        self.helpers |= limits.helpers | ({"integer"} if text.startswith("integer()") else set())
        return Type(text)

    def object_type(self, schema: Json, route: Route, depth: int) -> Type:
        """Return the schema of objects; zod does not know properties whose names match patterns beside others."""
        patterns = schema.get("patternProperties")
        if not isinstance(patterns, dict):
            return super().object_type(schema, route, depth)
        others = {key for key in ("properties", "required") if schema.get(key)}
        if others or schema.get("additionalProperties", False) is not False:
            self.is_wider = True
            self._leave(route, "patternProperties")
            left = ("patternProperties", "additionalProperties")
            rest = {key: value for key, value in schema.items() if key not in left}
            return super().object_type({**rest, "additionalProperties": True}, route, depth)
        parts = []
        for pattern, item in patterns.items():
            value = self.type_of(item, (*route, "patternProperties", pattern), depth)
            if key := pattern_of(str(pattern)):
                parts.append(Type(f"z.looseRecord(z.string(){key}, {value.text})"))
            else:
                self._leave(route, "patternProperties")
                self.is_wider = True
        return self.intersection(parts) if parts else self.map_of(None, self.unknown)

    def simple(self, kind: str) -> Type | None:
        """Return the schema of a `kind` of values, None if the kind is unknown."""
        return Type(_SIMPLE[kind]) if kind in _SIMPLE else None

    def literals(self, values: Sequence[object], *, is_open: bool) -> Type | None:
        """Return the schema of certain values, None if one of them cannot be written."""
        texts = literals_of(values, is_open=is_open)
        return None if texts is None else self.union(map(Type, texts))

    def array(self, item: Type) -> Type:
        """Return the schema of lists of `item`."""
        return Type(f"z.array({item.text})")

    def tuple_of(self, items: Sequence[Type], needed: int, rest: Type | None) -> Type:
        """Return the schema of lists that begin with `items`, at least `needed` of them."""
        texts = [
            _defined(item).text if index < needed else self._optional(item)
            for index, item in enumerate(items)
        ]
        end = f", {rest.text}" if rest is not None and items else ""
        if rest is not None and not items:
            return self.array(rest)
        return Type(f"z.tuple([{', '.join(texts)}]{end})")

    def object_of(self, properties: Sequence[Property], others: Sequence[Type]) -> Type:
        """Return the schema of objects with `properties`."""
        members = []
        value = self.union(others) if others else self.unknown
        for item in properties:
            if _is_unreadable(item.name, required=item.required):
                self.left[f"`{item.name}`"] = None
                self.is_wider = True
                value = self.unknown  # what is true of all others is not of this one
                continue
            text = _defined(item.type).text if item.required else self._optional(item.type)
            members.append(f"\n{property_key(item.name)}: {text},")
        body = f"{{{indented(''.join(members))}\n}}" if members else "{}"
        loose = Type(f"z.looseObject({body})")
        return loose if value == self.unknown else Type(f"z.object({body}).catchall({value.text})")

    def map_of(self, keys: Type | None, value: Type) -> Type:
        """Return the schema of objects without known properties."""
        if value == self.never:
            self.is_wider = True
            return Type("z.looseObject({})")
        if keys is None:
            return Type(f"z.record(z.string(), {indented(value.text)})")
        return Type(f"z.partialRecord({keys.text}, {indented(value.text)})")

    def choice(self, options: Sequence[Option], tag: str | None) -> Type:
        """Return the schema of a union, by its `tag` if that tells its members apart."""
        if tag is None or not self._are_told_apart(options, tag):
            return super().choice(options, tag)
        members = ", ".join(self._tagged_member(option, tag) for option in options)
        return Type(f"z.discriminatedUnion({quoted(tag)}, [{members}])")

    def _tagged_member(self, option: Option, tag: str) -> str:
        if option.tagged is None:
            return option.type.text
        required = f".required({{ {property_key(tag)}: true }})"
        text = option.type.text
        return f"{text[:-1]}{required})" if text.startswith(_LAZY) else f"{text}{required}"

    def _are_told_apart(self, options: Sequence[Option], tag: str) -> bool:
        found: list[str] = []
        for option in options:
            values = self._tags_of(option.schema, tag)
            if not values:
                return False
            found += values
        return len(options) > 1 and len(set(found)) == len(found)

    def _tags_of(self, member: object, tag: str) -> list[str]:
        """Return the values of the `tag` of a member of a union; empty if zod cannot find them."""
        schema = (
            self._target_of(member) if isinstance(member, dict) and "$ref" in member else member
        )
        if not isinstance(schema, dict) or not is_plain_object(schema):
            return []
        said = schema["properties"].get(tag)
        if not isinstance(said, dict) or (self.open_enums and "const" not in said):
            return []
        values = [said["const"]] if "const" in said else listed(said, "enum")
        texts = [value for value in values if isinstance(value, str)]
        return texts if len(texts) == len(values) else []

    def _target_of(self, reference: Json) -> object:
        """Return what a reference leads to, None if it says more or leads nowhere."""
        if len(reference) != 1 or not isinstance(reference["$ref"], str):
            return None
        target = route_of(reference["$ref"])
        try:
            return None if target is None else value_at(self.document, target)
        except LookupError:
            return None

    def _optional(self, inner: Type) -> str:
        self.helpers.add("maybe")
        return f"maybe({inner.text})"

    def union(self, members: Iterable[Type]) -> Type:
        """Return the schema of what any of `members` accepts."""
        kept = list(dict.fromkeys(item.text for item in members if item != self.never))
        if self.unknown.text in kept:
            return self.unknown
        if len(kept) > 1 and self.null.text in kept:
            kept.remove(self.null.text)
            return Type(f"z.nullable({self.union(map(Type, kept)).text})")
        if len(kept) > 1:
            return Type(f"z.union([{', '.join(kept)}])")
        return Type(kept[0]) if kept else self.never

    def intersection(self, parts: Iterable[Type]) -> Type:
        """Return the schema of what all of `parts` accept."""
        kept = list(dict.fromkeys(item.text for item in parts if item != self.unknown))
        if not kept:
            return self.unknown
        first, *others = kept
        return Type(first + "".join(f".and({other})" for other in others))


def is_plain_object(schema: object) -> bool:
    """Return whether the schema of zod is one of an object with known properties, and its type too."""
    if not isinstance(schema, dict) or any(key in schema for key in _COMBINERS):
        return False
    properties, required = schema.get("properties"), schema.get("required")
    required = required if isinstance(required, list) else []
    return (
        schema.get("type", "object") == "object"
        and has_members(schema)
        and isinstance(properties, dict)
        and bool(properties)
        and not schema.get("additionalProperties")
        and not schema.get("patternProperties")
        and not any(_is_unreadable(str(name), required=name in required) for name in properties)
    )


def _is_unreadable(name: str, *, required: bool) -> bool:
    """Return whether zod cannot read a property, or finds another value if it is missing."""
    return name == "__proto__" or (not required and name in _INHERITED)


def _defined(inner: Type) -> Type:
    """Return a schema that does not accept a missing value either."""
    return Type("z.nonoptional(z.unknown())") if inner == ZodSchemas.unknown else inner
