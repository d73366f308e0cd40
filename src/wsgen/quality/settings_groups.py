"""Which modules may be on one command line of a tool: those for which it reads the same settings.

black takes the settings of the nearest folder that all its paths have in common, isort those of its first path,
and ruff those nearest to each file. A module must get the same result alone as with all others, so modules with
different settings are never given to a tool together.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wsgen.files import read_file, read_text
from wsgen.quality.installed import version_numbers

_NAMES: Mapping[str, tuple[str, ...]] = {
    "black": ("pyproject.toml",),
    "ruff": (".ruff.toml", "ruff.toml", "pyproject.toml"),
    "isort": (".isort.cfg", "pyproject.toml", "setup.cfg", "tox.ini", ".editorconfig"),
}
"""The files in which each tool looks for settings, in its order; flake8 and mypy look in the root only."""

_SECTION = re.compile(rb"^\[(tool:)?isort\]", re.MULTILINE)
_PYTHON_FILES = re.compile(rb"^\[(\*|\*\*?\.py|\*\.\{([^}\n]*[, ])?py[, }].*)\]", re.MULTILINE)
_REPOSITORIES = (".git", ".hg")
_IGNORES_PLAIN_TOML = (24, 2)
"""The version since which black passes over a `pyproject.toml` without a section for it."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a tool's search for settings ends: at a `file`, or with None at the top of a repository."""

    folder: Path
    file: Path | None


class Homes:
    """Where the tools find the settings for modules; looks into each folder once.

    Only what is above the output folder of a module counts: the files in it are replaced.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, Path], Home | None] = {}

    def of(self, tool: str, output: Path) -> Home | None:
        """Return where `tool` finds the settings for the files in `output`, None if nowhere."""
        if tool not in _NAMES:
            return None
        passed = []
        found = None
        for folder in output.parents:
            if (tool, folder) in self._known:
                found = self._known[tool, folder]
                break
            passed.append((tool, folder))
            if (found := _home_in(folder, tool)) is not None:
                break
        self._known.update(dict.fromkeys(passed, found))
        return found

    def groups(self, tool: str, outputs: Iterable[Path]) -> list[tuple[Path, ...]]:
        """Return `outputs` in as few groups as the settings of `tool` allow."""
        found: dict[Home | None, list[Path]] = {}
        for output in outputs:
            found.setdefault(self.of(tool, output), []).append(output)
        return [tuple(members) for members in found.values()]


def tool_table(file: Path, tool: str) -> Mapping[str, object]:
    """Return what the TOML `file` says for `tool`; nothing if it cannot be read, which the tool reports."""
    try:
        content: object = tomllib.loads(read_text(file))
    except (OSError, ValueError):
        return {}
    for key in ("tool", tool) if file.name == "pyproject.toml" else ():
        content = content.get(key) if isinstance(content, dict) else None
    return content if isinstance(content, dict) else {}


def _home_in(folder: Path, tool: str) -> Home | None:
    for name in _NAMES[tool]:
        file = folder / name
        if file.is_file() and _configures(file, tool):
            return Home(folder, file)
    # ruff goes on beyond the top of a repository.
    if tool != "ruff" and any((folder / name).exists() for name in _REPOSITORIES):
        return Home(folder, None)
    return None


def _configures(file: Path, tool: str) -> bool:
    """Return whether `tool` would take `file` as its settings."""
    if file.name == "pyproject.toml":
        any_file = tool == "black" and version_numbers("black") < _IGNORES_PLAIN_TOML
        return any_file or tool in _tools_in(file)
    if file.name in ("setup.cfg", "tox.ini", ".editorconfig"):
        pattern = _PYTHON_FILES if file.name == ".editorconfig" else _SECTION
        try:
            return pattern.search(read_file(file)) is not None
        except OSError:
            return False
    return True


def _tools_in(file: Path) -> Iterable[str]:
    """Return the tools that a `pyproject.toml` has a section for: all of them if it cannot be read."""
    try:
        content = tomllib.loads(read_text(file))
    except (OSError, ValueError):
        return _NAMES
    tools = content.get("tool")
    return tools if isinstance(tools, dict) else ()
