"""The names that functions, classes and comprehensions of a Python file bind in their own scopes."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Import = ast.Import | ast.ImportFrom
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Capture = ast.ExceptHandler | ast.MatchAs | ast.MatchStar


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a function, class or comprehension binds, and those that it declares `global`."""

    names: frozenset[str]
    is_class: bool = False
    of_file: frozenset[str] = frozenset()


def is_bound(name: str, scopes: tuple[Scope, ...]) -> bool:
    """Return whether `name` is bound by one of `scopes`, which are those around a place, the outermost first."""
    for number, scope in enumerate(reversed(scopes)):
        if name in scope.of_file:
            return False
        # Functions in a class do not see the names of the class.
        if name in scope.names and (number == 0 or not scope.is_class):
            return True
    return False


def bound_around(scopes: tuple[Scope, ...]) -> frozenset[str]:
    """Return all names that `scopes` bind for code in the innermost one."""
    visible = [*(scope for scope in scopes[:-1] if not scope.is_class), *scopes[-1:]]
    return frozenset(name for scope in visible for name in scope.names)


def function_scope(node: Function | ast.Lambda) -> Scope:
    """Return the scope of the body of a function, with its parameters."""
    inner = _bound_in(node.body if isinstance(node.body, list) else [node.body])
    return Scope(inner.names | {arg.arg for arg in arguments_of(node)}, of_file=inner.of_file)


def arguments_of(node: Function | ast.Lambda) -> list[ast.arg]:
    """Return the parameters of a function."""
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*named, *(arg for arg in (arguments.vararg, arguments.kwarg) if arg)]


def class_scope(node: ast.ClassDef) -> Scope:
    """Return the scope of the body of a class."""
    inner = _bound_in(node.body)
    return Scope(inner.names, is_class=True, of_file=inner.of_file)


def comprehension_scope(node: Comprehension) -> Scope:
    """Return the scope of a comprehension, with the targets of its `for` clauses."""
    nodes = (part for generator in node.generators for part in ast.walk(generator.target))
    stored = (part for part in nodes if isinstance(part, ast.Name))
    return Scope(frozenset(part.id for part in stored if isinstance(part.ctx, ast.Store)))


def file_names(tree: ast.Module) -> frozenset[str]:
    """Return the names that the top level of the file binds."""
    return _bound_in(tree.body).names


def file_statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the statements of the top level in order, including those in its `if`, `try` and other blocks.

    With each comes whether it is only the second choice: in the `else` of an `if`, or in an `except`.
    """
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, second = pending.pop()
        if isinstance(node, ast.stmt):
            yield node, second
        if not isinstance(node, Function | ast.ClassDef):
            otherwise = set(node.orelse) if isinstance(node, ast.If) else set()
            pending += reversed(
                [
                    (inner, second or inner in otherwise or isinstance(inner, ast.ExceptHandler))
                    for inner in ast.iter_child_nodes(node)
                    if isinstance(inner, ast.stmt | ast.ExceptHandler | ast.match_case)
                ]
            )


def bound_by(alias: ast.alias) -> str:
    """Return the name that one entry of an import statement binds."""
    return alias.asname or alias.name.partition(".")[0]


def bound_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that `node` itself binds, without the nodes in it."""
    if isinstance(node, Import):
        yield from map(bound_by, node.names)
    elif isinstance(node, Function | ast.ClassDef | Capture) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id


def _bound_in(body: Iterable[ast.AST]) -> Scope:
    """Return the names that statements bind in their own scope, without the functions and classes in them."""
    names: set[str] = set()
    of_file: set[str] = set()
    elsewhere: set[str] = set()
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Global):
            of_file.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            elsewhere.update(node.names)
        names.update(bound_names(node))
        pending.extend(_in_same_scope(node))
    return Scope(frozenset(names - of_file - elsewhere), of_file=frozenset(of_file))


def _in_same_scope(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that are evaluated in the same scope as `node`."""
    if isinstance(node, Comprehension):
        # A walrus in a comprehension binds in the scope around it; its targets do not.
        yield from (item for item in ast.walk(node) if isinstance(item, ast.NamedExpr))
        return
    body = node.body if isinstance(node, Function | ast.ClassDef | ast.Lambda) else []
    inner = set(map(id, body if isinstance(body, list) else [body]))
    yield from (child for child in ast.iter_child_nodes(node) if id(child) not in inner)
