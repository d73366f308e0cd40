"""A generic class as a template for routers, and the diagnostics of mistakes in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.errors import GenerationError
from wsgen.model import RouterSpec, TypeRef
from wsgen.outputs.python.type_imports import Imported
from wsgen.syntax.text_ranges import Places, TextRange

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
class GenericTemplate:
    """A generic class as segments: text to keep, and placeholders.

    `place` is where the class stands, `parameters` are its type parameters, `numbers` are those that have
    placeholders. `taken` are the names that the kept text uses at its top level and where, `hidden` are names
    with another meaning in the scope of a placeholder. `same` are imports whose names the text uses for nothing
    else, `bound` those of them that are in effect at every placeholder, `modules` all modules that it imports.
    """

    path: Path
    place: Span
    parameters: tuple[str, ...]
    segments: tuple[str | Placeholder, ...]
    taken: Mapping[str, Span]
    hidden: Mapping[str, Span]
    same: frozenset[Imported]
    bound: frozenset[Imported]
    modules: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()

    def used(self, router: RouterSpec) -> Mapping[int, TypeRef]:
        """Return the types of `router` that have placeholders. Other types are not imported."""
        types = router.types
        return {number: types[number] for number in self.numbers}


def span_of(path: Path, places: Places, text_range: TextRange) -> Span:
    """Return the place of a range of the template's text, as far as its first line."""
    line, column = places.line_and_column(text_range[0])
    _, behind = places.line(text_range[0])
    end = min(text_range[1], behind)
    return Span(path, line, column, line, column + max(end - text_range[0], 0))


def mistake(
    code: str, message: str, span: Span, help_text: str = _HELP, notes: Sequence[Note] = ()
) -> Diagnostic:
    """Return the diagnostic of a mistake in the template."""
    return Diagnostic(code, message, span, help=help_text, notes=tuple(notes))


def refuse(*found: Diagnostic) -> GenerationError:
    """Return the error that reports all of `found`."""
    return GenerationError(found[0].message, list(found))
