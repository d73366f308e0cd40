"""Find the names that a template uses itself, which the types of a router therefore cannot have."""

import ast
from collections.abc import Collection, Iterable, Iterator

from wsgen.outputs.python.generic.template import TakenNames, TemplateFile
from wsgen.outputs.python.generic.template_imports import absolute
from wsgen.outputs.python.type_imports import ImportedName
from wsgen.syntax.scopes import Function, Import, bound_around, bound_by, file_statements
from wsgen.syntax.text_ranges import Cover, TextRange
from wsgen.syntax.uses import Use


def names_of(
    file: TemplateFile,
    gone: Cover,
    placeholders: Collection[Use],
    kept: Iterable[Use],
    own: str,
) -> TakenNames:
    """Return the names that `kept` uses and bindings that are not `gone` take, except `own`, that of the class.

    An import is in effect at every one of the `placeholders` if it is at the top level and precedes all of them.
    """
    source = file.source
    bindings = [item for item in _bindings(file) if not gone.holds(*item[1])]
    kept = list(kept)
    bindings += [(use.name, (use.start, use.end), None) for use in kept if use.stored]
    taken: dict[str, TextRange] = {}
    for name, text_range, _ in bindings:
        taken.setdefault(name, text_range)
    for use in kept:
        taken.setdefault(use.name, (use.start, use.end))
    taken.pop(own, None)
    # A class may have thousands of placeholders, but they are in few scopes.
    apart = {use.scopes: use for use in placeholders}.values()
    hidden = {name: (use.start, use.end) for use in apart for name in bound_around(use.scopes)}
    first = min((use.start for use in placeholders), default=len(source.text))
    origins: dict[str, set[ImportedName | None]] = {}
    for name, _, origin in bindings:
        origins.setdefault(name, set()).add(origin)
    single = (next(iter(found)) for found in origins.values() if len(found) == 1)
    same = {origin for origin in single if origin is not None}
    top = (source.places.of(node) for node in source.tree.body if isinstance(node, ast.ImportFrom))
    early = Cover(place for place in top if place[1] <= first)
    bound = {origin for _, text_range, origin in bindings if early.holds(*text_range)}
    return TakenNames(
        {name: file.span(text_range) for name, text_range in taken.items()},
        {name: file.span(text_range) for name, text_range in hidden.items()},
        frozenset(same),
        frozenset(same & bound),
    )


def _bindings(file: TemplateFile) -> Iterator[tuple[str, TextRange, ImportedName | None]]:
    """Yield the names that imports and definitions of the top level bind, with their ranges.

    With a name that is imported unchanged comes what it is imported from.
    """
    source = file.source
    for node, _ in file_statements(source.tree):
        if isinstance(node, Import):
            for item in node.names:
                origin = None
                if isinstance(node, ast.ImportFrom) and item.asname in (None, item.name):
                    origin = (absolute(node, file.package), item.name)
                yield bound_by(item), source.places.of(item), origin
        elif isinstance(node, Function | ast.ClassDef):
            start, _ = source.places.of(node)
            yield node.name, (start, source.places.line(start)[1]), None
        elif isinstance(node, ast.Try | ast.TryStar):
            for handler in node.handlers:
                if handler.name:
                    yield handler.name, source.places.of(node), None
