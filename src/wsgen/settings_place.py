"""Where a setting stands in the project's settings file: tomllib keeps no positions."""

import re
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.files import read_file

WSGEN_TOML = "wsgen.toml"


def prefix_of(file: Path) -> tuple[str, ...]:
    """Return the tables that wsgen's settings are in: none in a `wsgen.toml`, which is wsgen's own."""
    return () if file.name == WSGEN_TOML else ("tool", "wsgen")


def setting_place(file: Path, keys: tuple[str, ...]) -> Span:
    """Return where the setting `keys`, as in `("quality", "steps")`, stands in `file`.

    That is the key, else the header of the table that holds it, else the file's first line.
    """
    *tables, key = keys
    header = re.compile(r"\s*\[+\s*(.*?)\s*\]+\s*(?:#.*)?$")
    wanted = ".".join((*prefix_of(file), *tables))
    name = re.compile(rf"""\s*(["']?){re.escape(key)}\1\s*[=.]""")
    current, fallback = "", 1
    for number, line in enumerate(_lines(file), 1):
        if match := header.match(line):
            current = re.sub(r"[\s\"']", "", match[1])
            if current in (wanted, f"{wanted}.{key}".lstrip(".")):
                fallback = number
        elif current == wanted and name.match(line):
            start = len(line) - len(line.lstrip()) + 1
            return Span(file, number, start, number, start + len(key))
    return Span(file, fallback, 1, fallback, 1)


def _lines(file: Path) -> list[str]:
    try:
        return read_file(file).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
