"""Search a project for folders that may hold a source or a generated package, by the names of files alone."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from wsgen.errors import ConfigError
from wsgen.manifest import MANIFEST
from wsgen.settings.project_file import has_settings
from wsgen.source import NOT_SEARCHED, PYTHON_NAME, YAML_NAMES

_NAMES = frozenset({*YAML_NAMES, PYTHON_NAME})
_NAMES_OUTSIDE = _NAMES | {"__init__.py"}
"""The same outside of generated packages, all of which have an `__init__.py`."""
_BUILDERS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "package.json"})
_BUILT = frozenset({"build", "dist"})
"""Folders beside one of the builders' files that hold copies of what is built."""


class Found(NamedTuple):
    """What a walk found: folders that may hold a source, generated packages, the nearest other projects, and what
    it could not read.

    `ended` is False if it stopped at the limit.
    """

    folders: list[Path]
    packages: list[Path]
    projects: list[Path]
    errors: list[OSError]
    ended: bool = True


def walk(top: Path, limit: int | None = None) -> Found:
    """Search `top` to the bottom, in at most `limit` folders if there is a limit; see `entered`."""
    found = Found([], [], [], [])
    for number, (folder, names, files) in enumerate(entered(top, found), 1):
        if limit is not None and number > limit:
            return found._replace(ended=False)
        wanted = _NAMES_OUTSIDE
        if MANIFEST in files:
            found.packages.append(folder)
            wanted = _NAMES
        if not wanted.isdisjoint(files) or not wanted.isdisjoint(names):
            found.folders.append(folder)
    return found


def entered(top: Path, found: Found) -> Iterator[tuple[Path, Collection[str], Collection[str]]]:
    """Yield each folder from `top` downwards that is of its project, with the names of folders and files in it.

    Not entered are hidden folders, links, virtual and conda environments, caches, folders of generated packages,
    what a build has copied, and other projects with settings of their own, which are added to `found`.
    """
    for place, names, files in os.walk(top, onerror=found.errors.append):
        folder = Path(place)
        if MANIFEST in files:
            names.clear()
        elif "pyvenv.cfg" in files or (folder != top and _is_foreign(names, files)):
            names.clear()
            continue
        elif folder != top and _is_other_project(folder, files):
            found.projects.append(folder)
            names.clear()
            continue
        yield folder, names, files
        names[:] = sorted(name for name in names if name[0] != "." and name not in NOT_SEARCHED)
        if not _BUILDERS.isdisjoint(files):
            names[:] = [name for name in names if name not in _BUILT]


def _is_foreign(names: Collection[str], files: Collection[str]) -> bool:
    """Return whether a folder is a cache or a conda environment."""
    return "CACHEDIR.TAG" in files or "conda-meta" in names


def _is_other_project(folder: Path, files: Collection[str]) -> bool:
    if _BUILDERS.isdisjoint(files) and "wsgen.toml" not in files:
        return False
    try:
        return has_settings(folder)
    except ConfigError:  # too large, or not to be read: not settings of ours
        return False
