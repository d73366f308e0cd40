"""The imports of a Python file that are no longer used when other parts of it are removed."""

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from wsgen.syntax.cuts import with_emptied_blocks, without
from wsgen.syntax.python_text import PythonText
from wsgen.syntax.scopes import Function, Import, bound_by
from wsgen.syntax.text_ranges import Cover, TextRange
from wsgen.syntax.uses import Use, exports


@dataclass(frozen=True, slots=True)
class Removal:
    """What to remove: `statements`, and `cuts` in the other statements; `cover` covers both."""

    statements: frozenset[ast.stmt]
    cuts: tuple[TextRange, ...]
    cover: Cover


def with_unused_imports(
    source: PythonText,
    found: Sequence[Use],
    statements: Collection[ast.stmt],
    cuts: Iterable[TextRange] = (),
    *,
    replaced: Iterable[TextRange] = (),
    keep: Collection[str] = (),
) -> Removal:
    """Return the removal of `statements` and `cuts`, and of the imports of names that only these use.

    `found` are all uses; those in `replaced` no longer count. Imports that were unused before stay, and so do the
    imports of the names `keep`.
    """
    gone, cuts, replaced = set(statements), list(cuts), list(replaced)
    before = {use.name for use in found} - {str(item.value) for item in exports(source.tree)}
    imports = [node for node in file_statements(source.tree) if isinstance(node, Import)]
    unused: set[str] = set()
    while True:
        whole, _ = with_emptied_blocks(source.tree, source.places, gone)
        cover = Cover([*map(source.places.of, whole), *cuts, *replaced])
        left = {use.name for use in found if not cover.holds(use.start, use.end)}
        if unused == (now := before - left - set(keep)):
            break
        unused = now
        gone |= {node for node in imports if all(bound_by(item) in unused for item in node.names)}
    for node in imports:
        if node not in gone and any(bound_by(item) in unused for item in node.names):
            items = [source.places.of(item) for item in node.names]
            dropped = [source.places.of(item) for item in node.names if bound_by(item) in unused]
            cuts += without(source.places, items, dropped)
    cover = Cover([*map(source.places.of, whole), *cuts])
    return Removal(frozenset(gone), tuple(cuts), cover)


def file_statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements of the top level in order, including those in its `if`, `try` and other blocks."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, Function | ast.ClassDef | ast.expr):
            pending += reversed(list(ast.iter_child_nodes(node)))
