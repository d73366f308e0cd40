"""Search a project for folders that may hold a source or a generated package, by the names of files alone."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from wsgen.errors import ConfigError
from wsgen.manifest import MANIFEST
from wsgen.settings.project_file import has_settings
from wsgen.source import NOT_SEARCHED, PYTHON_NAME, YAML_NAMES

_NAMES = frozenset({*YAML_NAMES, PYTHON_NAME})
_BUILDERS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "package.json"})
_BUILT = frozenset({"build", "dist"})
"""Folders beside one of the builders' files that hold copies of what is built."""


class Found(NamedTuple):
    """What a walk found: folders that may hold a source, generated packages, and what it could not read.

    `ended` is False if it stopped at the limit.
    """

    folders: list[Path]
    packages: list[Path]
    errors: list[OSError]
    ended: bool = True


def walk(top: Path, limit: int | None = None) -> Found:
    """Search `top` to the bottom, in at most `limit` folders if there is a limit.

    Not entered are hidden folders, links, virtual and conda environments, caches, generated packages, what a
    build has copied, and other projects with settings of their own.
    """
    found = Found([], [], [])
    for number, (place, names, files) in enumerate(os.walk(top, onerror=found.errors.append), 1):
        if limit is not None and number > limit:
            return found._replace(ended=False)
        folder = Path(place)
        sources = not _NAMES.isdisjoint(files) or not _NAMES.isdisjoint(names)
        if MANIFEST in files:
            found.packages.append(folder)
            names.clear()
        elif "pyvenv.cfg" in files or (folder != top and _is_foreign(folder, names, files)):
            names.clear()
            continue
        else:
            sources = sources or "__init__.py" in files or "__init__.py" in names
        if sources:
            found.folders.append(folder)
        names[:] = sorted(name for name in names if name[0] != "." and name not in NOT_SEARCHED)
        if not _BUILDERS.isdisjoint(files):
            names[:] = [name for name in names if name not in _BUILT]
    return found


def _is_foreign(folder: Path, names: Collection[str], files: Collection[str]) -> bool:
    """Return whether `folder` is a cache, a conda environment or another project."""
    return "CACHEDIR.TAG" in files or "conda-meta" in names or _is_other_project(folder, files)


def _is_other_project(folder: Path, files: Collection[str]) -> bool:
    if _BUILDERS.isdisjoint(files) and "wsgen.toml" not in files:
        return False
    try:
        return has_settings(folder)
    except ConfigError:  # too large, or not to be read: not settings of ours
        return False
