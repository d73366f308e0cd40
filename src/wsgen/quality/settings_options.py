"""What isort and ruff are told on the command line, where the project's settings leave it open.

Left to itself isort wraps lines in a way that black and ruff never accept, so no text would satisfy both. Where a
project says nothing, isort is asked for the style that they agree on. Both are told from which folders the
project's own packages are imported: isort takes a package elsewhere for one of a third party, ruff for one of the
project if the file is in it, and then they sort imports differently.
"""

import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from glob import escape
from hashlib import sha256
from pathlib import Path

from wsgen.files import read_text
from wsgen.quality.extended import with_extended
from wsgen.quality.installed import version_numbers
from wsgen.quality.settings_groups import Home, tool_table
from wsgen.settings.config import default_sources

BLACK_STYLE = ("--profile", "black")
"""Options of isort for imports as black and ruff format them."""

_FORMATTERS = frozenset({"black", "ruff-format"})
_TAKES_SETTINGS = (0, 2, 2)
"""The version since which ruff takes single settings on the command line; older ones take a file."""
_LOOKS_INTO_SRC = (0, 6)
"""The version since which ruff looks for the project's packages in `src` too, as isort does."""

_ISORT_ROOTS = ("src_paths", "known_first_party")
_ROOTS_IN_INI = re.compile(rf"^({'|'.join(_ISORT_ROOTS)})[ \t]*[=:]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Roots:
    """The folders `sources` that the packages of the project in `root` are imported from.

    `mirrored` returns where a folder or file is in the mirror, in which the tools run; `scratch` is a folder for
    settings of our own.
    """

    root: Path
    sources: Sequence[Path]
    mirrored: Callable[[Path], str]
    scratch: Path

    def beside(self, folder: Path) -> list[str]:
        """Return the folders to name to a tool that looks into `folder` and its `src` by itself.

        None need to be named if these are enough. One with a star cannot be: isort would expand it.
        """
        if tuple(self.sources) == default_sources(self.root):
            return []
        own = [folder, folder / "src"]
        further = [path for path in self.sources if path not in own and "*" not in str(path)]
        return [self.mirrored(path) for path in (*own, *further)] if further else []


def isort_options(home: Home | None, roots: Roots, steps: Collection[str]) -> tuple[str, ...]:
    """Return the options of isort for files with the settings in `home`, in a run of `steps`."""
    file = home.file if home is not None else None
    configured = file is not None and file.name != ".editorconfig"
    style = () if configured or _FORMATTERS.isdisjoint(steps) else BLACK_STYLE
    folders = (
        [] if _says_roots(home, "isort") else roots.beside(file.parent if file else roots.root)
    )
    return (*style, *(option for folder in folders for option in ("--src", folder)))


def ruff_options(home: Home | None, roots: Roots) -> tuple[str, ...]:
    """Return the options of ruff for files with the settings in `home`."""
    folder = home.folder if home is not None else roots.root
    folders = roots.beside(folder)
    if not folders and version_numbers("ruff") < _LOOKS_INTO_SRC:
        folders = [
            roots.mirrored(path) for path in (folder, folder / "src") if path in roots.sources
        ]
    if not folders or _says_roots(home, "ruff"):
        return ()
    setting = f"src = {_toml([escape(folder) for folder in folders])}\n"
    if version_numbers("ruff") >= _TAKES_SETTINGS:
        return ("--config", setting)
    extended = home.file if home is not None else None
    if extended is not None:
        setting = f"extend = {_toml(roots.mirrored(extended))}\n{setting}"
    file = roots.scratch / f"ruff-{sha256(setting.encode()).hexdigest()[:12]}.toml"
    if not file.exists():  # another process may be reading it
        file.write_text(setting, "utf-8")
    return ("--config", os.fspath(file))


def _toml(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _says_roots(home: Home | None, tool: str) -> bool:
    """Return whether the project itself tells the tool which packages are its own."""
    if home is None or home.file is None:
        return False
    if tool == "ruff":
        return any(_names_roots(tool_table(file, "ruff")) for file in with_extended((home.file,)))
    if home.file.suffix == ".toml":
        return any(key in tool_table(home.file, "isort") for key in _ISORT_ROOTS)
    try:
        return _ROOTS_IN_INI.search(read_text(home.file)) is not None
    except (OSError, ValueError):
        return False


def _names_roots(table: object) -> bool:
    """Return whether ruff's settings have `src`, or `known-first-party` for its sorting of imports."""
    return isinstance(table, dict) and (
        "src" in table or any("known-first-party" in section for section in _sorting(table))
    )


def _sorting(table: dict[str, object]) -> Iterator[dict[str, object]]:
    lint = table.get("lint")
    for holder in (table, lint if isinstance(lint, dict) else {}):
        if isinstance(section := holder.get("isort"), dict):
            yield section
