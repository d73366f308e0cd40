"""What goes with the aliases of a ws.py: imports that only they needed, and blocks that held nothing else."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from wsgen.load.python.bindings import statements
from wsgen.migrate.needed_classes import within
from wsgen.migrate.python_file import PythonFile
from wsgen.syntax.scopes import Import, bound_by
from wsgen.syntax.text_ranges import Places
from wsgen.syntax.uses import exports, uses

# A condition of nothing but these has no effect that anybody could miss.
_INERT = (
    ast.Attribute,
    ast.BoolOp,
    ast.Compare,
    ast.Constant,
    ast.Name,
    ast.Tuple,
    ast.UnaryOp,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
    ast.unaryop,
)


@dataclass(frozen=True, slots=True)
class Gone:
    """The `statements` that go; those that leave `hollow` blocks; names that are `unused` from then on."""

    statements: frozenset[ast.stmt]
    hollow: frozenset[ast.stmt]
    unused: frozenset[str]


def what_goes(
    file: PythonFile,
    places: Places,
    instead: Collection[ast.stmt] = (),
    *,
    kept: Collection[str],
    home: ast.If | None,
    flag: ast.ImportFrom | None,
) -> Gone:
    """Return what goes with the aliases and the statements that others stand `instead` of.

    Imports of the names in `kept` stay, and so do the block `home` and the import `flag`, if only in part.
    """
    found = [use for use in uses(file.source) if not use.stored]
    always = {str(item.value) for item in exports(file.tree)} | set(kept)
    gone = {stmt for _, stmt in file.aliases} | set(instead)
    while True:
        hollow = _hollow(file.tree, gone, home)
        cut = [places.of(stmt) for stmt in gone]
        left = {use.name for use in found if not within(use.start, cut)} | always
        unused = {use.name for use in found} - left
        more = {
            node
            for node, _ in statements(file.tree.body)
            if isinstance(node, Import)
            and node is not flag
            and unused.issuperset(map(bound_by, node.names))
        }
        if more <= gone:
            return Gone(frozenset(gone), frozenset(hollow), frozenset(unused))
        gone |= more


def blocks_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of statements that belong to `node` itself."""
    for _, block in ast.iter_fields(node):
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block


def _hollow(node: ast.AST, gone: set[ast.stmt], home: ast.If | None) -> set[ast.stmt]:
    """Return the first statement of each block that `gone` leaves empty; whole conditions join `gone`."""
    found: set[ast.stmt] = set()
    for child in ast.iter_child_nodes(node):
        found |= _hollow(child, gone, home)
    if isinstance(node, ast.Module) or node is home:
        return found
    blocks = list(blocks_of(node))
    empty = [block for block in blocks if gone.issuperset(block)]
    if isinstance(node, ast.If) and len(empty) == len(blocks) and _is_inert(node.test):
        gone.add(node)
        return found - {stmt for block in blocks for stmt in block}
    return found | {block[0] for block in empty}


def _is_inert(test: ast.expr) -> bool:
    return all(isinstance(part, _INERT) for part in ast.walk(test))
