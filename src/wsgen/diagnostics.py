"""Diagnostics are data: each has a code, a position, a message and a help that names the next step."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

MOST = 100
"""How many diagnostics are reported for one file; nobody reads more, and a hostile file has millions."""

MORE = "WSG990"
"""The code of the diagnostic that counts the others."""


class Severity(StrEnum):
    """The severity of a diagnostic: errors fail the run, warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range in one file; lines and columns count from 1, the end is exclusive.

    Columns count characters, not bytes. A span without extent (end equal to start) marks a point.
    """

    path: Path
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    @property
    def sort_key(self) -> tuple[str, int, int]:
        """The key that orders spans by path, then by where they start."""
        return (self.path.as_posix(), self.line, self.column)


@dataclass(frozen=True, slots=True)
class Note:
    """A second position that explains a diagnostic, with a description of it."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that corrects a diagnostic without changing what is meant: `text` in place of `span`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem.

    `code` is a key of `wsgen.codes.CODES`. `message` is a lower-case clause, `help` a sentence that names the
    next action. `span` is None if no file has caused the problem. `module` and `step` name the module and the
    quality step that failed; `output` is what a tool printed besides. `fix` is what `--fix` does about it, None
    if a person has to decide.
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
    fix: Fix | None = None

    @property
    def sort_key(self) -> tuple[tuple[str, int, int], str, str]:
        """The key that orders diagnostics by position, code and message; those without a position come first."""
        place = self.span.sort_key if self.span else ("", 0, 0)
        return (place, self.code, self.message)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any of `diagnostics` fails the run."""
    return any(item.severity is Severity.ERROR for item in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return `diagnostics` sorted, without duplicates; for one file at most MOST and the number of the others."""
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
    """Return the diagnostic that counts all of `hidden`, which are in one file."""
    first = hidden[0]
    worst = Severity.ERROR if has_errors(hidden) else Severity.WARNING
    found = "1 more problem was" if len(hidden) == 1 else f"{len(hidden):,} more problems were"
    help_text = "Correct the problems above, then run the command again."
    message = f"{found} found from here on"
    return Diagnostic(
        MORE, message, first.span, help=help_text, severity=worst, module=first.module
    )
