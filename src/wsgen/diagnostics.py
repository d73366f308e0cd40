"""Findings as data: a diagnostic has a code, a place, a message and the next step."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How much a diagnostic weighs: errors fail the run, warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file; lines and columns count from 1, the end is exclusive.

    Columns count characters, not bytes. A span without extent (end equal to start) marks a point.
    """

    path: Path
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    @property
    def sort_key(self) -> tuple[str, int, int]:
        """Order spans by path, then by where they start."""
        return (self.path.as_posix(), self.line, self.column)


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that explains a diagnostic, with what is to be seen there."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `code` is a key of `wsgen.codes.CODES`; `span` is None where no file is to blame; `help` names the
    next action; `module` and `step` say which module and quality step failed; `output` is what a
    tool printed, verbatim.
    """

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    severity: Severity = Severity.ERROR
    module: str | None = None
    step: str | None = None
    output: str | None = None
    notes: tuple[Note, ...] = field(default=())

    @property
    def sort_key(self) -> tuple[tuple[str, int, int], str, str]:
        """Order diagnostics by place, then code, then message; those without a place come first."""
        place = self.span.sort_key if self.span else ("", 0, 0)
        return (place, self.code, self.message)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any of `diagnostics` fails the run."""
    return any(item.severity is Severity.ERROR for item in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return `diagnostics` sorted, each once."""
    return tuple(sorted(dict.fromkeys(diagnostics), key=lambda item: item.sort_key))
