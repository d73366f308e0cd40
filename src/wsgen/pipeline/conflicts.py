"""What a commit would change, and the files that it must not replace: as values and as diagnostics."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wsgen.commit.single_file import what_to_do
from wsgen.diagnostics import Diagnostic, Span
from wsgen.files import bytes_of, read_file
from wsgen.manifest import MANIFEST
from wsgen.result import FileChange
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

if TYPE_CHECKING:  # a run that finds everything current plans nothing
    from wsgen.commit.plan import Plan


def changes_of(plan: Plan, *, texts: bool) -> tuple[FileChange, ...]:
    """Return what the plan would do to each file; without `texts`, those before and after are empty."""
    changes = []
    after: dict[str, str | None] = {**plan.texts, **dict.fromkeys(plan.removals)}
    for name, text in sorted(after.items()):
        file = plan.output / name
        if texts:
            data = bytes_of(file)
            before = None if data is None else data.decode("utf-8", "replace")
            changes.append(FileChange(file, before, text))
        else:
            before = "" if os.path.lexists(file) else None
            changes.append(FileChange(file, before, None if text is None else ""))
    return tuple(changes)


def edited_by_hand(
    source: ModuleSource, plan: Plan, *, command: str = "wsgen render"
) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each file that somebody else changed or made; `command` would override it."""
    for item in files_in_the_way(plan, f"{command} --force"):
        yield replace(item, module=source.name)


def files_in_the_way(plan: Plan, command: str) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each file that somebody else changed or made, and that `command` would replace."""
    for name in plan.edited:
        file = plan.output / name
        try:
            read_file(file)
        except OSError as error:
            message = f"{name} cannot be read: {error.strerror or error}"
            help_text = what_to_do(error, writable="Make the file readable, or remove it.")
            yield Diagnostic("WSG405", message, Span(file), help=help_text)
            continue
        if name == MANIFEST or name in plan.owned:
            message = f"{name} was edited by hand"
            help_text = "Move the change to where the file is made from, then run "
            help_text += f"`{command}` to {'replace' if name in plan.texts else 'remove'} the file."
        else:
            message = f"{name} was not written by wsgen"
            help_text = f"Move the file to another place, or run `{command}` to replace it."
        yield Diagnostic("WSG407", message, Span(file), help=help_text)


def drift(source: ModuleSource, plan: Plan, reason: str) -> Diagnostic:
    """Return the diagnostic that a package is not what its source says, or no longer has a source."""
    if not source.files:
        message = f"module `{source.name}` is a package without a source: {reason}"
        help_text = "Run `wsgen render` to remove the package, or put the source back."
        return Diagnostic("WSG409", message, Span(plan.output), help=help_text, module=source.name)
    names = [*sorted(plan.texts), *sorted(plan.removals)] or [MANIFEST]
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return Diagnostic(
        "WSG408",
        f"module `{source.name}` is not current: {reason}; render would change {listed}",
        Span(source.files[0]),
        help="Run `wsgen render` and commit what it writes; `wsgen diff` shows it.",
        module=source.name,
    )


def unwritable(source: ModuleSource, config: Config, reason: str) -> Diagnostic | None:
    """Return the diagnostic that the package, stale for `reason`, cannot be written, None if it can."""
    folder = source.output
    while not folder.exists() and folder != config.root:
        folder = folder.parent
    if os.access(folder, os.W_OK):
        return None
    message = f"module `{source.name}` is not current ({reason}) and {folder} cannot be written"
    help_text = "Run `wsgen render` where the folder is writable, and ship the result."
    return Diagnostic("WSG405", message, Span(folder), help=help_text, module=source.name)
