"""Read a Python file as text with line ends LF, and turn it back into bytes with its encoding and line ends."""

import ast
import codecs
import io
import re
import tokenize
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wsgen.load.python.aliases import read_aliases
from wsgen.load.python.parse import decode_python, parse_python
from wsgen.load.sourcetext import read_source
from wsgen.syntax.python_text import PythonText
from wsgen.syntax.text_ranges import Edit, Places, applied

_CRLF = re.compile("\r\n")
_BREAK = re.compile("\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Replacement:
    """Lines to insert into a file, and lines that replace (`instead`) statements that are removed from it."""

    edits: tuple[Edit, ...] = ()
    instead: Mapping[ast.stmt, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PythonFile:
    """A file, and the statements that declare routers by class name, in the order of the file.

    `written` is the text with the file's line ends; that of `source` has LF. A class may be declared twice, as in
    the branches of an `if`.
    """

    path: Path
    written: str
    source: PythonText
    aliases: tuple[tuple[str, ast.stmt], ...]
    encoding: str
    mark: bytes

    @property
    def text(self) -> str:
        """Return the text with line ends LF."""
        return self.source.text

    @property
    def tree(self) -> ast.Module:
        """Return the tree of `text`."""
        return self.source.tree

    @property
    def places(self) -> Places:
        """Return the offsets in `text`."""
        return self.source.places

    @property
    def lines(self) -> dict[str, tuple[int, int]]:
        """Return the first and last line of each alias; for a class declared twice, those of the first alias."""
        return {
            name: (node.lineno, node.end_lineno or node.lineno)
            for name, node in reversed(self.aliases)
        }

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return `written` with `edits` of `text`; new lines have the most common line end of the file."""
        pairs = [
            match.start() - number for number, match in enumerate(_CRLF.finditer(self.written))
        ]
        breaks = _BREAK.findall(self.written) or ["\n"]
        end = max(("\n", "\r\n", "\r"), key=breaks.count)

        def place(offset: int) -> int:
            return offset + bisect_left(pairs, offset)

        moved = [(place(first), place(last), new.replace("\n", end)) for first, last, new in edits]
        return applied(self.written, moved)

    def to_bytes(self, written: str) -> bytes:
        """Return the bytes of the file with `written` as its text."""
        return self.mark + written.encode(self.encoding)


def read_python(path: Path) -> PythonFile:
    """Return the Python file at `path`. Raises UnreadableError if it cannot be read or is not valid Python."""
    data = read_source(path)
    source = parse_python(path, data)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return PythonFile(
        path=path,
        written=decode_python(path, data).removeprefix("\ufeff"),
        source=source,
        aliases=tuple((name, stmt) for name, stmt, _ in read_aliases(source)),
        encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        mark=codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b"",
    )
