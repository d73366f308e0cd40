"""Which files of a project can configure the quality tools.

Part of the path where nothing changed: imports nothing but `os` and `pathlib`, reads no file.
"""

# ruff: noqa: PTH110, PTH113, PTH120  (building Path objects takes longer than the look)

import os
from pathlib import Path

SETTINGS_NAMES = (
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    ".flake8",
    "mypy.ini",
    ".mypy.ini",
    "ruff.toml",
    ".ruff.toml",
    ".isort.cfg",
    ".editorconfig",
)
"""Names of files that black, ruff, flake8, isort or mypy read."""


def settings_files(
    root: Path, output: Path, *, known: dict[str, tuple[str, ...]] | None = None
) -> tuple[Path, ...]:
    """Return the existing files that can configure the tools for files in `output`, nearest first.

    They are looked for in the directories above `output`, up to `root` and on to the top of the
    repository that `root` is in. Give one dict as `known` to look into each directory only once while
    asking for many modules.
    """
    known = {} if known is None else known
    found: list[str] = []
    directory, top = os.path.dirname(os.fspath(output)), os.fspath(root)
    inside = True
    while True:
        if directory not in known:
            known[directory] = _in_directory(directory)
        found += known[directory]
        inside = inside and directory != top
        parent = os.path.dirname(directory)
        if parent == directory or (not inside and os.path.exists(os.path.join(directory, ".git"))):
            return tuple(Path(path) for path in found)
        directory = parent


def _in_directory(directory: str) -> tuple[str, ...]:
    paths = (f"{directory}{os.sep}{name}" for name in SETTINGS_NAMES)
    # Most do not exist: `access` says so without the cost of an exception inside `isfile`.
    return tuple(p for p in paths if os.access(p, os.F_OK) and os.path.isfile(p))
