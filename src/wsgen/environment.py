"""The Python environment that tools and imports look at: its interpreter, its version and what is installed.

All is found by looking at files: no interpreter is started. Part of the path where nothing changed.
"""

# ruff: noqa: PTH112, PTH113, PTH116, PTH119, PTH120, PTH121  (Path objects take longer)

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from wsgen.files import read_file

_WINDOWS = os.name == "nt"
_PROGRAMS = (
    ("Scripts/python.exe", "python.exe") if _WINDOWS else ("bin/python", "bin/python3", "python")
)
_SETTINGS = "pyvenv.cfg"
_COMPILED = (".so", ".pyd")
_LIMIT = 1 << 20
# Compiled when they are needed, which is when wsgen runs in another environment.
_LIBRARY = r"(?:python|pypy)(\d+\.\d+)t?$"
_VERSION = r"(?m)^version(?:_info)?[ \t]*=[ \t]*(\d+\.\d+)"
_HOME = r"(?m)^home[ \t]*=[ \t]*(\S[^\r\n]*)"
_SHARES_SYSTEM = r"(?mi)^include-system-site-packages[ \t]*=[ \t]*true\b"
_TABLE = r"(?m)^(?:MAPPING|NAMESPACES)\b[^=\n]*=[ \t]*(\{.*\})"
_KEY = r"""['"]([\w.]+)['"]:"""


class Environment(NamedTuple):
    """An environment: its interpreter, the folder that it is in, its version and its `site-packages`.

    `version` is such as "3.12", empty if it is not known. `reason` says in a few words why it is the one that
    tools and imports look at.
    """

    python: str
    prefix: str
    version: str
    packages: tuple[str, ...]
    reason: str = ""
    is_running: bool = False

    @property
    def scripts(self) -> str:
        """Return the folder of its commands."""
        return os.path.dirname(self.python)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return its version as numbers; one that is not known counts as the newest."""
        return tuple(map(int, self.version.split("."))) if self.version else (sys.maxsize,)


def running_environment(reason: str = "wsgen runs in it") -> Environment:
    """Return the environment of this interpreter."""
    packages = tuple(folder for folder in sys.path if folder.endswith("-packages"))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Environment(sys.executable, sys.prefix, version, packages, reason, True)


def environment_at(place: str, reason: str) -> Environment | None:
    """Return the environment at `place`, a folder or an interpreter; None if no interpreter is there."""
    if (python := _interpreter(place)) is None:
        return None
    prefix = _virtual_prefix(python)
    if prefix is None:
        python = os.path.realpath(python)
        prefix = os.path.dirname(os.path.dirname(python))
        is_running = sys.prefix == sys.base_prefix and _is_same(python, sys.executable)
    else:
        is_running = _is_same(prefix, sys.prefix)
    if is_running:
        return running_environment(reason)
    version, packages = _contents(prefix, python)
    return Environment(python, prefix, version, packages, reason)


def has_package(environment: Environment, name: str) -> bool:
    """Return whether the top-level package or module `name` is installed, as far as files show it.

    That includes editable installs, whose folders `.pth` files name, or whose finders have them in a table.
    """
    folders = list(_folders(environment))
    for folder in folders:
        place = f"{folder}/{name}"
        if os.path.isdir(place) or os.path.isfile(f"{place}.py"):
            return True
        compiled = (n for n in _names(folder) if n.startswith(f"{name}."))
        if any(each.endswith(_COMPILED) for each in compiled):
            return True
    return any(name in _in_finders(folder) for folder in environment.packages)


def linked_folders(environment: Environment) -> tuple[str, ...]:
    """Return the folders that `.pth` files add to what is installed: those of editable installs."""
    return tuple(link for folder in environment.packages for link in _linked(folder))


def _folders(environment: Environment) -> Iterator[str]:
    """Yield the folders that the interpreter imports installed packages from."""
    yield from filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    for folder in environment.packages:
        yield folder
        yield from _linked(folder)


def _linked(folder: str) -> Iterator[str]:
    """Yield the folders that the `.pth` files in `folder` add."""
    for name in _names(folder):
        if name.endswith(".pth"):
            for line in map(str.strip, _text(f"{folder}/{name}").splitlines()):
                if line and "\0" not in line and not line.startswith(("#", "import ", "import\t")):
                    yield os.path.join(folder, line)


def _in_finders(folder: str) -> set[str]:
    """Return the packages in the tables of the finders that setuptools writes for editable installs."""
    found: set[str] = set()
    for name in _names(folder):
        if name.startswith("__editable__") and name.endswith("_finder.py"):
            for table in re.findall(_TABLE, _text(f"{folder}/{name}")):
                found.update(key.partition(".")[0] for key in re.findall(_KEY, table))
    return found


def _interpreter(place: str) -> str | None:
    """Return the interpreter that `place` is or has; None if there is none that can be started."""
    candidates: Iterable[str] = (place,)
    if os.path.isdir(place):
        candidates = (os.path.join(place, *name.split("/")) for name in _PROGRAMS)
    return next((p for p in candidates if os.path.isfile(p) and os.access(p, os.X_OK)), None)


def _virtual_prefix(python: str) -> str | None:
    """Return the virtual environment that an interpreter belongs to, found as it finds it itself."""
    scripts = os.path.dirname(python)
    folders = (os.path.dirname(scripts), scripts)
    return next((f for f in folders if os.path.isfile(os.path.join(f, _SETTINGS))), None)


def _contents(prefix: str, python: str) -> tuple[str, tuple[str, ...]]:
    """Return the version and the `site-packages` of the environment in `prefix`."""
    settings = _text(os.path.join(prefix, _SETTINGS))
    program = os.path.basename(os.path.realpath(python)).removesuffix(".exe")
    said = re.search(_VERSION, settings) or re.match(_LIBRARY, program)
    libraries = (re.match(_LIBRARY, name) for name in (() if said else _names(f"{prefix}/lib")))
    versions = {found[1] for found in libraries if found}
    version = said[1] if said else versions.pop() if len(versions) == 1 else ""
    packages = _packages(prefix, version)
    home = re.search(_HOME, settings)
    if home and "\0" not in home[1] and re.search(_SHARES_SYSTEM, settings):
        scripts = home[1].strip()
        packages += _packages(scripts if _WINDOWS else os.path.dirname(scripts), version)
    return version, packages


def _packages(prefix: str, version: str) -> tuple[str, ...]:
    """Return the folders below `prefix` that an interpreter of this version has packages in."""
    libraries = (f"python{version}", f"python{version}t", f"pypy{version}")
    places = [f"lib/{name}/{kind}-packages" for name in libraries for kind in ("site", "dist")]
    places += ["lib/python3/dist-packages", "Lib/site-packages"]
    found = (os.path.join(prefix, *place.split("/")) for place in places)
    return tuple(folder for folder in found if os.path.isdir(folder))


def _text(file: str) -> str:
    """Return the text of `file`, none if it cannot be read."""
    with suppress(OSError, ValueError):
        return read_file(file, _LIMIT).decode("utf-8", "replace")
    return ""


def _is_same(one: str, other: str) -> bool:
    with suppress(OSError):
        return os.path.samefile(one, other)
    return False


def _names(folder: str) -> tuple[str, ...]:
    """Return the names in `folder`, in order, which is listed again only if it has changed."""
    with suppress(OSError):
        return _listed(folder, os.stat(folder).st_mtime_ns)
    return ()


@lru_cache(maxsize=64)
def _listed(folder: str, changed: int) -> tuple[str, ...]:  # noqa: ARG001 - part of the key
    return tuple(sorted(os.listdir(folder)))
