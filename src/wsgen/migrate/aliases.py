"""Take the aliases out of a ws.py; all of its other code keeps every character."""

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from wsgen.migrate.comments import comment_lines
from wsgen.syntax.cuts import without_statements
from wsgen.syntax.parsed import PythonText, parse_text
from wsgen.syntax.places import Edit, Places, applied
from wsgen.syntax.scopes import bound_by
from wsgen.syntax.unused import with_unused_imports
from wsgen.syntax.uses import uses


@dataclass(frozen=True, slots=True)
class Aliases:
    """A file and the statements in it that declare routers, by class name in the order of the file."""

    source: PythonText
    statements: dict[str, ast.stmt]

    @property
    def text(self) -> str:
        """Return the text of the file, its line ends LF."""
        return self.source.text

    @property
    def lines(self) -> dict[str, tuple[int, int]]:
        """Return the first and last line of each alias."""
        return {
            name: (node.lineno, node.end_lineno or node.lineno)
            for name, node in self.statements.items()
        }


def find_aliases(text: str, lines: Iterable[tuple[str, int]]) -> Aliases:
    """Return the aliases in `text`, given their class names and the lines that these stand on."""
    source = parse_text(text)
    by_line = {node.lineno: node for node in ast.walk(source.tree) if isinstance(node, ast.stmt)}
    # A block starts on another line than the statements in it, so the last on a line is the innermost.
    return Aliases(source, {name: by_line[line] for name, line in lines})


def without_aliases(aliases: Aliases, package: str) -> str:
    """Return the text with an import of the classes from `package` in place of the aliases.

    Imports that only the aliases needed go too, and so do the comments above them.
    """
    text, tree, places = aliases.text, aliases.source.tree, aliases.source.places
    gone = list(aliases.statements.values())
    names = sorted(aliases.statements)
    start, end = places.of(gone[0])
    margin = text[places.line(start)[0] : start]
    imports = _import(package, names, margin)
    keep: set[str] = set()
    # What the file's functions import when they run may not exist yet when the file itself is imported.
    if gone[0] in tree.body and _imports_later(tree, names):
        imports = f"if TYPE_CHECKING:\n    {_import(package, names, '    ')}"
        keep.add("TYPE_CHECKING")
    edits: list[Edit] = [(start, _end_of_comment(places, end), imports)]
    found = uses(aliases.source)
    removal = with_unused_imports(
        aliases.source, found, gone[1:], replaced=[(start, end)], keep=keep
    )
    edits += [(first, last, "") for first, last in removal.cuts]
    comments = [
        places.line(places.at(number, 0))
        for node in gone
        for number in comment_lines(text, node.lineno)
    ]
    edits += without_statements(tree, places, removal.statements, comments)
    result = applied(text, edits)
    return _with_type_checking(result) if "if TYPE_CHECKING" in imports else result


def _import(package: str, names: list[str], margin: str) -> str:
    line = f"from {package} import {', '.join(names)}"
    if len(margin) + len(line) <= 79:
        return line
    listed = "".join(f"{margin}    {name},\n" for name in names)
    return f"from {package} import (\n{listed}{margin})"


def _imports_later(tree: ast.Module, names: Collection[str]) -> bool:
    """Return whether a function of the file imports any of the classes itself."""
    top = set(map(id, tree.body))
    return any(
        isinstance(node, ast.ImportFrom) and id(node) not in top and bound_by(alias) in names
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )


def _with_type_checking(text: str) -> str:
    """Return `text` with an import of `TYPE_CHECKING`, unless it has one."""
    source = parse_text(text)
    tree, places = source.tree, source.places
    anchor: ast.stmt | None = tree.body[0] if ast.get_docstring(tree) is not None else None
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "typing" and not node.level:
            if any(bound_by(alias) == "TYPE_CHECKING" for alias in node.names):
                return text
            start, _ = places.of(node.names[0])
            return applied(text, [(start, start, "TYPE_CHECKING, ")])
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            anchor = node
    line = "from typing import TYPE_CHECKING"
    if anchor is not None:
        _, end = places.of(anchor)
        return applied(text, [(end, end, f"\n\n{line}")])
    start, _ = places.of(tree.body[0])
    return applied(text, [(start, start, f"{line}\n\n")])


def _end_of_comment(places: Places, end: int) -> int:
    """Return where the line of `end` ends if only a comment follows; it has gone to the ws.yaml."""
    line = places.text[end : places.line(end)[1]]
    return end + len(line.rstrip("\n")) if line.strip()[:1] in ("", "#") else end
