"""Findings as data: a diagnostic has a code, a place, a message and the next step."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

MOST = 100
"""How many diagnostics of one file are reported; nobody reads more, and a hostile file has millions."""

MORE = "WSG990"
"""The code of the diagnostic that counts the others."""


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
    """Return `diagnostics` sorted, each once; of one file at most MOST, and then how many more there are."""
    kept: list[Diagnostic] = []
    more: dict[Path, list[Diagnostic]] = {}
    shown: dict[Path, int] = {}
    for item in sorted(dict.fromkeys(diagnostics), key=lambda item: item.sort_key):
        path = item.span.path if item.span and item.code != MORE else None
        if path is None:
            kept.append(item)
        elif shown.get(path, 0) < MOST:
            shown[path] = shown.get(path, 0) + 1
            kept.append(item)
        else:
            more.setdefault(path, []).append(item)
    if more:
        kept = sorted([*kept, *map(_count, more.values())], key=lambda item: item.sort_key)
    return tuple(kept)


def _count(hidden: list[Diagnostic]) -> Diagnostic:
    """Return the diagnostic that stands for all of `hidden`, which are in one file."""
    first = hidden[0]
    worst = Severity.ERROR if has_errors(hidden) else Severity.WARNING
    found = "1 more problem was" if len(hidden) == 1 else f"{len(hidden):,} more problems were"
    advice = "Correct the problems above, then run the command again."
    message = f"{found} found from here on"
    return Diagnostic(MORE, message, first.span, help=advice, severity=worst, module=first.module)
