"""Schemas by chance, and values that they may accept: what no model of a project has together."""

from collections.abc import Callable
from random import Random
from typing import Any

Json = Any  # any JSON value

_KEYS = ["a", "b", "kind", "x-1", "constructor", "toString", "é"]
_TEXTS = ["", "a", "ab", "abc", "😀😀", "x-a", "1", "12", "a b", "cat", "dog", "٣"]
_NUMBERS = [0, 1, -1, 2, 5, 10, 0.5, 1.0, 2**53 + 2, -3, 100]
_PATTERNS = [
    "^a",
    "b$",
    r"\d+",
    r"^\w+$",
    "[^a]",
    "^x-[a-z]+$",
    "(?=a)",
    ".",
    r"\s",
    "^(?:a|b)+$",
    "é",
]
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_DEEPEST = 8


class RandomSchemas:
    """So many schemas, called `T0` and so on, which refer to each other."""

    def __init__(self, seed: int, count: int) -> None:
        self._random = Random(seed)
        self._count = count
        self.schemas: dict[str, Json] = {f"T{number}": self._schema(3) for number in range(count)}

    def value(self, name: str) -> Json:
        """Return a value that the schema `name` may accept."""
        return self._value(self.schemas[name], 0)

    def _is(self, chance: float) -> bool:
        return self._random.random() < chance

    def _schema(self, depth: int) -> Json:
        kinds: list[Callable[[int], Json]] = [self._simple, self._certain]
        if depth > 0:
            kinds += [self._simple, self._combined, self._tagged, self._array, *[self._object] * 3]
        return self._random.choice(kinds)(depth)

    def _simple(self, _: int) -> Json:
        kind = self._random.choice(["string", "number", "integer", "boolean", "null", "any"])
        if kind == "any":
            other = {"$ref": f"#/components/schemas/T{self._random.randrange(self._count)}"}
            return self._random.choice([True, {}, False, other, other])
        schema: dict[str, Json] = {"type": [kind, "null"] if self._is(0.2) else kind}
        if kind == "string":
            chosen = {
                "minLength": self._random.randrange(3),
                "maxLength": self._random.randrange(4),
                "pattern": self._random.choice(_PATTERNS),
                "format": "date-time",
            }
            schema |= {key: value for key, value in chosen.items() if self._is(0.3)}
        if kind in ("number", "integer"):
            schema |= {key: self._random.choice(_NUMBERS) for key in _LIMITS if self._is(0.2)}
            schema |= {"multipleOf": self._random.choice([1, 2, 5, 0.5])} if self._is(0.2) else {}
        return schema

    def _certain(self, _: int) -> Json:
        values = [*_TEXTS, *_NUMBERS, None, True, {"a": [1]}, [1, "x"], [], {}]
        if self._is(0.5):
            return {"const": self._random.choice(values)}
        return {"enum": self._random.sample(values, self._random.randrange(1, 4))}

    def _combined(self, depth: int) -> Json:
        keyword = self._random.choice(["anyOf", "anyOf", "allOf"])
        return {keyword: [self._schema(depth - 1) for _ in range(self._random.randrange(1, 4))]}

    def _tagged(self, depth: int) -> Json:
        members = [
            {
                "type": "object",
                "properties": {"kind": {"const": tag}, "a": self._schema(depth - 2)},
                "required": ["kind"],
            }
            for tag in self._random.sample(["cat", "dog", "ab"], self._random.randrange(1, 4))
        ]
        return {"oneOf": members, "discriminator": {"propertyName": "kind"}}

    def _array(self, depth: int) -> Json:
        schema: dict[str, Json] = {"type": "array", "items": self._schema(depth - 1)}
        if self._is(0.4):
            schema["prefixItems"] = [
                self._schema(depth - 1) for _ in range(self._random.randrange(1, 3))
            ]
            schema["items"] = False if self._is(0.5) else schema["items"]
        chosen = {
            "minItems": self._random.randrange(3),
            "maxItems": self._random.randrange(4),
            "uniqueItems": True,
        }
        return schema | {key: value for key, value in chosen.items() if self._is(0.3)}

    def _object(self, depth: int) -> Json:
        names = self._random.sample(_KEYS, self._random.randrange(1, 4))
        chosen: dict[str, tuple[float, Json]] = {
            "properties": (0.75, {name: self._schema(depth - 1) for name in names}),
            "required": (0.5, self._random.sample(_KEYS, self._random.randrange(1, 3))),
            "additionalProperties": (
                0.25,
                self._random.choice([True, False, self._schema(depth - 1)]),
            ),
            "patternProperties": (
                0.15,
                {self._random.choice(_PATTERNS): self._schema(depth - 1)},
            ),
            "propertyNames": (0.1, self._random.choice([{"enum": ["a", "b"]}, {"pattern": "^a"}])),
            "minProperties": (0.1, 1),
            "not": (0.1, {"required": ["zz"]}),
        }
        found = {key: value for key, (chance, value) in chosen.items() if self._is(chance)}
        return {"type": "object", **found}

    def _value(self, schema: Json, depth: int) -> Json:
        if not isinstance(schema, dict) or depth > _DEEPEST or self._is(0.1):
            return self._any(depth)
        if "$ref" in schema:
            return self._value(self.schemas[schema["$ref"].rpartition("/")[2]], depth + 1)
        if "const" in schema or "enum" in schema:
            return self._random.choice(schema.get("enum", [schema.get("const")]))
        for keyword in ("anyOf", "oneOf", "allOf"):
            if keyword in schema:
                return self._value(self._random.choice(schema[keyword]), depth + 1)
        kind = schema.get("type")
        kind = self._random.choice(kind) if isinstance(kind, list) else kind
        if kind == "array":
            first = schema.get("prefixItems", [])
            items = [*first, *[schema["items"]] * 3][: self._random.randrange(4)]
            return [self._value(item, depth + 1) for item in items]
        if kind == "object":
            return self._members(schema, depth)
        kinds: dict[Json, list[Json]] = {
            "string": _TEXTS,
            "boolean": [True, False],
            "null": [None],
            None: [None, 1, "a"],
        }
        return self._random.choice(kinds.get(kind, _NUMBERS))

    def _members(self, schema: dict[str, Json], depth: int) -> Json:
        known, required = schema.get("properties", {}), schema.get("required", [])
        found = {
            name: self._value(known.get(name, True), depth + 1)
            for name in dict.fromkeys([*known, *required])
            if name in required or self._is(0.5)
        }
        if self._is(0.4):
            others = [*schema.get("patternProperties", {}).values(), True]
            value = schema.get("additionalProperties", others[0])
            found[self._random.choice([*_KEYS, *_TEXTS])] = self._value(value, depth + 1)
        return found

    def _any(self, depth: int) -> Json:
        simple = [*_TEXTS, *_NUMBERS, None, True, False]
        if depth > _DEEPEST or self._is(0.5):
            return self._random.choice(simple)
        if self._is(0.5):
            return [self._any(depth + 2) for _ in range(self._random.randrange(3))]
        return {
            self._random.choice(_KEYS): self._any(depth + 2)
            for _ in range(self._random.randrange(3))
        }
