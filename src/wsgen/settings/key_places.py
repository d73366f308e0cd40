"""Find the place of a setting in the settings file, since tomllib does not report positions."""

import re
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.files import lines_of

WSGEN_TOML = "wsgen.toml"
# Compiled when they are needed, which is when a setting is wrong.
_KEY = r"""(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*[=.]"""
_HEADER = r"\[{1,2}([^\]]*)\]{1,2}\s*(?:#.*)?$"
_BLANKS = r"[\s\"']"


def prefix_of(file: Path) -> tuple[str, ...]:
    """Return the tables that hold the settings of wsgen: none in a `wsgen.toml`, which holds nothing else."""
    return () if file.name == WSGEN_TOML else ("tool", "wsgen")


class SettingPlaces:
    """The places of the keys and tables in one settings file, which is read once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._keys: dict[tuple[str, str], Span] = {}
        self._tables: dict[str, int] = {}
        table = ""
        for number, line in enumerate(lines_of(file), 1):
            text = line.strip()
            if header := re.match(_HEADER, text):
                table = re.sub(_BLANKS, "", header[1])
                self._tables[table] = number
            elif match := re.match(_KEY, text):
                key = match[match.lastindex or 0]
                start = len(line) - len(line.lstrip()) + 1
                span = Span(file, number, start, number, start + len(key))
                self._keys.setdefault((table, key), span)

    def of(self, keys: tuple[str, ...]) -> Span:
        """Return the place of the setting `keys`, such as `("quality", "steps")`.

        That is the key, else the header of the table that holds it, else the file's first line.
        """
        *tables, key = keys
        wanted = ".".join((*prefix_of(self.file), *tables))
        if (place := self._keys.get((wanted, key))) is not None:
            return place
        line = self._tables.get(f"{wanted}.{key}".lstrip("."), self._tables.get(wanted, 1))
        return Span(self.file, line, 1, line, 1)
