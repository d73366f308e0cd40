"""Paths as reports show them."""

from pathlib import Path


def display_path(path: Path, base: Path | None = None) -> str:
    """Return `path` relative to `base`, else the working directory, if it is below it, with forward slashes."""
    try:
        return path.relative_to(base or Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
