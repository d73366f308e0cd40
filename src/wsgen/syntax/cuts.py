"""Compute the cuts that remove statements, or items of a comma-separated list, from Python text."""

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator, Sequence
from typing import TypeGuard

from wsgen.syntax.text_ranges import Edit, Places, TextRange, joined

_SAME_LINE = re.compile(r"(?:[ \t\f]|\\\n)*;(?:[ \t\f;]|\\\n)*")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_EFFECTS = ast.Call | ast.Await | ast.NamedExpr | ast.Yield | ast.YieldFrom


def bracketed(text: str, opening: int) -> tuple[list[TextRange], int]:
    """Return the ranges of the items in the brackets that start at `opening`, and the offset of the closing one.

    Parentheses around an item are part of it; comments are not.
    """
    places = Places(text[opening:])
    items: list[TextRange] = []
    depth, first, last = 0, None, 0
    for token in tokenize.generate_tokens(io.StringIO(text[opening:]).readline):
        start = opening + places.of_token(token.start)
        closes = token.type == tokenize.OP and token.string in ")]}"
        depth -= closes
        if (not depth and closes) or (depth == 1 and token.string == ","):
            items += [] if first is None else [(first, last)]
            first = None
            if closes:
                return items, start
        elif depth and token.type not in (tokenize.NL, tokenize.COMMENT):
            first, last = start if first is None else first, start + len(token.string)
        depth += token.type == tokenize.OP and token.string in "([{"
    return items, len(text)


def without(
    places: Places, items: Sequence[TextRange], gone: Collection[TextRange]
) -> list[TextRange]:
    """Return the cuts that remove the items `gone` from the comma-separated list of `items`.

    If an item has lines of its own, they are removed with its comment; other comments stay. At least one item
    must stay.
    """
    text, cuts = places.text, []
    final = max(item for item in items if item not in gone)
    for number, item in enumerate(items):
        if item not in gone:
            continue
        first, last = places.line(item[0])[0], places.line(item[1])[1]
        before, behind = text[first : item[0]], text[item[1] : last].strip().lstrip(",").strip()
        alone = not before.strip() and not text[:first].endswith("\\\n")
        following = items[number + 1][0] if number + 1 < len(items) else None
        previous = items[number - 1][1] if number else item[0]
        if alone and (not behind or behind.startswith("#")):
            cuts.append((first, last))
        elif item[0] > final[0] and "#" not in text[previous : item[0]]:
            cuts.append((previous, item[1]))
        elif following is not None and "#" not in text[item[1] : following]:
            cuts.append((item[0], following))
        else:
            comma = _COMMA.match(text, item[1])
            cuts.append((item[0], comma.end() if comma else item[1]))
    return cuts


def without_statements(
    tree: ast.Module, places: Places, gone: Collection[ast.stmt], hollow: Collection[ast.stmt]
) -> Iterator[Edit]:
    """Yield the edits that remove the statements `gone` with the comments after them.

    Those in `hollow` are replaced by `pass`.
    """
    cuts: list[TextRange] = []
    for line in logical_lines(tree, places, gone):
        start, end = places.of(line[0])[0], places.of(line[-1])[1]
        if any(node not in gone for node in line):
            yield from parts_of_line(line, gone, places)
        elif line[0] in hollow:
            yield start, end, "pass"
        else:
            cuts.append((places.line(start)[0], places.line(end)[1]))
    for start, end in joined(cuts):
        yield without_lines(places.text, start, end)


def with_emptied_blocks(
    tree: ast.Module,
    places: Places,
    gone: Collection[ast.stmt],
    kept: Collection[ast.stmt | None],
) -> tuple[set[ast.stmt], set[ast.stmt]]:
    """Return all statements that are removed with those in `gone`, and which of these a `pass` must replace.

    The statements `kept` stay even if their blocks are empty.
    """
    whole, alone = set(gone), set[ast.stmt]()
    for node in reversed(list(ast.walk(tree)) if gone else []):  # what is inside comes first
        if isinstance(node, ast.Module | ast.ExceptHandler) or node in kept:
            continue
        blocks = list(blocks_of(node))
        if isinstance(node, ast.Try | ast.TryStar):
            blocks += [handler.body for handler in node.handlers]
        emptied = [block for block in blocks if all(item in whole for item in block)]
        if emptied and len(emptied) == len(blocks) and _does_nothing_else(node):
            for block in emptied:
                whole.difference_update(block)
                alone.difference_update(block)
            whole.add(node)
            continue
        for block in emptied:
            start, _ = places.of(block[0])
            if not places.text.startswith("elif", start):
                alone.add(block[0])
    return whole, alone


def blocks_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of statements of `node`, without those of nested statements."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block


def _does_nothing_else(node: ast.AST) -> TypeGuard[ast.stmt]:
    if isinstance(node, ast.If):
        return not any(isinstance(item, _EFFECTS) for item in ast.walk(node.test))
    return isinstance(node, ast.Try | ast.TryStar)


def logical_lines(
    node: ast.AST, places: Places, gone: Collection[ast.stmt]
) -> Iterator[list[ast.stmt]]:
    """Yield the statements of each line, several if semicolons separate them; none that are inside of `gone`."""
    for block in blocks_of(node):
        line: list[ast.stmt] = []
        for item in block:
            between = (places.of(line[-1])[1], places.of(item)[0]) if line else (0, 0)
            if line and not _SAME_LINE.fullmatch(places.text, *between):
                yield line
                line = []
            line.append(item)
        yield line
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case) and child not in gone:
            yield from logical_lines(child, places, gone)


def parts_of_line(
    line: list[ast.stmt], gone: Collection[ast.stmt], places: Places
) -> Iterator[Edit]:
    """Yield the edits that remove some of the statements that share a line."""
    final = max(number for number, node in enumerate(line) if node not in gone)
    for number, node in enumerate(line):
        start, end = places.of(node)
        if node in gone and number < final:
            yield start, places.of(line[number + 1])[0], ""
        elif node in gone:
            yield places.of(line[number - 1])[1], end, ""


def without_lines(text: str, start: int, end: int, stays: Sequence[str] = ()) -> Edit:
    """Return the edit that replaces whole lines by `stays`.

    Where blank lines of both meet, the longer run of them is kept.
    """
    before, behind = text[:start], text[end:]
    above = max(len(before) - len(before.rstrip("\n")) - 1, 0)
    below = len(behind) - len(behind.lstrip("\n"))
    kept = "".join(f"{line}\n" for line in stays)
    middle = kept.strip("\n")
    lead = len(kept) - len(kept.lstrip("\n"))
    trail = len(kept) - len(kept.rstrip("\n")) - 1 if middle else 0
    if not before.strip() or before.rstrip().endswith(":"):
        above, lead = 0, 0  # Neither a file nor a block starts with blank lines.
        if not middle:
            return start, end + below, ""
    if not middle and not behind.strip():
        return start - above, len(text), ""  # A file does not end with them either.
    if not middle:
        blanks = max(lead, above, below) - above
        return start, end + max(below - blanks, 0), "\n" * max(blanks - below, 0)
    blanks = max(lead, above) - above
    return start, end + below, "\n" * blanks + f"{middle}\n" + "\n" * max(trail, below)
