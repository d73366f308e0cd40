"""The imports of a Python file that are no longer used when other parts of it are removed."""

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from wsgen.syntax.cuts import with_emptied_blocks, without
from wsgen.syntax.python_text import PythonText
from wsgen.syntax.scopes import Import, bound_by, file_statements
from wsgen.syntax.text_ranges import Cover, TextRange
from wsgen.syntax.uses import Use, exports


@dataclass(frozen=True, slots=True)
class Removal:
    """The `statements` to remove, those that leave `hollow` blocks, and the names that are then `unused`."""

    statements: frozenset[ast.stmt]
    hollow: frozenset[ast.stmt]
    unused: frozenset[str]


def with_unused_imports(
    source: PythonText,
    found: Iterable[Use],
    statements: Collection[ast.stmt],
    *,
    replaced: Iterable[TextRange] = (),
    names: Collection[str] = (),
    kept: Collection[ast.stmt | None] = (),
) -> Removal:
    """Return the removal of `statements`, and of the imports of names that only these use.

    `found` are all uses; those in the ranges `replaced` do not count. Imports that were unused before stay, and
    so do the imports of `names`. The statements `kept` stay, at least in part.
    """
    found, replaced, gone = list(found), list(replaced), set(statements)
    always = {str(item.value) for item in exports(source.tree)} | set(names)
    imports = [node for node, _ in file_statements(source.tree) if isinstance(node, Import)]
    while True:
        whole, hollow = with_emptied_blocks(source.tree, source.places, gone, kept)
        gone |= whole
        cover = Cover([*map(source.places.of, gone), *replaced])
        left = {use.name for use in found if not cover.holds(use.start, use.end)} | always
        unused = {use.name for use in found} - left
        more = {node for node in imports if unused.issuperset(map(bound_by, node.names))}
        if gone.issuperset(more - set(kept)):
            return Removal(frozenset(gone), frozenset(hollow), frozenset(unused))
        gone |= more - set(kept)


def cuts_in_imports(source: PythonText, removal: Removal) -> Iterator[TextRange]:
    """Yield the cuts that remove the unused names from the imports that are not removed."""
    for node, _ in file_statements(source.tree):
        if isinstance(node, Import) and node not in removal.statements:
            places = {item: source.places.of(item) for item in node.names}
            gone = [place for item, place in places.items() if bound_by(item) in removal.unused]
            yield from without(source.places, list(places.values()), gone) if gone else ()
