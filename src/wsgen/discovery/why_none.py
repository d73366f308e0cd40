"""Say why no module was found: a file with another name, a folder that is not searched, another project."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from wsgen.diagnostics import Diagnostic, Severity, Span
from wsgen.discovery.module_folder import module_at
from wsgen.discovery.modules import FOLDERS
from wsgen.discovery.walk import Found, entered
from wsgen.errors import ConfigError
from wsgen.files import read_file, real
from wsgen.settings.config import Config
from wsgen.settings.key_places import WSGEN_TOML, SettingPlaces
from wsgen.source import PYTHON_NAME, YAML_NAME, YAML_NAMES

DECLARE_ROUTER = "Declare a router: `BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]`."
"""The next step where a `ws.py` declares nothing."""

_NAMES = f"{', '.join(YAML_NAMES)} or {PYTHON_NAME}"
_SHOWN = 3
_BYTES = 1 << 16
"""How much of a file is read in search of routers."""
_ROUTERS = rb"^routers:"
_DECLARES = {
    ".yaml": _ROUTERS,
    ".yml": _ROUTERS,
    ".py": rb"^\s*(?:type\s+)?\w+\s*(?::[^=\n]*)?=\s*WsRouter\[",
}
"""What a file with this suffix has, whatever its name, if it was written as a source."""
_NOT_READ = (".json", ".toml", ".txt")
"""Suffixes of files that somebody may have called `ws` in the hope that they are read."""
_FILES = 10_000
"""How many files are looked at."""


class _Seen(NamedTuple):
    """What there is instead of modules, in the order of paths."""

    misnamed: list[Path]
    elsewhere: list[Path]
    projects: list[Path]
    unlikely: list[Path]


class _Reason(NamedTuple):
    """Why there is no module, what to do about it, and the place to look at."""

    text: str
    help: str
    place: Span | None = None


def why_none(
    paths: Sequence[Path], config: Config, *, given: bool, severity: Severity
) -> Diagnostic:
    """Return the diagnostic that there is no module below `paths`, with the reason.

    `given` tells that the user named the paths; otherwise they are those of the settings.
    """
    place = None
    if config.file is not None and not given:
        place = SettingPlaces(config.file).of(("paths",))
    if not paths:
        message = "there is no folder to search: `paths` in the settings is empty"
        help_text = "Name the folders that hold modules, or remove `paths` to search the project."
        return Diagnostic("WSG413", message, place, help=help_text, severity=severity)
    seen = _look(paths, config)
    reason = _reason(seen, given=given)
    place = reason.place or place
    if place is None and seen.projects:  # code scanning services show nothing without a place
        place = Span(_settings_in(seen.projects[0]))
    message = f"there is no module in {_listed(paths)}: {reason.text}"
    return Diagnostic("WSG413", message, place, help=reason.help, severity=severity)


def _reason(seen: _Seen, *, given: bool) -> _Reason:
    """Return the likeliest reason."""
    if seen.misnamed:
        return _of_misnamed(seen.misnamed)
    if seen.unlikely and given:
        return _of_misnamed(seen.unlikely)
    if folders := seen.elsewhere:
        text = f"the project has modules elsewhere, in {_listed(folders)}"
        if given:
            return _Reason(text, "Name a folder that holds modules, or no PATH at all.")
        return _Reason(text, "Add the folder that holds them to `paths` in the settings.")
    if projects := seen.projects:
        text = f"projects with settings of their own are not searched: {_listed(projects)}"
        one = f"`-C {_name(projects[0])}`"
        help_text = f"Add `--all-projects` to the command, or {one} to work on one of them."
        return _Reason(text, help_text)
    if seen.unlikely:
        return _of_misnamed(seen.unlikely)
    text = f"no folder there has a {_NAMES}"
    help_text = f"Run `wsgen init` to write a first {YAML_NAME}, or name the folder that holds one."
    return _Reason(text, help_text)


def _settings_in(project: Path) -> Path:
    file = project / WSGEN_TOML
    return file if file.is_file() else project / "pyproject.toml"


def _of_misnamed(files: Sequence[Path]) -> _Reason:
    file = files[0]
    if len(files) > 1:
        text = f"sources are called {_NAMES}, and declare routers, unlike {_listed(files)}"
        help_text = (
            f"Put each into a folder named after its module, as {YAML_NAME} or {PYTHON_NAME}."
        )
    elif file.name == PYTHON_NAME:
        text = f"{_name(file)} has no alias of `WsRouter`"
        help_text = DECLARE_ROUTER
    else:
        source = PYTHON_NAME if file.suffix == ".py" else YAML_NAME
        text = f"sources are called {_NAMES}, and not {file.name}"
        help_text = f"Rename {_name(file)} to {source}."
    return _Reason(text, help_text, Span(file))


def _look(paths: Sequence[Path], config: Config) -> _Seen:
    """Search below `paths`, and then in the whole project for modules that are elsewhere."""
    found = Found([], [], [], [])
    tops = [top if (top := real(path)).is_dir() else top.parent for path in paths]
    seen = _Seen([], [], found.projects, [])
    for file in islice(_files(tops, found), _FILES):
        if _is_misnamed(file):
            seen.misnamed.append(file)
        elif file.name == PYTHON_NAME or (_is_called_ws(file) and file.suffix in _NOT_READ):
            seen.unlikely.append(file)
    for folder, _, _ in islice(entered(config.root, Found([], [], [], [])), FOLDERS):
        if not any(folder.is_relative_to(top) for top in tops) and _is_module(folder, config):
            seen.elsewhere.append(folder)
    return seen


def _files(tops: Iterable[Path], found: Found) -> Iterator[Path]:
    for top in tops:
        for folder, _, files in entered(top, found):
            yield from (folder / name for name in sorted(files))


def _is_misnamed(file: Path) -> bool:
    """Return whether `file` was written as a source, and is none because of its name."""
    pattern = _DECLARES.get(file.suffix.lower())
    if pattern is None or file.name in (*YAML_NAMES, PYTHON_NAME):
        return False
    return _is_called_ws(file) or _has(file, pattern)


def _is_called_ws(file: Path) -> bool:
    return file.name.partition(".")[0].lower() == "ws"


def _has(file: Path, pattern: bytes) -> bool:
    try:
        return re.search(pattern, read_file(file, _BYTES), re.MULTILINE) is not None
    except OSError:
        return False


def _is_module(folder: Path, config: Config) -> bool:
    try:
        return module_at(folder, config) is not None
    except ConfigError:
        return False


def _listed(paths: Sequence[Path]) -> str:
    """Return `paths` as a list in words, in which all but the first few are counted."""
    names = ["this folder" if (name := _name(path)) == "." else f"`{name}`" for path in paths]
    if len(names) > _SHOWN + 1:
        names[_SHOWN:] = [f"{len(names) - _SHOWN} more"]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _name(path: Path) -> str:
    """Return `path` as the reader would type it."""
    place = real(path)
    try:
        return place.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return place.as_posix()
