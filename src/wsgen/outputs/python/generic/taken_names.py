"""Find the names that a template uses itself, which the types of a router therefore cannot have."""

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from wsgen.outputs.python.generic.template import TakenNames, TemplateFile
from wsgen.outputs.python.generic.template_imports import absolute
from wsgen.outputs.python.type_imports import ImportedName
from wsgen.syntax.python_text import PythonText
from wsgen.syntax.scopes import Function, Import, bound_by
from wsgen.syntax.text_ranges import Cover, TextRange
from wsgen.syntax.unused_imports import file_statements
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
    bindings = [item for item in _bindings(source) if not gone.holds(*item[1])]
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
    hidden = {name: (use.start, use.end) for use in apart for name in use.hidden}
    first = min((use.start for use in placeholders), default=len(source.text))
    times = Counter(name for name, _, _ in bindings)
    imported = _imported(file, [name for name, _, node in bindings if node is not None])
    same, bound = set[ImportedName](), set[ImportedName]()
    for name, pairs in imported.items():
        if len(set(pairs)) == 1 and len(pairs) == times[name]:
            same.add(pairs[0])
    for node in source.tree.body:
        if isinstance(node, ast.ImportFrom) and source.places.of(node)[1] <= first:
            module = absolute(node, file.package)
            for item in node.names:
                if item.asname in (None, item.name) and not gone.holds(*source.places.of(item)):
                    bound.add((module, item.name))
    return TakenNames(
        {name: file.span(text_range) for name, text_range in taken.items()},
        {name: file.span(text_range) for name, text_range in hidden.items()},
        frozenset(same),
        frozenset(same & bound),
    )


def _bindings(source: PythonText) -> Iterator[tuple[str, TextRange, ast.alias | None]]:
    """Yield the names that imports and definitions of the top level bind, with their ranges."""
    for node in file_statements(source.tree):
        if isinstance(node, Import):
            for item in node.names:
                yield bound_by(item), source.places.of(item), item
        elif isinstance(node, Function | ast.ClassDef):
            start, _ = source.places.of(node)
            yield node.name, (start, source.places.line(start)[1]), None
        elif isinstance(node, ast.Try | ast.TryStar):
            for handler in node.handlers:
                if handler.name:
                    yield handler.name, source.places.of(node), None


def _imported(file: TemplateFile, names: Collection[str]) -> Mapping[str, list[ImportedName]]:
    """Return what each of `names` is imported from at the top level, for each of its imports."""
    found: dict[str, list[ImportedName]] = {}
    for node in file_statements(file.source.tree):
        if isinstance(node, ast.ImportFrom):
            for item in node.names:
                if item.asname in (None, item.name) and item.name in names:
                    found.setdefault(item.name, []).append(
                        (absolute(node, file.package), item.name)
                    )
    return found
