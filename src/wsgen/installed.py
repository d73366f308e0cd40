"""Which tools are installed, in which version, and by which command they run, without importing or running any.

Part of the path where nothing changed: only `os` and `sys` are imported for it, and directories are listed
again only after they changed.
"""

# ruff: noqa: PTH113, PTH116, PTH120  (building Path objects takes longer than the look)

import os
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

_INSTALLED = ".dist-info"


def fingerprint(tool: str, companions: tuple[str, ...] = ()) -> str:
    """Return a text that changes when the tool does; an empty one if it is not installed.

    It names the installed version (`black-24.1.0`) where this interpreter has the tool, with those of all
    distributions whose names begin with one of `companions`, and otherwise the path, size and modification time
    of the command.
    """
    if version := installed_version(tool, companions):
        return version
    command = _command_fingerprint(tool)
    return (
        f"{command} {' '.join(_distributions_of(companions))}"
        if command and companions
        else command
    )


def installed_version(tool: str, companions: tuple[str, ...] = ()) -> str:
    """Return `name-version` of the tool and its companions in this interpreter, or an empty text."""
    own = f"{tool}-"
    found = _distributions_of((own, *companions))
    return " ".join(found) if any(name.startswith(own) for name in found) else ""


def _distributions_of(wanted: tuple[str, ...]) -> list[str]:
    """Return the `name-version` of what this interpreter has and begins with one of `wanted`."""
    found: list[str] = []
    for directory in sys.path:
        if directory.endswith("-packages"):
            try:
                changed = os.stat(directory).st_mtime_ns
            except OSError:
                continue
            found += _distributions(directory, changed, wanted)
    return sorted(found)


def version_of(tool: str) -> str:
    """Return the version of the tool in this interpreter, an empty text if it has none."""
    names = installed_version(tool).split()
    return next((n.removeprefix(f"{tool}-") for n in names if n.startswith(f"{tool}-")), "")


def version_numbers(tool: str) -> tuple[int, ...]:
    """Return the version of the tool in this interpreter; one that is not known counts as the newest."""
    numbers = tuple(int(part) for part in version_of(tool).split(".") if part.isdigit())
    return numbers or (sys.maxsize,)


def find_commands(tools: Iterable[str], *, root: Path) -> Mapping[str, tuple[str, ...] | None]:
    """Return the beginning of the command line of each tool, None for one that is not installed.

    The command beside this interpreter comes first, then the tool as a module of it, then PATH, where
    entries that are not absolute count from `root`. What is named by a path is that file, and may be relative.
    """
    return {tool: _command(tool, root) for tool in dict.fromkeys(tools)}


def _command(tool: str, root: Path) -> tuple[str, ...] | None:
    if os.path.basename(tool) != tool:  # noqa: PTH119
        return (tool,) if _is_executable(os.path.join(root, tool)) else None
    if beside := _beside_interpreter(tool):
        return (beside,)
    if installed_version(tool):
        # -P: a file of the project that is called like the tool is not imported in its place.
        return (sys.executable, "-P", "-m", tool)
    if on_path := _on_path(tool):
        return (os.path.join(root, on_path),)
    return None


def _beside_interpreter(tool: str) -> str | None:
    return _command_in(os.path.dirname(sys.executable), tool)


def _on_path(tool: str) -> str | None:
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return next((found for d in directories if d and (found := _command_in(d, tool))), None)


def _command_in(directory: str, tool: str) -> str | None:
    path = os.path.join(directory, f"{tool}.exe" if os.name == "nt" else tool)
    return path if _is_executable(path) else None


def _is_executable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _command_fingerprint(tool: str) -> str:
    path = _beside_interpreter(tool) or _on_path(tool)
    if path is None:
        return ""
    path = os.path.realpath(path)
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns}"


@lru_cache(maxsize=256)
def _distributions(directory: str, changed: int, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the `name-version` of what is installed in `directory` and begins with one of `wanted`."""
    return tuple(name for name in _installed(directory, changed) if name.startswith(wanted))


@lru_cache(maxsize=32)
def _installed(directory: str, changed: int) -> tuple[str, ...]:  # noqa: ARG001 - part of the key
    """Return `name-version`, in lower case, of what is in `directory` since it was `changed`."""
    try:
        names = os.listdir(directory)
    except OSError:
        return ()
    return tuple(n.lower().removesuffix(_INSTALLED) for n in names if n.endswith(_INSTALLED))
