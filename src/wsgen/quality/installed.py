"""Which tools are installed, and in which version, without importing or running any of them.

Part of the path where nothing changed: only `os` and `sys` are imported, and directories are listed
again only after they changed.
"""

# ruff: noqa: PTH113, PTH116, PTH120  (building Path objects takes longer than the look)

import os
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache

TOOL_OF_STEP: Mapping[str, str] = {
    "black": "black",
    "ruff-format": "ruff",
    "ruff-fix": "ruff",
    "flake8": "flake8",
    "ruff-check": "ruff",
    "mypy": "mypy",
    "isort": "isort",
}
_INSTALLED = ".dist-info"
_COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "flake8": ("flake8", "pep8", "pycodestyle", "pyflakes", "mccabe"),
    "mypy": ("pydantic", "types_", "types-"),
}
"""Beginnings of the names of packages that change what a tool finds."""


def tool_fingerprints(steps: Iterable[str]) -> Mapping[str, str]:
    """Return for each tool that `steps` need a text that changes when the tool does, by tool name.

    It names the installed version (`black-24.1.0`) where this interpreter has the tool, with those of
    its plugins, and otherwise the path, size and modification time of the command on PATH. A tool that
    is not installed has an empty text.
    """
    found = {tool: installed_version(tool) for tool in sorted({TOOL_OF_STEP[s] for s in steps})}
    return {tool: text or _command_fingerprint(tool) for tool, text in found.items()}


def installed_version(tool: str) -> str:
    """Return `name-version` of the tool and of its plugins in this interpreter, or an empty text."""
    wanted = (f"{tool}-", *_COMPANIONS.get(tool, ()))
    found: list[str] = []
    for directory in sys.path:
        if directory.endswith("-packages"):
            try:
                changed = os.stat(directory).st_mtime_ns
            except OSError:
                continue
            found += _distributions(directory, changed, wanted)
    return " ".join(sorted(found)) if any(n.startswith(wanted[0]) for n in found) else ""


def version_numbers(tool: str) -> tuple[int, ...]:
    """Return the version of the tool in this interpreter; one that is not known counts as the newest."""
    names = installed_version(tool).split()
    version = next((n.removeprefix(f"{tool}-") for n in names if n.startswith(f"{tool}-")), "")
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    return numbers or (sys.maxsize,)


def command_path(tool: str) -> str | None:
    """Return the path of the command `tool`: beside this interpreter, else on PATH, else None."""
    beside = os.path.dirname(sys.executable)
    return _command_in(beside, tool) or command_on_path(tool)


def command_on_path(tool: str) -> str | None:
    """Return the path of the first executable file `tool` on PATH, or None."""
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return next((found for d in directories if d and (found := _command_in(d, tool))), None)


def command_beside(tool: str) -> str | None:
    """Return the path of the command `tool` in the directory of this interpreter, or None."""
    return _command_in(os.path.dirname(sys.executable), tool)


def _command_in(directory: str, tool: str) -> str | None:
    path = os.path.join(directory, f"{tool}.exe" if os.name == "nt" else tool)
    return path if os.path.isfile(path) and os.access(path, os.X_OK) else None


def _command_fingerprint(tool: str) -> str:
    path = command_path(tool)
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
