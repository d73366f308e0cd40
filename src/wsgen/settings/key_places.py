"""Find the place of a setting in the settings file, since tomllib does not report positions."""

import re
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.files import lines_of

WSGEN_TOML = "wsgen.toml"
# Compiled when they are needed, which is when a setting is wrong.
_PART = r"""(?:"([^"]+)"|'([^']+)'|([\w-]+))"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*\s*="
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
        table, within = "", len(prefix_of(file))
        for number, line in enumerate(lines_of(file), 1):
            text = line.strip()
            if header := re.match(_HEADER, text):
                table = re.sub(_BLANKS, "", header[1])
                self._tables[table] = number
                names = table.split(".")
                for end in range(within + 1, len(names)):  # tables that only this header makes
                    self._tables.setdefault(".".join(names[:end]), number)
            elif match := re.match(_KEY, text):
                indent = len(line) - len(line.lstrip()) + 1
                inside = table
                for part in re.finditer(_PART, match[0]):
                    key = part[part.lastindex or 0]
                    span = Span(file, number, indent + part.start(), number, indent + part.end())
                    self._keys.setdefault((inside, key), span)
                    inside = f"{inside}.{key}".lstrip(".")

    def of(self, keys: tuple[str, ...]) -> Span:
        """Return the place of the setting `keys`, such as `("quality", "steps")`.

        That is the key, its header or the first of a table in it; else the same of the nearest table that holds
        it, else the file's first line.
        """
        names = (*prefix_of(self.file), *keys)
        for last in reversed(range(len(names))):
            if place := self._keys.get((".".join(names[:last]), names[last])):
                return place
            if line := self._tables.get(".".join(names[: last + 1])):
                return Span(self.file, line, 1, line, 1)
        return Span(self.file, 1, 1, 1, 1)
