"""Where a template uses and binds names, annotations in quotes included."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Use:
    """A name at the characters `start` to `end`; `grouped` if what replaces it must be one operand.

    `whole` is where its subscript ends, as in `WsRouter[A, B]`; the same as `end` if it has none.
    """

    name: str
    start: int
    end: int
    grouped: bool
    whole: int


class Places:
    """Nodes of a syntax tree -> offsets of characters in its text."""

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

    def of(self, node: ast.expr | ast.stmt | ast.alias) -> tuple[int, int]:
        """Return where `node` starts and ends."""
        end = self.at(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return self.at(node.lineno, node.col_offset), end

    def lines(self, node: ast.stmt) -> tuple[int, int]:
        """Return where the first line of `node` starts and its last line ends."""
        end = min(self._starts[node.end_lineno or node.lineno], len(self.text))
        return self._starts[node.lineno - 1], end


def uses(tree: ast.AST, places: Places) -> Iterator[Use]:
    """Yield every name in `tree`, those in quoted annotations too; other strings hold none."""
    heads: set[int] = set()
    wholes: dict[int, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript):
            heads.add(id(node.value))
            if isinstance(node, ast.Subscript):
                wholes[id(node.value)] = places.of(node)[1]
        elif isinstance(node, ast.Call):
            heads.add(id(node.func))
        if isinstance(node, ast.Name):
            start, end = places.of(node)
            yield Use(node.id, start, end, id(node) in heads, wholes.get(id(node), end))
        for annotation in _annotations(node):
            for quoted in _quoted(annotation):
                yield from _inside(quoted, places)


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.AnnAssign | ast.arg):
        if node.annotation is not None:
            yield node.annotation
    elif isinstance(node, _Function) and node.returns is not None:
        yield node.returns
    elif isinstance(node, ast.Call) and node.args and _last_name(node.func) == "cast":
        yield node.args[0]


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _quoted(annotation: ast.expr) -> Iterator[ast.Constant]:
    """Yield the strings that stand for types: not those of `Literal`, nor the metadata of `Annotated`."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        yield annotation
    elif isinstance(annotation, ast.Subscript):
        kind = _last_name(annotation.value)
        if kind == "Annotated" and isinstance(annotation.slice, ast.Tuple):
            yield from _quoted(annotation.slice.elts[0])
        elif kind != "Literal":
            yield from _quoted(annotation.slice)
    elif isinstance(annotation, ast.BinOp | ast.Tuple | ast.List):
        for child in ast.iter_child_nodes(annotation):
            if isinstance(child, ast.expr):
                yield from _quoted(child)


def _inside(quoted: ast.Constant, places: Places) -> Iterator[Use]:
    start, end = places.of(quoted)
    value = str(quoted.value)
    offset = next(
        (n for n in (1, 3) if places.text[start + n : end - n] == value and "\n" not in value), None
    )
    if offset is None:
        return
    try:
        tree = ast.parse(value, mode="eval")
    except SyntaxError:
        return
    for use in uses(tree, Places(value)):
        base = start + offset
        yield Use(use.name, base + use.start, base + use.end, use.grouped, base + use.whole)


def bindings(tree: ast.AST) -> Iterator[str]:
    """Yield each name that `tree` binds by a definition or a parameter; assigned names are uses."""
    for node in ast.walk(tree):
        if isinstance(node, _Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def bound_by(alias: ast.alias) -> str:
    """Return the name that one entry of an import statement binds."""
    return alias.asname or alias.name.partition(".")[0]
