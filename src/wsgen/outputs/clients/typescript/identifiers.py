"""Make names of TypeScript from those of a document: types, clients, and the methods of routes and commands."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z0-9]+|[0-9]+")
_NOT_TYPES = frozenset(
    re.findall(
        r"\w+",
        """
        any as async await bigint boolean break case catch class const continue debugger declare default delete
        do else enum export extends false finally for function if implements import in instanceof interface keyof
        let never new null number object package private protected public readonly return static string super
        switch symbol this throw true try type typeof undefined unique unknown var void while with yield
        """,
    )
)
"""Names that TypeScript refuses for types, or that have a meaning of their own in them."""


_NOT_METHODS = frozenset(
    re.findall(
        r"\w+",
        """
        constructor hasOwnProperty isPrototypeOf propertyIsEnumerable then toLocaleString toString valueOf
        """,
    )
)
"""Names that the language itself calls or finds: a client with a method `then` would be a promise to `await`."""


class TypeNames:
    """Gives types their names: no two the same, and those that are `kept` for schemas that ask for them."""

    def __init__(self, kept: Iterable[str]) -> None:
        self._kept = {name for name in kept if is_type_name(name)}
        self._taken = set(self._kept)
        self._numbers: dict[str, int] = {}

    def name(self, wanted: str, *, kept: bool) -> str:
        """Return the name `wanted` if it is `kept` for the schema, else one like it that is not taken."""
        if kept and wanted in self._kept:
            return wanted
        name = base = _like(wanted)
        while name in self._taken:
            number = self._numbers[base] = self._numbers.get(base, 1) + 1
            name = f"{base}{number}"
        self._taken.add(name)
        return name


def is_type_name(name: str) -> bool:
    """Return whether a type may be called `name`."""
    return re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", name) is not None and name not in _NOT_TYPES


def _like(wanted: str) -> str:
    name = "".join(re.findall(r"[A-Za-z0-9_$]+", wanted)) or "Type"
    if is_type_name(name):
        return name
    return f"{name}_" if name in _NOT_TYPES else f"_{name}"


def camel_case(name: str) -> str:
    """Return the method of a route or command: `order-book` and `OrderBook` give `orderBook`."""
    words = _WORD.findall(name)
    if not words:
        return "_"
    first, *rest = words
    joined = first.lower() + "".join(word[:1].upper() + word[1:] for word in rest)
    return f"_{joined}" if joined[0].isdigit() or joined in _NOT_METHODS else joined


def pascal_case(name: str) -> str:
    """Return `name` with the first letter of each word in upper case."""
    joined = "".join(word[:1].upper() + word[1:] for word in _WORD.findall(name))
    return f"_{joined}" if not joined or joined[0].isdigit() else joined
