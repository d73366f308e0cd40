"""A Python file as text and syntax tree, which are the same on every version of Python that wsgen supports."""

import ast
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wsgen.syntax.newer_syntax import TypeParameters, read_newer_syntax
from wsgen.syntax.text_ranges import SourceText

_ASYNC = re.compile(r"async(?:[ \t\f]|\\\n)+")


@dataclass(frozen=True, slots=True)
class PythonText:
    """A text, its tree without type parameters, and these type parameters.

    `parameters` are mapped from the offset of the keyword of their class, function or alias. `aliases` are the
    statements `type X = ...`, which are assignments to X in the tree.
    """

    text: str
    tree: ast.Module
    places: SourceText
    parameters: Mapping[int, TypeParameters] = field(default_factory=dict)
    aliases: frozenset[ast.stmt] = frozenset()

    def parameters_of(self, node: ast.stmt) -> TypeParameters | None:
        """Return the type parameters of a class, function or alias."""
        if not self.parameters:
            return None
        start, _ = self.places.of(node)
        if isinstance(node, ast.AsyncFunctionDef) and (gap := _ASYNC.match(self.text, start)):
            start = gap.end()
        return self.parameters.get(start)


def parse_text(path: Path, text: str) -> PythonText:
    """Return the `text` of the file at `path` with its tree; line ends become LF, as Python itself reads them.

    Raises SyntaxError, ValueError, RecursionError or MemoryError if it is not Python, or nested too deeply.
    """
    places = SourceText(path, text.replace("\r\n", "\n").replace("\r", "\n"))
    newer = read_newer_syntax(places.text)
    with warnings.catch_warnings():
        # Warnings about the code, such as the escape "\d", are a matter for the linter of the project.
        warnings.simplefilter("ignore")
        tree = ast.parse(newer.older)
    parameters = {item.owner: item for item in newer.parameters}
    aliases = _unjoined(tree, places, newer.aliases)
    return PythonText(places.text, tree, places, parameters, aliases)


def subscripted(node: ast.Subscript) -> list[ast.expr]:
    """Return what is in the brackets of `node`, between the commas."""
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def _unjoined(tree: ast.Module, places: SourceText, starts: tuple[int, ...]) -> frozenset[ast.stmt]:
    """Restore the name in statements that were parsed as `type_X = ...`, and return these statements."""
    if not starts:
        return frozenset()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name):
            start, end = places.of(target)
            if start in starts:
                name = places.text[start + len("type") : end].strip()
                target.col_offset = (target.end_col_offset or 0) - len(name.encode())
                target.id = name
                found.append(node)
    return frozenset(found)
