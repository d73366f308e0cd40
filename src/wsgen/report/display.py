"""Paths as reports show them."""

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
