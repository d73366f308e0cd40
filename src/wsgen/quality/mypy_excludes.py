"""Which files the project's mypy configuration excludes.

mypy reports excluded directories one at a time, and does nothing else then. Knowing the patterns, all of them
can be left out at once.
"""

import configparser
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from wsgen.files import read_text

_INI_NAMES = ("mypy.ini", ".mypy.ini", "setup.cfg")


def mypy_excludes(directory: Path) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of `exclude` in the mypy configuration in `directory`, where mypy is run.

    A pattern that searches successfully in a file's path, relative and with slashes, excludes it. What
    cannot be read gives no pattern: mypy itself reports it.
    """
    patterns = []
    for text in (*_in_toml(directory / "pyproject.toml"), *_in_ini(directory)):
        try:
            patterns.append(re.compile(text.strip()))
        except re.error:
            continue
    return tuple(patterns)


def _in_toml(path: Path) -> Iterator[str]:
    try:
        settings = tomllib.loads(read_text(path))
        found = settings.get("tool", {}).get("mypy", {}).get("exclude", [])
    except (OSError, ValueError, AttributeError):
        # AttributeError: `tool` or `tool.mypy` is something else than a table.
        return
    yield from [found] if isinstance(found, str) else (x for x in found if isinstance(x, str))


def _in_ini(directory: Path) -> Iterator[str]:
    for name in _INI_NAMES:
        parser = configparser.RawConfigParser()
        try:
            parser.read(directory / name, encoding="utf-8")
        except (configparser.Error, OSError, ValueError):
            continue
        if found := parser.get("mypy", "exclude", fallback=""):
            yield found
