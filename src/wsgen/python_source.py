"""Edits of Python text by its syntax tree: what is not meant to change keeps every character."""

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate

Stretch = tuple[int, int]
"""Characters of a text, from the first to behind the last."""

Edit = tuple[int, int, str]
"""A stretch and what to put in its place."""


class Places:
    """Nodes of a syntax tree -> offsets of characters in its text, whose lines end in LF."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]

    def at(self, line: int, column: int) -> int:
        """Return the offset of a place as `ast` gives it: columns count bytes."""
        start, content = self._starts[line - 1], self._lines[line - 1]
        if content.isascii():
            return start + column
        return start + len(content.encode()[:column].decode(errors="ignore"))

    def of(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> Stretch:
        """Return where `node` starts and ends."""
        end = self.at(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return self.at(node.lineno, node.col_offset), end

    def line(self, offset: int) -> Stretch:
        """Return the line that holds `offset`, its line end included."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return start, len(self.text) if end < 0 else end + 1


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with `edits`; one inside of another's stretch goes with it."""
    parts: list[str] = []
    position = 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start >= position:
            parts += [text[position:start], new]
            position = end
    return "".join([*parts, text[position:]])


def without(places: Places, items: Sequence[Stretch], gone: Collection[Stretch]) -> list[Stretch]:
    """Return what to cut so that `gone` are left out of the list with commas that has `items`.

    An item with lines of its own goes with them and its comment. At least one item must stay.
    """
    text, cuts = places.text, []
    kept = [item for item in items if item not in gone]
    for number, item in enumerate(items):
        if item in kept:
            continue
        first, last = places.line(item[0])[0], places.line(item[1])[1]
        before, behind = text[first : item[0]], text[item[1] : last].strip().lstrip(",").strip()
        if not before.strip() and (not behind or behind.startswith("#")):
            cuts.append((first, last))
        elif item[0] < kept[-1][0]:
            cuts.append((item[0], items[number + 1][0]))
        else:
            cuts.append((max(end for _, end in items[:number] if end <= item[0]), item[1]))
    return cuts


def without_statements(
    tree: ast.Module, places: Places, gone: Collection[ast.stmt], lines: Iterable[Stretch] = ()
) -> Iterator[Edit]:
    """Yield the edits that remove statements with the comments behind them, and whole `lines`.

    A block that would be empty gets a `pass`; an `if TYPE_CHECKING:` that would be goes as a whole. Of the
    blank lines before and behind what goes, the longer run stays.
    """
    whole = set(gone)
    alone: set[ast.stmt] = set()
    _empty_blocks(tree, whole, alone)
    cuts = list(lines)
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node in whole):
        start, end = places.of(node)
        first, last = places.line(start)[0], places.line(end)[1]
        behind = places.text[end:last].strip()
        if node in alone or places.text[first:start].strip() or behind[:1] not in ("", "#"):
            yield start, end, "pass"
        else:
            cuts.append((first, last))
    for start, end in _joined(sorted(cuts)):
        yield start, end + _blanks_to_cut(places.text, start, end), ""


def _empty_blocks(node: ast.AST, gone: set[ast.stmt], alone: set[ast.stmt]) -> None:
    """Find the blocks that `gone` leaves empty: `gone` grows, `alone` gets what a `pass` must replace."""
    for child in ast.iter_child_nodes(node):
        _empty_blocks(child, gone, alone)
    for name, block in ast.iter_fields(node):
        if isinstance(node, ast.Module) or not isinstance(block, list) or not block:
            continue
        if name not in ("body", "orelse", "finalbody") or not all(item in gone for item in block):
            continue
        if isinstance(node, ast.If) and not node.orelse and _is_type_checking(node.test):
            gone.difference_update(block)
            gone.add(node)
        else:
            alone.add(block[0])


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _joined(cuts: list[Stretch]) -> Iterator[Stretch]:
    for number, (start, end) in enumerate(cuts):
        if number and cuts[number - 1][1] >= start:
            continue
        for following in cuts[number + 1 :]:
            if following[0] <= end:
                end = max(end, following[1])
        yield start, end


def _blanks_to_cut(text: str, start: int, end: int) -> int:
    """Return how many characters of blank lines behind a cut go with it."""
    before = text[:start]
    below = len(text[end:]) - len(text[end:].lstrip("\n"))
    if not before.strip() or before.rstrip().endswith(":"):
        return below  # Neither a file nor a block starts with blank lines.
    above = len(before) - len(before.rstrip("\n")) - 1
    return min(max(above, 0), below)
