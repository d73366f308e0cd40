"""What the names of a Python file are bound to: imports, classes and assignments of its top level."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wsgen.syntax.module_names import absolute_module
from wsgen.syntax.scopes import file_statements

TYPING = frozenset({"typing", "typing_extensions"})
ROUTER = "WsRouter"


@dataclass(frozen=True, slots=True)
class Imported:
    """A name from elsewhere: `from module import name`, or `import module` where `name` is None.

    `module` is None if a relative import leads out of all packages; `written` is how it was spelt.
    """

    module: str | None
    name: str | None
    written: str

    def member(self, rest: str) -> str:
        """Return the dotted name in `module` of the part `rest` of what was imported."""
        return ".".join(filter(None, (self.name, rest)))


@dataclass(frozen=True, slots=True)
class Local:
    """A name that the file defines; `value` is the expression assigned to it, None for a class."""

    value: ast.expr | None


Binding = Imported | Local


def bindings(tree: ast.Module, package: tuple[str, ...] | None) -> Mapping[str, Binding]:
    """Return what each name of the top level is bound to; relative imports start from `package`.

    The last binding holds, as in Python, but one in an `else` or `except` never replaces an earlier one.
    """
    names: dict[str, Binding] = {}
    for stmt, second in file_statements(tree):
        for name, binding in bound(stmt, package):
            if not (second and name in names):
                names[name] = binding
    return names


def qualified(expr: ast.expr, names: Mapping[str, Binding]) -> tuple[Binding | None, str]:
    """Return what a name or dotted name refers to: the binding of its first part, and the rest.

    `(None, name)` where the first part is not bound, or where `expr` is not a dotted name (`""`).
    """
    parts: list[str] = []
    while isinstance(expr, ast.Attribute):
        parts.append(expr.attr)
        expr = expr.value
    if not isinstance(expr, ast.Name):
        return None, ""
    parts.append(expr.id)
    parts.reverse()
    # `import a.b` binds `a`; of all such imports the longest that the dotted name starts with counts.
    for length in range(len(parts), 1, -1):
        if isinstance(found := names.get(".".join(parts[:length])), Imported):
            return found, ".".join(parts[length:])
    return names.get(parts[0]), ".".join(parts if parts[0] not in names else parts[1:])


def is_typing(expr: ast.expr | None, name: str, names: Mapping[str, Binding]) -> bool:
    """Return whether `expr` is `typing`'s `name`, however it was imported, or not imported at all."""
    if isinstance(expr, ast.Constant):
        if not isinstance(expr.value, str):
            return False
        written = names.get(expr.value)
        renamed = isinstance(written, Imported) and written.name == name
        return renamed or expr.value.rpartition(".")[2].strip() == name
    binding, rest = qualified(expr, names) if expr else (None, "")
    if isinstance(binding, Imported):
        return binding.module in TYPING and binding.member(rest) == name
    return binding is None and rest == name


def is_router(expr: ast.expr, names: Mapping[str, Binding]) -> bool:
    """Return whether `expr` is the generic WsRouter, by what it was imported as or by its name."""
    binding, rest = qualified(expr, names)
    if isinstance(binding, Imported) and not rest:
        return ROUTER in (binding.name, expr.id if isinstance(expr, ast.Name) else None)
    return rest.rpartition(".")[2] == ROUTER or (
        isinstance(binding, Local) and isinstance(expr, ast.Name) and expr.id == ROUTER
    )


def bound(stmt: ast.stmt, package: tuple[str, ...] | None) -> Iterator[tuple[str, Binding]]:
    """Yield what `stmt` binds names to; relative imports start from `package`."""
    if isinstance(stmt, ast.Import):
        for alias in stmt.names:
            # The dotted name is kept whole: `import a.b` and `import a.c` bind the same `a`.
            yield alias.asname or alias.name, Imported(alias.name, None, alias.name)
    elif isinstance(stmt, ast.ImportFrom):
        module = absolute_module(stmt, package)
        written = "." * stmt.level + (stmt.module or "")
        for alias in stmt.names:
            yield alias.asname or alias.name, Imported(module, alias.name, written)
    elif isinstance(stmt, ast.ClassDef):
        yield stmt.name, Local(None)
    elif isinstance(stmt, ast.Assign):
        for target in stmt.targets:
            if isinstance(target, ast.Name):
                yield target.id, Local(stmt.value)
    elif isinstance(stmt, ast.AnnAssign) and isinstance(stmt.target, ast.Name):
        yield stmt.target.id, Local(stmt.value)
