"""Where a Python file uses names of its top level, in annotations in quotes too."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wsgen.python_source import Places

Import = ast.Import | ast.ImportFrom
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True)
class Use:
    """A name at the characters `start` to `end`.

    `grouped` if what replaces it must be one operand; `whole` is where its subscript ends, as in
    `WsRouter[A, B]`, the same as `end` if it has none; `stored` if it is assigned there.
    """

    name: str
    start: int
    end: int
    grouped: bool = False
    whole: int = 0
    stored: bool = False


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names that a function or class binds; those of a class are not seen by functions in it."""

    names: frozenset[str]
    is_class: bool = False


def uses(tree: ast.Module, places: Places) -> list[Use]:
    """Return every use of a name that is not bound by a function, class or comprehension around it.

    Strings hold names where they are annotations, or the type of a `cast`; other strings hold none.
    """
    return list(_Uses(places).of(tree, ()))


def bound_by(alias: ast.alias) -> str:
    """Return the name that one entry of an import statement binds."""
    return alias.asname or alias.name.partition(".")[0]


def exports(tree: ast.Module) -> list[ast.Constant]:
    """Return the strings in `__all__`, the one place where a string is a name of the file."""
    found = []
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            found += [item for item in ast.walk(node) if isinstance(item, ast.Constant)]
    return [item for item in found if isinstance(item.value, str)]


class _Uses:
    """Walks a tree with the scopes around each node."""

    def __init__(self, places: Places, base: int = 0) -> None:
        self.places = places
        self.base = base

    def of(
        self, node: ast.AST, scopes: tuple[_Scope, ...], parent: ast.AST | None = None
    ) -> Iterator[Use]:
        if isinstance(node, ast.Name):
            if not _is_bound(node.id, scopes):
                yield self.use(node, parent)
            return
        for quoted in _quoted_in(node):
            yield from self.quoted(quoted, scopes)
        if isinstance(node, _Function | ast.Lambda):
            inner = _Scope(_bound_in_function(node))
            body = node.body if isinstance(node.body, list) else [node.body]
            yield from self.split(node, scopes, body, (*scopes, inner))
        elif isinstance(node, ast.ClassDef):
            inner = _Scope(_bound_in(node.body), is_class=True)
            yield from self.split(node, scopes, node.body, (*scopes, inner))
        elif isinstance(node, _Comprehension):
            targets = [generator.target for generator in node.generators]
            inner = _Scope(frozenset(_stored(targets)))
            first = node.generators[0].iter
            yield from self.of(first, scopes, node)
            for child in _children(node):
                if child is not first:
                    yield from self.of(child, (*scopes, inner), node)
        else:
            for child in ast.iter_child_nodes(node):
                yield from self.of(child, scopes, node)

    def split(
        self,
        node: ast.AST,
        outside: tuple[_Scope, ...],
        body: Iterable[ast.AST],
        inside: tuple[_Scope, ...],
    ) -> Iterator[Use]:
        within = {id(child) for child in body}
        for child in ast.iter_child_nodes(node):
            yield from self.of(child, inside if id(child) in within else outside, node)

    def use(self, node: ast.Name, parent: ast.AST | None) -> Use:
        start, end = self.places.of(node)
        grouped, whole = False, end
        if isinstance(parent, ast.Subscript) and parent.value is node:
            grouped, whole = True, self.places.of(parent)[1]
        elif isinstance(parent, ast.Attribute | ast.Await | ast.Starred | ast.UnaryOp) or (
            isinstance(parent, ast.Call) and parent.func is node
        ):
            grouped = True
        elif isinstance(parent, ast.BinOp):
            grouped = not isinstance(parent.op, ast.BitOr)
        stored = not isinstance(node.ctx, ast.Load)
        return Use(node.id, self.base + start, self.base + end, grouped, self.base + whole, stored)

    def quoted(self, node: ast.Constant, scopes: tuple[_Scope, ...]) -> Iterator[Use]:
        start, end = self.places.of(node)
        value, written = str(node.value), self.places.text[start:end]
        for quotes in (1, 3):
            prefix = len(written) - len(value) - 2 * quotes
            if prefix in (0, 1) and written[prefix + quotes : len(written) - quotes] == value:
                break
        else:
            return
        try:
            # Parentheses let it span lines, as where annotations are evaluated.
            tree = ast.parse(f"({value})", mode="eval")
        except SyntaxError:
            return
        base = self.base + start + prefix + quotes - 1
        yield from _Uses(Places(f"({value})"), base).of(tree, scopes)


def _children(node: ast.AST) -> list[ast.AST]:
    """Return the expressions right below a comprehension, the parts of its `for` clauses included."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.comprehension):
            found += [child.target, child.iter, *child.ifs]
        else:
            found.append(child)
    return found


def _is_bound(name: str, scopes: tuple[_Scope, ...]) -> bool:
    return any(
        name in scope.names and (not scope.is_class or scope is scopes[-1]) for scope in scopes
    )


def _bound_in_function(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> frozenset[str]:
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    named += [arg for arg in (arguments.vararg, arguments.kwarg) if arg]
    body = node.body if isinstance(node.body, list) else [node.body]
    return _bound_in(body) | {arg.arg for arg in named}


def _bound_in(body: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that statements bind in their own scope, not in functions and classes in them."""
    names: set[str] = set()
    elsewhere: set[str] = set()
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            elsewhere.update(node.names)
        elif isinstance(node, _Function | ast.ClassDef):
            names.add(node.name)
            continue
        elif isinstance(node, ast.Lambda | _Comprehension):
            walrus = (item.target for item in ast.walk(node) if isinstance(item, ast.NamedExpr))
            names.update(_stored(walrus))
            continue
        elif isinstance(node, Import):
            names.update(bound_by(alias) for alias in node.names)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        pending.extend(ast.iter_child_nodes(node))
    return frozenset(names - elsewhere)


def _stored(targets: Iterable[ast.AST]) -> Iterator[str]:
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                yield node.id


def _quoted_in(node: ast.AST) -> Iterator[ast.Constant]:
    if isinstance(node, ast.AnnAssign):
        yield from _quoted(node.annotation)
        if _last_name(node.annotation) == "TypeAlias" and node.value is not None:
            yield from _quoted(node.value)
    elif isinstance(node, ast.arg) and node.annotation is not None:
        yield from _quoted(node.annotation)
    elif isinstance(node, _Function) and node.returns is not None:
        yield from _quoted(node.returns)
    elif isinstance(node, ast.Call) and node.args and _last_name(node.func) == "cast":
        yield from _quoted(node.args[0])


def _quoted(annotation: ast.expr) -> Iterator[ast.Constant]:
    """Yield the strings that stand for types: not those of `Literal`, nor the metadata of `Annotated`."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        yield annotation
    elif isinstance(annotation, ast.Subscript):
        kind = _last_name(annotation.value)
        if kind == "Annotated" and isinstance(annotation.slice, ast.Tuple):
            yield from _quoted(annotation.slice.elts[0])
        elif kind != "Literal":
            yield from _quoted(annotation.slice)
    elif isinstance(annotation, ast.BinOp | ast.Tuple | ast.List):
        for child in ast.iter_child_nodes(annotation):
            if isinstance(child, ast.expr):
                yield from _quoted(child)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
