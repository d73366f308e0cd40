"""Edit the imports of a ws.py that loses its aliases: add the import of the classes, and shorten others."""

import ast
import sys
from collections.abc import Iterator

from wsgen.migrate.alias_dependencies import Needs, type_checking_blocks
from wsgen.migrate.python_file import PythonFile, Replacement
from wsgen.outputs.python.type_imports import import_statement, in_order
from wsgen.syntax.cuts import without
from wsgen.syntax.scopes import Import, bound_by, file_statements
from wsgen.syntax.text_ranges import Edit
from wsgen.syntax.unused_imports import Removal

_FLAG = "TYPE_CHECKING"
_FLAG_LINE = f"from typing import {_FLAG}"


def home_of(file: PythonFile, needs: Needs) -> ast.If | None:
    """Return the `if TYPE_CHECKING:` for the import of the classes, preferably that of the aliases."""
    if not needs.names or not needs.typing_only:
        return None
    blocks = [block for block in type_checking_blocks(file.tree) if block in file.tree.body]
    blocks.sort(key=lambda block: not any(stmt in block.body for _, stmt in file.aliases))
    return blocks[0] if blocks else None


def flag_import(file: PythonFile, needs: Needs, home: ast.If | None) -> ast.ImportFrom | None:
    """Return the import of `typing` that `TYPE_CHECKING` has to be added to or kept in."""
    if not needs.names or not needs.typing_only or home is not None:
        return None
    found = [node for node in file.tree.body if isinstance(node, ast.ImportFrom)]
    found = [node for node in found if node.module == "typing" and not node.level]
    found.sort(key=lambda node: _FLAG not in map(bound_by, node.names))
    return found[0] if found else None


def placed_import(
    file: PythonFile,
    needs: Needs,
    home: ast.If | None,
    gone: Removal,
    *,
    package: str,
    width: int,
) -> Replacement:
    """Return the place for the import of the needed classes from `package`, in a new block if necessary."""
    if not needs.names:
        return Replacement()
    body = home.body if home else file.tree.body
    margin = " " * body[0].col_offset if home else ""
    block = needs.typing_only and home is None
    line = import_statement(
        package, in_order(needs.names), margin="    " if block else margin, width=width
    )
    edits: tuple[Edit, ...] = ()
    staying = [node for node in body if isinstance(node, Import) and node not in gone.statements]
    if block:
        line = f"if {_FLAG}:\n    {line}"
        if flag_import(file, needs, home) is None:
            edits = tuple(_new_flag(file, staying))
            if not edits:
                line = f"{_FLAG_LINE}\n\n{line}"
    first = min(stmt.lineno for _, stmt in file.aliases)
    if before := [node for node in staying if home or node.lineno < first]:
        behind = _behind(file, before, margin, line, package if not block else "")
        return Replacement((*edits, behind))
    leaving = [node for node in body if node in gone.statements]
    if leaving:
        return Replacement(edits, {leaving[0]: line})
    skipped = home is None and ast.get_docstring(file.tree) is not None and len(body) > 1
    start, _ = file.places.of(body[skipped])
    return Replacement((*edits, (start, start, f"{line}\n\n{margin}")))


def shorter(
    file: PythonFile, gone: Removal, flag: ast.ImportFrom | None, width: int
) -> Iterator[Edit]:
    """Yield the edits of imports that lose some of their names or get `TYPE_CHECKING`."""
    for node, _ in file_statements(file.tree):
        if not isinstance(node, Import) or node in gone.statements:
            continue
        added = [_FLAG] if node is flag and _FLAG not in map(bound_by, node.names) else []
        left = [item for item in node.names if bound_by(item) not in gone.unused]
        start, end = file.places.of(node)
        if len(left) == len(node.names) and not added:
            continue
        if isinstance(node, ast.ImportFrom) and ("#" not in file.text[start:end] or not left):
            module = "." * node.level + (node.module or "")
            names = [*added, *map(ast.unparse, left)]
            margin = " " * node.col_offset
            yield start, end, import_statement(module, names, margin=margin, width=width)
            continue
        items = {item: file.places.of(item) for item in node.names}
        lost = {place for item, place in items.items() if item not in left}
        yield from ((*cut, "") for cut in without(file.places, list(items.values()), lost))
        if added:
            first = items[left[0]][0]
            yield first, first, f"{_FLAG}, "


def _behind(file: PythonFile, imports: list[Import], margin: str, line: str, package: str) -> Edit:
    """Return the insertion of `line` after the last of `imports`, or where `package` is in sorted order."""
    for node in imports:
        level = node.level if isinstance(node, ast.ImportFrom) else 0
        module = "." * level + (getattr(node, "module", "") or "")
        if level == 1 and package and module > package:
            start, _ = file.places.of(node)
            return start, start, f"{line}\n{margin}"
    last = imports[-1]
    end = file.places.line(file.places.of(last)[1])[1]
    end -= file.text[end - 1 : end] == "\n"
    relative = isinstance(last, ast.ImportFrom) and last.level and package
    return end, end, f"{'' if relative else chr(10)}\n{margin}{line}"


def _new_flag(file: PythonFile, imports: list[Import]) -> Iterator[Edit]:
    """Yield the insertion of an import of `TYPE_CHECKING` among `imports`, where sorters expect it."""
    imports = [node for node in imports if getattr(node, "module", "") != "__future__"]
    standard = [node for node in imports if _top(node) in sys.stdlib_module_names]
    earlier = [
        node for node in standard if isinstance(node, ast.Import) or (node.module or "") < "typing"
    ]
    if earlier:
        _, end = file.places.of(earlier[-1])
        yield end, end, f"\n{_FLAG_LINE}"
    elif imports:
        start, _ = file.places.of((standard or imports)[0])
        yield start, start, f"{_FLAG_LINE}\n{'' if standard else chr(10)}"


def _top(node: Import) -> str:
    if isinstance(node, ast.ImportFrom):
        return "" if node.level else (node.module or "").partition(".")[0]
    return node.names[0].name.partition(".")[0]
