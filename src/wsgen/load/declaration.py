"""What one source file declares, and where: the result of both loaders, which a module is merged from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wsgen.diagnostics import Span
from wsgen.load.types.grammar import TypeNode
from wsgen.model import TypeRef

Fields = Mapping[str, Any]
"""Values by the names of fields, with the types that the schema and the model define."""


@dataclass(frozen=True, slots=True)
class RouterDeclaration:
    """One router as a file declares it.

    `fields` has its values, except those that are wrong and have been reported; `spans` has the positions of all
    values, `span` that of the class name. Types of `further` are None where they are wrong.
    """

    class_name: str
    span: Span
    fields: Fields = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    further: tuple[TypeRef | None, ...] = ()

    def place(self, key: str) -> Span:
        """Return the position of the field `key`, or else of the class name."""
        return self.spans.get(key, self.span)


@dataclass(frozen=True, slots=True)
class CommandDeclaration:
    """One command as a file declares it; `fields` and `spans` are as those of a router."""

    class_name: str
    span: Span
    fields: Fields = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)

    def place(self, key: str) -> Span:
        """Return the position of the field `key`, or else of the name."""
        return self.spans.get(key, self.span)


@dataclass(frozen=True, slots=True)
class Argument:
    """A literal `route` or `tags`, as `key` says, that a call passes to a router class."""

    class_name: str
    key: str
    value: str | tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class FileDeclaration:
    """One source file: its routers in the order of the file, and in `fields` the values for the whole module.

    `arguments` are those of its calls of router classes that another file declares; `named` are all types that
    it names, each with whether it is a request.
    """

    routers: tuple[RouterDeclaration, ...] = ()
    commands: tuple[CommandDeclaration, ...] = ()
    fields: Fields = field(default_factory=dict)
    arguments: tuple[Argument, ...] = ()
    spans: Mapping[str, Span] = field(default_factory=dict)
    named: tuple[tuple[TypeNode, bool], ...] = ()
