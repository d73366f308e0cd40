"""Paths and texts as reports show them."""

import os
from pathlib import Path


def display_path(path: Path, base: Path | None = None) -> str:
    """Return `path` relative to `base`, else the working directory, if it is below it, with forward slashes."""
    try:
        # A path that a command was given may lead up from the working directory. Links are shown as they are.
        absolute = path if base is None else Path(os.path.abspath(path))  # noqa: PTH100
        return absolute.relative_to(base or Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def repository_of(folder: Path) -> Path:
    """Return the repository that holds `folder`, which services look for files from; else `folder` itself.

    Its `.git` is a file in worktrees and submodules.
    """
    found = (place for place in (folder, *folder.parents) if (place / ".git").exists())
    return next(found, folder)


def printable(text: str) -> str:
    """Return `text` with an escape for each character that a terminal would obey or not show, line ends too."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def inert(line: str) -> str:
    """Return `line` so that GitHub's runner takes nothing in it for a command: `::name::`, `##[name]`."""
    if line.lstrip().startswith("::"):
        line = line.replace("::", ":\\x3a", 1)
    return line.replace("##[", "#\\x23[")
