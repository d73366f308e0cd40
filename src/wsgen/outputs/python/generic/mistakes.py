"""Mistakes in a generic class as template, each with its place."""

from collections.abc import Sequence
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.errors import GenerationError
from wsgen.syntax.text_ranges import Places, Stretch

_ADVICE = "Correct the template, or leave out `template` to use the built-in one."


def span_of(path: Path, places: Places, stretch: Stretch) -> Span:
    """Return a stretch of the template's text as a place to show; of several lines only the first."""
    line, column = places.line_and_column(stretch[0])
    _, behind = places.line(stretch[0])
    end = min(stretch[1], behind)
    return Span(path, line, column, line, column + max(end - stretch[0], 0))


def mistake(
    code: str, message: str, span: Span, advice: str = _ADVICE, notes: Sequence[Note] = ()
) -> Diagnostic:
    """Return what is wrong with the template at one place."""
    return Diagnostic(code, message, span, help=advice, notes=tuple(notes))


def refuse(*found: Diagnostic) -> GenerationError:
    """Return the error for all that was found."""
    return GenerationError(found[0].message, list(found))
