"""Find the files that hold the settings of quality tools for a module, and read what matters of them.

Part of the path where nothing changed. Modules for which a tool reads different settings must not be on one
command line: black takes the settings of the nearest folder that all its paths have in common, and isort those of
its first path.
"""

# ruff: noqa: PTH113, PTH120  (building Path objects takes longer than the look)

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from wsgen.environment import Environment
from wsgen.files import REPOSITORIES, bytes_of, read_file
from wsgen.settings.toml import toml_in

_Extends = Callable[[bytes], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configurable:
    """A tool, as far as its settings are concerned.

    The name is that of its command, of its distribution and of the module that `python -m` runs.

    `settings` are the names of files that it reads settings from, in its order. With `configures`, it looks for
    them from the files that it checks upwards, and takes the first for which that is true; without it, it looks
    in its working directory only. `beyond_repository` says that it goes on above the top of a repository.
    `extends` returns the names of further files that the contents of a settings file bring in.
    """

    name: str
    settings: tuple[str, ...]
    configures: Callable[[Path, Environment], bool] | None = None
    beyond_repository: bool = False
    extends: _Extends = lambda _: []


def settings_files(
    output: Path,
    names: tuple[str, ...],
    *,
    known: dict[str, tuple[str, ...]] | None = None,
) -> tuple[Path, ...]:
    """Return the files with one of `names` that can hold settings for the files in `output`, nearest first.

    They are looked for in all directories above `output`: some tools go on above the project and the repository
    that it is in. Give one dict as `known` to look into each directory only once while asking for many modules
    with the same `names`.
    """
    known = {} if known is None else known
    found: list[str] = []
    directory = os.path.dirname(os.fspath(output))
    while True:
        if directory not in known:
            known[directory] = _in_directory(directory, names)
        found += known[directory]
        if (parent := os.path.dirname(directory)) == directory:
            return tuple(Path(path) for path in found)
        directory = parent


def _in_directory(directory: str, names: Iterable[str]) -> tuple[str, ...]:
    paths = (f"{directory}{os.sep}{name}" for name in names)
    # Most do not exist: `access` says so without the cost of an exception inside `isfile`.
    return tuple(p for p in paths if os.access(p, os.F_OK) and os.path.isfile(p))


def with_contents(files: Iterable[Path], extends: _Extends) -> Iterator[tuple[Path, bytes]]:
    """Yield the settings `files` and all that they bring in, whether or not it exists, with its contents."""
    seen: set[Path] = set()
    waiting = list(files)
    while waiting:
        if (file := waiting.pop(0)) in seen:
            continue
        seen.add(file)
        yield file, (data := bytes_of(file) or b"")
        if file.suffix != ".py":
            for name in extends(data):
                path = os.path.expanduser(os.path.expandvars(name))  # noqa: PTH111  as ruff does, in this order
                if "\0" not in path:
                    waiting.append(Path(os.path.normpath(file.parent / path)))


class Home(NamedTuple):
    """Where a tool's search for settings ends: at a `file`, or with None at the top of a repository."""

    folder: Path
    file: Path | None


class Homes:
    """Where the tools find the settings for modules; looks into each folder once.

    Only what is above the output folder of a module counts: the files in it are replaced.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._known: dict[tuple[str, Path], Home | None] = {}

    def of(self, tool: Configurable, output: Path) -> Home | None:
        """Return where `tool` finds the settings for the files in `output`, None if nowhere."""
        if tool.configures is None or (folder := output.parent) == output:
            return None
        key = (tool.name, folder)
        if key not in self._known:
            home = _home_in(folder, tool, self._environment)
            self._known[key] = home or self.of(tool, folder)
        return self._known[key]

    def groups(self, tool: Configurable, outputs: Iterable[Path]) -> list[tuple[Path, ...]]:
        """Return `outputs` in as few groups as the settings of `tool` allow."""
        found: dict[Home | None, list[Path]] = {}
        for output in outputs:
            found.setdefault(self.of(tool, output), []).append(output)
        return [tuple(members) for members in found.values()]


def _home_in(folder: Path, tool: Configurable, environment: Environment) -> Home | None:
    for name in tool.settings:
        file = folder / name
        if file.is_file() and tool.configures and tool.configures(file, environment):
            return Home(folder, file)
    if not tool.beyond_repository and any((folder / name).exists() for name in REPOSITORIES):
        return Home(folder, None)
    return None


def has_table(file: Path, tool: str) -> bool:
    """Return whether a `pyproject.toml` has a table for `tool`, or cannot be read, which the tool reports."""
    content = _toml(file)
    return content is None or tool in _table(content, "tool")


def tool_table(file: Path, tool: str) -> Mapping[str, object]:
    """Return what the TOML `file` says for `tool`; nothing if it cannot be read, which the tool reports."""
    content = _toml(file) or {}
    return _table(_table(content, "tool"), tool) if file.name == "pyproject.toml" else content


def _toml(file: Path) -> Mapping[str, object] | None:
    try:
        return toml_in(read_file(file))
    except (OSError, ValueError, RecursionError):
        return None


def _table(content: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}
