"""A generic class as a template for routers, and the diagnostics of mistakes in it."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.model import RouterSpec, TypeRef
from wsgen.outputs.python.type_imports import ImportedName
from wsgen.source import Template
from wsgen.syntax.python_text import PythonText
from wsgen.syntax.quoted_types import TypingNames
from wsgen.syntax.text_ranges import TextRange

_HELP = "Correct the template, or leave out `template` to use the built-in one."


class Role(StrEnum):
    """What a placeholder is replaced by."""

    HEADER = "header"
    IMPORTS = "imports"
    CLASS = "class"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A part of the template that differs for each router.

    For a type, `number` is that of the type parameter, counted from 0, and `grouped` says that a union needs
    parentheses, as in `(Bar | None).name`.
    """

    role: Role
    number: int = 0
    grouped: bool = False


PlaceholderEdit = tuple[int, int, str | Placeholder]
"""A range of the template's text, and what replaces it."""


@dataclass(frozen=True, slots=True)
class TakenNames:
    """The names that a template uses itself.

    `taken` are those that its kept text uses at the top level, and where; `hidden` are names with another
    meaning in the scope of a placeholder. `same` are imports whose names the text uses for nothing else,
    `bound` those of them that are in effect at every placeholder.
    """

    taken: Mapping[str, Span]
    hidden: Mapping[str, Span]
    same: frozenset[ImportedName]
    bound: frozenset[ImportedName]


@dataclass(frozen=True, slots=True)
class GenericTemplate:
    """A generic class as segments: text to keep, and placeholders.

    `place` is that of the class, `parameters` are its type parameters, `numbers` are those that have
    placeholders. `modules` are the modules that the template imports from.
    """

    path: Path
    name: str
    place: Span
    parameters: tuple[str, ...]
    segments: tuple[str | Placeholder, ...]
    names: TakenNames
    modules: tuple[str, ...]
    numbers: tuple[int, ...]

    @property
    def origin(self) -> Template:
        """Return the template as what differs in each router: its name, its types, and relative imports."""
        types = "|".join(map(re.escape, self.parameters))
        name = re.escape(self.name)
        return Template(self.path, rf"\b{name}\b(?:\[[^\]]*\])?|\b(?:{types})\b|(?<=from )\.+")

    def used(self, router: RouterSpec) -> Mapping[int, TypeRef]:
        """Return the types of `router` that have placeholders. Other types are not imported."""
        types = router.types
        return {number: types[number] for number in self.numbers}


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """The file of a template, the package that it belongs to, and its names for members of `typing`."""

    path: Path
    package: tuple[str, ...]
    source: PythonText
    typing: TypingNames

    def span(self, at: TextRange | ast.expr | ast.stmt | ast.alias) -> Span:
        """Return the place of a range or of a node, as far as its first line."""
        places = self.source.places
        return places.span(*at) if isinstance(at, tuple) else places.span_of(at)


def mistake(
    code: str, message: str, span: Span, help_text: str = _HELP, notes: Sequence[Note] = ()
) -> Diagnostic:
    """Return the diagnostic of a mistake in the template."""
    return Diagnostic(code, message, span, help=help_text, notes=tuple(notes))
