"""Find the projects with settings of their own that are inside of another one."""

from collections.abc import Iterator
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.discovery.modules import FOLDERS
from wsgen.discovery.walk import walk
from wsgen.errors import ConfigError
from wsgen.settings.project_file import find_root

_MARKS = ("pyproject.toml", "wsgen.toml", ".git")


def projects_below(top: Path) -> Iterator[Path]:
    """Yield the projects below the folder `top`, and those below them, in the order of their paths.

    Raises ConfigError if nothing says that a project begins around `top`, and it has very many folders.
    """
    if top == top.parent:
        return  # the whole disk, in which modules are not searched either
    known = any((find_root(top) / mark).exists() for mark in _MARKS)
    found = walk(top, None if known else FOLDERS)
    if not found.ended:
        message = f"{top} is not a project, and has more than {FOLDERS:,} folders"
        help_text = "Name the folders of its projects, or run wsgen in one of them."
        raise ConfigError(message, [Diagnostic("WSG401", message, help=help_text)])
    for project in found.projects:
        yield project
        yield from projects_below(project)
