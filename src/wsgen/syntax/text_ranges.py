"""The ranges of syntax nodes in their text, and edits of such ranges."""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from operator import itemgetter
from pathlib import Path

from wsgen.diagnostics import Span

TextRange = tuple[int, int]
"""A part of a text: the offsets of its first character and of the one after its last."""

Node = ast.expr | ast.stmt | ast.alias | ast.keyword | ast.arg
"""A part of a syntax tree that has a place."""

Edit = tuple[int, int, str]
"""A range, and the text that replaces it."""

_LINE_END = re.compile(r"\r\n?|\n")


class Places:
    """Maps the nodes of a syntax tree to offsets in its text; only CR, LF and CRLF end a line, as in editors.

    `starts` are the offsets of the first characters of the lines, and one behind the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        found = [match.span() for match in _LINE_END.finditer(text)]
        self.starts = [0, *(end for _, end in found), len(text) + 1]
        self.ends = [*(start for start, _ in found), len(text)]
        self._columns: dict[int, list[int]] = {}

    def at(self, line: int, column: int) -> int:
        """Return the offset of a position of `ast`, whose columns count bytes."""
        if (columns := self._columns.get(line)) is None:
            content = self.text[self.starts[line - 1] : self.ends[line - 1]]
            widths = (len(char.encode()) for char in content)
            columns = [] if content.isascii() else list(accumulate(widths, initial=0))
            self._columns[line] = columns
        return self.starts[line - 1] + (bisect_right(columns, column) - 1 if columns else column)

    def of_token(self, position: tuple[int, int]) -> int:
        """Return the offset of a position of `tokenize`, whose columns count characters."""
        return self.starts[position[0] - 1] + position[1]

    def of(self, node: Node) -> TextRange:
        """Return the range of `node`."""
        end = self.at(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return self.at(node.lineno, node.col_offset), end

    def line(self, offset: int) -> TextRange:
        """Return the range of the line that contains `offset`, including its line end."""
        number = bisect_right(self.starts, offset, hi=len(self.ends)) - 1
        return self.starts[number], min(self.starts[number + 1], len(self.text))

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of the character at `offset`, both counted from 1."""
        line = bisect_right(self.starts, offset, hi=len(self.ends))
        return line, offset - self.starts[line - 1] + 1


class SourceText(Places):
    """A decoded file without its byte order mark."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(text.removeprefix("\ufeff"))
        self.path = path

    def span(self, start: int, end: int) -> Span:
        """Return the place of `text[start:end]`, cut at the end of its first line."""
        line, column = self.line_and_column(min(start, len(self.text)))
        stop = max(start, min(end, self.ends[line - 1]))
        return Span(self.path, line, column, line, column + stop - start)

    def span_of(self, node: Node) -> Span:
        """Return the place of `node`, as far as its first line."""
        return self.span(*self.of(node))


class Cover:
    """The characters of a text that a set of ranges covers."""

    def __init__(self, ranges: Iterable[TextRange]) -> None:
        self.ranges = joined(ranges)

    def holds(self, start: int, end: int) -> bool:
        """Return whether everything from `start` to `end` is covered, by one range or by adjacent ones."""
        number = bisect_right(self.ranges, start, key=itemgetter(0)) - 1
        return number >= 0 and end <= self.ranges[number][1]


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with `edits`; an edit within the range of another one is dropped."""
    parts: list[str] = []
    position = 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start >= position:
            parts += [text[position:start], new]
            position = end
    return "".join([*parts, text[position:]])


def joined(ranges: Iterable[TextRange]) -> list[TextRange]:
    """Return the ranges in order; those that touch or overlap are joined."""
    found: list[TextRange] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
