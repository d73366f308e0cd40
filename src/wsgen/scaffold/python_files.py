"""Find the Python files of a project, and the names that they are imported by."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from wsgen.names import is_identifier
from wsgen.scaffold.package_folders import NO_PACKAGES
from wsgen.source import NOT_SEARCHED

_MOST_FILES = 2_000
_MOST_FOLDERS = 20_000


def python_files(root: Path) -> Iterator[Path]:
    """Yield the Python files below `root` that are its project's own code, at most a few thousand.

    Not entered are hidden folders, environments, other projects, and folders such as `tests`.
    """
    seen = 0
    for number, (place, names, files) in enumerate(os.walk(root)):
        hidden = {name for name in names if name[0] == "."}
        ignored = hidden | NOT_SEARCHED | (NO_PACKAGES - {"src"})
        if "pyvenv.cfg" in files or (Path(place) != root and "pyproject.toml" in files):
            names.clear()
            continue
        names[:] = sorted(set(names) - ignored)
        for name in sorted(files):
            if name.endswith(".py"):
                seen += 1
                yield Path(place, name)
        if seen > _MOST_FILES or number > _MOST_FOLDERS:
            return


def import_name(file: Path, folders: Iterable[Path]) -> str | None:
    """Return the name by which `file` is imported from the deepest of `folders`, None if it has none."""
    for folder in sorted(folders, key=lambda each: -len(each.parts)):
        if file.is_relative_to(folder):
            parts = list(file.relative_to(folder).with_suffix("").parts)
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            return ".".join(parts) if parts and all(map(is_identifier, parts)) else None
    return None
