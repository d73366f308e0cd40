"""Which further files the settings of the tools bring in: what ruff extends, and mypy's plugins.

Part of the path where nothing changed: two searches in a text instead of a parser for each format. What is
found too much does no harm, it only makes a verdict depend on one more file.
"""

import os
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from wsgen.files import read_file

_EXTEND = re.compile(r"""(?<![\w-])["']?extend["']?[ \t]*=[ \t]*(?:"([^"\n]+)"|'([^'\n]+)')""")
_PLUGINS = re.compile(r"(?<![\w-])plugins\b[^\n=:]*[=:]\s*(\[[^\]]*\]|[^\n]*(?:\n[ \t]+[^\n]*)*)")
_FILE = re.compile(r"""[^\s"',\[\]]+\.py\b""")


def settings_sum(files: Iterable[Path]) -> str:
    """Return the sum over the settings `files` and all that they bring in, whether or not it exists."""
    total = sha256()
    for file, data in _with_contents(files):
        total.update(os.fsencode(f"\n{file}={len(data)}="))
        total.update(data)
    return total.hexdigest()


def with_extended(files: Iterable[Path]) -> tuple[Path, ...]:
    """Return the settings `files` and all that they bring in, whether or not it exists."""
    return tuple(file for file, _ in _with_contents(files))


def _with_contents(files: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    seen: set[Path] = set()
    waiting = list(files)
    while waiting:
        if (file := waiting.pop(0)) in seen:
            continue
        seen.add(file)
        data = _read(file)
        yield file, data
        if file.suffix != ".py":
            waiting += _brought_in(file.parent, data)


def _brought_in(folder: Path, data: bytes) -> list[Path]:
    if b"extend" not in data and b"plugins" not in data:
        return []
    text = data.decode("utf-8", "replace")
    extended = [a or b for a, b in _EXTEND.findall(text)]
    plugins = [name for value in _PLUGINS.findall(text) for name in _FILE.findall(value)]
    names = [os.path.expanduser(os.path.expandvars(name)) for name in [*extended, *plugins]]  # noqa: PTH111  as ruff does, in this order
    return [Path(os.path.normpath(folder / name)) for name in names if "\0" not in name]


def _read(file: Path) -> bytes:
    try:
        return read_file(file)
    except OSError:
        return b""
