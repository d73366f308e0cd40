"""`ws.py` -> declarations: the WsRouter aliases of a Python file, found in its syntax tree."""

import ast
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Note, Severity, Span
from wsgen.load.class_names import check_class_name
from wsgen.load.declaration import FileDeclaration, RouterDeclaration
from wsgen.load.python.alias_types import TypeReader
from wsgen.load.python.bindings import ROUTER, bindings, is_router, is_typing
from wsgen.load.python.constructor_calls import Given, arguments_of, calls
from wsgen.load.python.parse import parse_python
from wsgen.load.sourcetext import UnreadableError
from wsgen.load.types.grammar import TypeNode
from wsgen.load.types.rules import data_type, request_type
from wsgen.model import TypeRef
from wsgen.syntax.module_names import importable_name, package_around
from wsgen.syntax.python_text import PythonText, subscripted
from wsgen.syntax.scopes import file_statements

_FORM = "Write `X: TypeAlias = WsRouter[Request, Data]`."


@dataclass(frozen=True, slots=True)
class _Alias:
    """A statement that names a type: `name: TypeAlias = value` or `type name = value`."""

    name: str
    span: Span
    value: ast.expr


def load_python(
    path: Path,
    data: bytes,
    roots: tuple[Path, ...],
    found: list[Diagnostic],
    *,
    assumed: str | None = None,
    generic: bool = False,
    declared: Collection[str] = (),
    package: str | None = None,
) -> FileDeclaration:
    """Return what the Python file at `path` with the bytes `data` declares.

    `declared` are router classes that another file declares, whose calls are read as well; they are imported
    from the generated `package`, if its name is known. Types that the file does not import are from the package
    `assumed`, if there is one. An alias has two types, or more for a `generic` class of the project. Diagnostics
    are appended to `found`; where one is an error, the declaration must not be used.
    """
    try:
        source = parse_python(path, data)
    except UnreadableError as error:
        found.extend(error.diagnostics)
        return FileDeclaration()
    here = importable_name(path, roots)
    names = bindings(source.tree, package_around(path, roots))
    finder = _Finder(TypeReader(source, names, here, assumed), found, generic=generic)
    return finder.module(frozenset(declared), package)


def read_aliases(source: PythonText) -> list[tuple[str, ast.stmt, list[ast.expr]]]:
    """Return name, statement and types of each alias of WsRouter in a Python file, in the order of the file.

    Those in an `else` or `except`, which declare a router once more, are among them. Nothing is checked: the
    types may be unknown, too few or too many.

    Raises UnreadableError if a quoted alias is not a type.
    """
    found: list[Diagnostic] = []
    finder = _Finder(TypeReader(source, bindings(source.tree, None), None), found)
    declared = [
        (alias.name, stmt, subscripted(value))
        for stmt, _ in file_statements(source.tree)
        if (alias := finder.alias(stmt)) and (value := finder.router(alias))
    ]
    if found:
        raise UnreadableError(found[0].message, found)
    return declared


@dataclass(slots=True)
class _Finder:
    """Finds the aliases of one file and reads each."""

    types: TypeReader
    found: list[Diagnostic]
    generic: bool = False
    named: list[tuple[TypeNode, bool]] = field(default_factory=list)

    def module(self, declared: frozenset[str], package: str | None) -> FileDeclaration:
        routers: dict[str, tuple[_Alias, ast.Subscript]] = {}
        top: set[ast.stmt] = set()
        for stmt, second in file_statements(self.types.source.tree):
            top.add(stmt)
            if (alias := self.alias(stmt)) is None:
                self.implicit(stmt)
            elif (value := self.router(alias)) is None:
                continue
            elif alias.name not in routers:
                routers[alias.name] = alias, value
            elif not second:
                first = Note("first here", routers[alias.name][0].span)
                message = f"`{alias.name}` is declared twice"
                self.fail("WSG208", message, alias.span, "Keep one of the two.", first)
        nodes = list(ast.walk(self.types.source.tree))
        self.misplaced(nodes, top)
        classes = declared.union(routers)
        arguments = (
            arguments_of(self.types.source.places, nodes, classes, package) if classes else ()
        )
        given = calls(arguments, frozenset(routers), self.found)
        read = tuple(
            self.declaration(alias, value, given.get(name, Given()))
            for name, (alias, value) in routers.items()
        )
        return FileDeclaration(
            arguments=tuple(item for item in arguments if item.class_name in declared),
            routers=read,
            named=tuple(self.named),
        )

    def alias(self, stmt: ast.stmt) -> _Alias | None:
        """Return the alias that `stmt` declares, whatever it stands for."""
        if isinstance(stmt, ast.Assign) and stmt in self.types.source.aliases:
            target = stmt.targets[0]
        elif isinstance(stmt, ast.AnnAssign) and is_typing(
            stmt.annotation, "TypeAlias", self.types.names
        ):
            target = stmt.target
        else:
            return None
        if not isinstance(target, ast.Name) or stmt.value is None:
            return None
        return _Alias(target.id, self.types.span(target), stmt.value)

    def router(self, alias: _Alias) -> ast.Subscript | None:
        """Return the WsRouter[...] that `alias` stands for; None if it is another alias or wrong."""
        value = alias.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if ROUTER not in value.value and not self.mentions_router(value.value):
                return None
            try:
                value = self.types.quoted(value)
            except UnreadableError as error:
                self.found.extend(error.diagnostics)
                return None
        elif isinstance(value, ast.Name | ast.Attribute) and is_router(value, self.types.names):
            message = f"`{alias.name}` gives WsRouter no types"
            self.fail("WSG203", message, self.types.span(value), _FORM)
            return None
        if isinstance(value, ast.Subscript) and is_router(value.value, self.types.names):
            return value
        return None

    def mentions_router(self, text: str) -> bool:
        head = text.partition("[")[0].strip()
        return head.isidentifier() and is_router(ast.Name(head), self.types.names)

    def declaration(self, alias: _Alias, value: ast.Subscript, given: Given) -> RouterDeclaration:
        if problem := check_class_name(alias.name):
            self.found.append(problem.at(alias.span))
        types = subscripted(value)
        place = (
            self.types.span(alias.value)
            if alias.value is not value and isinstance(alias.value, ast.Constant)
            else None
        )
        spans = dict(given.spans)
        read: list[TypeRef | None] = []
        if len(types) == 2 or (self.generic and len(types) > 2):
            keys = ("request", "data", *(f"further.{number}" for number in range(len(types) - 2)))
            for key, node in zip(keys, types, strict=True):
                spans[key] = place or self.types.span(node)
                read.append(self.type(node, place, data_type if read else request_type))
        else:
            count = "one type" if len(types) == 1 else f"{len(types)} types"
            message = f"`{alias.name}` gives WsRouter {count}; it takes a request and a data type"
            self.fail("WSG203", message, place or self.types.span(value), _FORM)
        return RouterDeclaration(
            class_name=alias.name,
            span=alias.span,
            fields={
                **given.fields,
                **{key: ref for key, ref in zip(("request", "data"), read, strict=False) if ref},
            },
            spans=spans,
            further=tuple(read[2:]),
        )

    def type(
        self, node: ast.expr, place: Span | None, check: Callable[[TypeNode], TypeRef]
    ) -> TypeRef | None:
        try:
            tree = self.types.read(node, place)
            ref = check(tree)
        except UnreadableError as error:
            self.found.extend(error.diagnostics)
            return None
        self.named.append((tree, check is request_type))
        return ref

    def implicit(self, stmt: ast.stmt) -> None:
        """Warn of `X = WsRouter[...]`, which looks like an alias but is read by no one."""
        match stmt:
            case ast.Assign(
                targets=[ast.Name() as name, *_], value=ast.Subscript(value=generic)
            ) if is_router(generic, self.types.names):
                message = f"`{name.id} = WsRouter[...]` declares no router"
                help_text = f"Annotate it: `{name.id}: TypeAlias = WsRouter[...]`."
                place, warning = self.types.span(name), Severity.WARNING
                problem = Diagnostic("WSG209", message, place, help=help_text, severity=warning)
                self.found.append(problem)

    def misplaced(self, nodes: Iterable[ast.AST], top: set[ast.stmt]) -> None:
        """Report aliases in classes and functions, which no other file could import."""
        for stmt in nodes:
            if not isinstance(stmt, ast.stmt) or stmt in top:
                continue
            if (alias := self.alias(stmt)) and self.router(alias):
                message = f"`{alias.name}` is declared inside of a class or function"
                self.fail("WSG207", message, alias.span, "Move it to the top level of the file.")

    def fail(self, code: str, message: str, span: Span, help_text: str, *notes: Note) -> None:
        self.found.append(Diagnostic(code, message, span, help=help_text, notes=notes))
