"""Find out how the aliases of a ws.py and its other code depend on each other.

When the aliases are removed, the other code may still need their classes, for types only or at run time.
"""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import GenerationError, refuse
from wsgen.migrate.python_file import PythonFile
from wsgen.syntax.scopes import bound_by, file_statements
from wsgen.syntax.text_ranges import Cover, TextRange
from wsgen.syntax.uses import Use, exports, uses


@dataclass(frozen=True, slots=True)
class Needs:
    """The classes to import: `names`, and whether only type checkers need them."""

    names: tuple[str, ...]
    typing_only: bool


def classes_needed(file: PythonFile, *, provided: Collection[str] = ()) -> Needs:
    """Return the classes that `file` uses outside of functions that import them themselves.

    Its top level imports those that are `provided`.

    Raises GenerationError if it evaluates one before a function of it could have generated the routers.
    """
    names = {name for name, _ in file.aliases} - set(provided)
    gone = Cover(file.places.of(stmt) for _, stmt in file.aliases)
    left = [use for use in uses(file.source) if use.name in names and not use.stored]
    left = [use for use in left if not gone.holds(use.start, use.end)]
    exported = names & {str(item.value) for item in exports(file.tree)}
    needed = tuple(sorted(exported.union(use.name for use in left)))
    checked = type_checking_blocks(file.tree)
    hidden = {
        name
        for name, stmt in file.aliases
        if any(stmt in block.body for block in checked) and name not in exported
    }
    lazy = Cover(_never_evaluated(file))
    evaluated = [
        use for use in left if use.name not in hidden and not lazy.holds(use.start, use.end)
    ]
    if evaluated and imports_late(file.tree, names):
        raise _too_early(file, evaluated[0])
    return Needs(needed, typing_only=not evaluated and not exported - hidden)


def imports_late(tree: ast.Module, names: Collection[str]) -> bool:
    """Return whether a function of the file imports any of `names`, as after it has generated them."""
    return any(
        isinstance(node, ast.ImportFrom) and any(bound_by(item) in names for item in node.names)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    )


def type_checking_blocks(tree: ast.Module) -> list[ast.If]:
    """Return the file's `if TYPE_CHECKING:` statements."""
    return [
        stmt
        for stmt, _ in file_statements(tree)
        if isinstance(stmt, ast.If) and is_type_checking(stmt.test)
    ]


def is_type_checking(test: ast.expr) -> bool:
    """Return whether a condition is `TYPE_CHECKING`, imported from `typing` or from elsewhere."""
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _never_evaluated(file: PythonFile) -> Iterator[TextRange]:
    """Yield the nodes that Python does not evaluate: strings, and with the future import all annotations."""
    postponed = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(item.name == "annotations" for item in node.names)
        for node in file.tree.body
    )
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield file.places.of(node)
        elif postponed:
            kinds = (getattr(node, key, None) for key in ("annotation", "returns"))
            yield from (file.places.of(kind) for kind in kinds if isinstance(kind, ast.expr))


def _too_early(file: PythonFile, use: Use) -> GenerationError:
    line, column = file.places.line_and_column(use.start)
    span = Span(file.path, line, column, line, column + len(use.name))
    message = f"`{use.name}` is needed here, where its package may not be generated yet"
    help_text = (
        "Put it in quotes if it is an annotation, or import it in the function, as others do."
    )
    return refuse(Diagnostic("WSG432", message, span, help=help_text))
