"""Which tools are installed, where, in which version, and by which command they run, without running any.

A tool is looked for in the project's environment first, then in the one that wsgen runs in, then on PATH. Part of
the path where nothing changed: directories are listed again only after they changed.
"""

# ruff: noqa: PTH113, PTH116, PTH119  (building Path objects takes longer than the look)

import os
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from wsgen.environment import Environment, running_environment

_INSTALLED = ".dist-info"
_SAFE_PATH = (3, 11)
"""The version of Python that has the option `-P`."""


class FoundTool(NamedTuple):
    """A tool that is installed: the beginning of its command line, its version, and the environment it is in.

    The version is empty if it is not known; `environment` is None for a command on PATH.
    """

    command: tuple[str, ...]
    version: str
    environment: Environment | None


def fingerprint(
    tool: str, companions: tuple[str, ...], environment: Environment, *, imports: bool = False
) -> str:
    """Return a text that changes when the tool does; an empty one if it is not installed.

    It names the installed version (`black-24.1.0`), with those of all distributions beside it whose names begin
    with one of `companions`, and otherwise the path, size and modification time of the command. With `imports`
    it also names the interpreter of `environment` and all that is installed there.
    """
    home = _home(tool, environment)
    own = installed_version(tool, companions, home) if home else ""
    if not own and (own := _command_fingerprint(tool, home)) and companions:
        own = " ".join([own, *_distributions_of(companions, home or environment)])
    if not (own and imports):
        return own
    everything = _distributions_of(("",), environment)
    return " ".join([own, environment.python, environment.version, *everything])


def installed_version(tool: str, companions: tuple[str, ...], environment: Environment) -> str:
    """Return `name-version` of the tool and its companions in `environment`, or an empty text."""
    own = f"{tool}-"
    found = _distributions_of((own, *companions), environment)
    return " ".join(found) if any(name.startswith(own) for name in found) else ""


def _distributions_of(wanted: tuple[str, ...], environment: Environment) -> list[str]:
    """Return the `name-version` of what `environment` has and begins with one of `wanted`."""
    folders = environment.packages
    return sorted(name for folder in folders for name in _distributions(folder, wanted))


def version_of(tool: str, environment: Environment) -> str:
    """Return the version of the tool in the environment where it is found, an empty text if that has none."""
    home = _home(tool, environment)
    return version_in(tool, home) if home else ""


def version_in(distribution: str, environment: Environment) -> str:
    """Return the version of a distribution, named as its metadata are, in `environment`; empty if it has none."""
    own = f"{distribution}-"
    names = installed_version(distribution, (), environment).split()
    return next((name.removeprefix(own) for name in names if name.startswith(own)), "")


def version_numbers(tool: str, environment: Environment) -> tuple[int, ...]:
    """Return the version of the tool as numbers; one that is not known counts as the newest."""
    found = version_of(tool, environment).split(".")
    return tuple(int(part) for part in found if part.isdigit()) or (sys.maxsize,)


def find_tools(
    tools: Iterable[str], environment: Environment, *, root: Path
) -> Mapping[str, FoundTool | None]:
    """Return where each tool is, None for one that is not installed.

    In an environment the command beside its interpreter comes first, then the tool as a module of it. Entries of
    PATH that are not absolute count from `root`. What is named by a path is that file, and may be relative.
    """
    return {tool: _found(tool, environment, root) for tool in dict.fromkeys(tools)}


def _found(tool: str, environment: Environment, root: Path) -> FoundTool | None:
    if os.path.basename(tool) != tool:
        found = _is_executable(os.path.join(root, tool))
        return FoundTool((tool,), "", None) if found else None
    if home := _home(tool, environment):
        version = version_of(tool, environment)
        if beside := _command_in(home.scripts, tool):
            return FoundTool((beside,), version, home)
        # -P: a file of the project that is called like the tool is not imported in its place.
        return FoundTool((home.python, "-P", "-m", tool), version, home)
    if on_path := _on_path(tool):
        return FoundTool((os.path.join(root, on_path),), "", None)
    return None


def _home(tool: str, environment: Environment) -> Environment | None:
    """Return the environment that the tool is taken from, None if neither of the two has it."""
    homes = [environment] if environment.is_running else [environment, running_environment()]
    for home in homes:
        as_module = home.numbers >= _SAFE_PATH and installed_version(tool, (), home)
        if as_module or _command_in(home.scripts, tool):
            return home
    return None


def _on_path(tool: str) -> str | None:
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return next((found for d in directories if d and (found := _command_in(d, tool))), None)


def _command_in(directory: str, tool: str) -> str | None:
    path = os.path.join(directory, f"{tool}.exe" if os.name == "nt" else tool)
    return path if _is_executable(path) else None


def _is_executable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _command_fingerprint(tool: str, home: Environment | None) -> str:
    path = (home and _command_in(home.scripts, tool)) or _on_path(tool)
    if path is None:
        return ""
    path = os.path.realpath(path)
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def _distributions(directory: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the `name-version` of what is installed in `directory` and begins with one of `wanted`."""
    try:
        changed = os.stat(directory).st_mtime_ns
    except OSError:
        return ()
    return _chosen(directory, changed, wanted)


@lru_cache(maxsize=256)
def _chosen(directory: str, changed: int, wanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in _installed(directory, changed) if name.startswith(wanted))


@lru_cache(maxsize=32)
def _installed(directory: str, changed: int) -> tuple[str, ...]:  # noqa: ARG001 - part of the key
    """Return `name-version`, in lower case, of what is in `directory` since it was `changed`."""
    try:
        names = os.listdir(directory)
    except OSError:
        return ()
    return tuple(n.lower().removesuffix(_INSTALLED) for n in names if n.endswith(_INSTALLED))
