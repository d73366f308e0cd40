"""Find the generic class of a template by its type parameters, in any notation of `typing`."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.errors import refuse
from wsgen.outputs.python.generic.template import TemplateFile, mistake
from wsgen.syntax.newer_syntax import TypeParameters
from wsgen.syntax.python_text import subscripted
from wsgen.syntax.quoted_types import TypingNames
from wsgen.syntax.scopes import file_statements
from wsgen.syntax.text_ranges import TextRange

_BASES = frozenset({"Generic", "Protocol"})
_VARIABLES = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})


@dataclass(frozen=True, slots=True)
class GenericClass:
    """A class and its type parameters in order.

    `brackets` are those of `class W[A, B]`; otherwise `declarations` are the statements that declare the
    parameters. The parameters are known in `scope`: those in brackets within the class, others in the whole file.
    """

    node: ast.ClassDef
    parameters: tuple[str, ...]
    brackets: TypeParameters | None
    declarations: tuple[ast.stmt, ...]
    scope: TextRange


def find_generic_class(file: TemplateFile) -> GenericClass:
    """Return the generic class of a template. Raises GenerationError unless there is exactly one."""
    source, typing = file.source, file.typing
    declared = _declared(file)
    known = dict.fromkeys(declared) | dict.fromkeys(_named_in_bases(file))
    top = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
    found = [
        node
        for node in top
        if source.parameters_of(node) or _generic_bases(node, typing) or any(_names(node, known))
    ]
    if not found:
        message = (
            f"{file.path.name} has no generic class, such as "
            "`class WsRouter(Generic[_TRequest, _TData])`"
        )
        raise refuse(mistake("WSG421", message, file.span(top[0] if top else (0, 0))))
    inner = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and node not in top
        if _generic_bases(node, typing)
        if {*_names(node, known)} & {*_names(found[0], known)}
    ]
    if len(found := [*found, *inner]) > 1:
        listed = " and ".join(f"`{node.name}`" for node in found)
        notes = [Note("another is here", file.span(node)) for node in found[1:]]
        message = f"{file.path.name} has several generic classes: {listed}"
        help_text = "Move the others to another file and import them."
        raise refuse(mistake("WSG422", message, file.span(found[0]), help_text, notes))
    return _checked(file, found[0], declared, known)


def _checked(
    file: TemplateFile,
    node: ast.ClassDef,
    declared: Mapping[str, tuple[str, ast.stmt]],
    known: Mapping[str, object],
) -> GenericClass:
    """Return the class. Raises GenerationError if its parameters cannot be specialised."""
    source, typing = file.source, file.typing
    brackets = source.parameters_of(node)
    names = brackets.names if brackets else tuple(_ordered(node, typing, known))
    wrong: list[Diagnostic] = []
    if brackets is not None:
        place = file.span((brackets.start, brackets.end))
        wrong += [_not_plain(item.name, place) for item in brackets.items if item.stars]
    else:
        wrong += [
            _not_plain(ast.unparse(item), file.span(item))
            for base in _generic_bases(node, typing)
            for item in subscripted(base)
            if not isinstance(item, ast.Name)
        ]
        wrong += [
            _not_plain(name, file.span(declared[name][1]))
            for name in names
            if name in declared and declared[name][0] != "TypeVar"
        ]
    place = file.span(node)
    if len(names) < 2 and not wrong:
        message = f"`{node.name}` has one type parameter; a router has a request and a data type"
        help_text = "Give the generic class two type parameters or more: request, data, others."
        wrong.append(mistake("WSG423", message, place, help_text))
    if len(set(names)) < len(names):
        wrong.append(mistake("WSG425", f"`{node.name}` names a type parameter twice", place))
    if wrong:
        raise refuse(*wrong)
    declarations = tuple(
        statement
        for name, _, statement in _assigned_calls(file)
        if brackets is None and name in names
    )
    scope = source.places.of(node) if brackets else (0, len(source.text))
    return GenericClass(node, names, brackets, declarations, scope)


def _not_plain(name: str, place: Span) -> Diagnostic:
    message = f"the type parameter `{name}` is not a plain type variable of this file"
    help_text = "Use a TypeVar by its name; ParamSpec and TypeVarTuple cannot be specialised."
    return mistake("WSG425", message, place, help_text)


def _declared(file: TemplateFile) -> dict[str, tuple[str, ast.stmt]]:
    """Return the type variables that the file declares, each with its kind and statement."""
    found = {}
    for name, called, node in _assigned_calls(file):
        if (kind := file.typing.member(called)) in _VARIABLES:
            found[name] = (kind, node)
    return found


def _assigned_calls(file: TemplateFile) -> Iterator[tuple[str, ast.expr, ast.stmt]]:
    """Yield the names that statements assign the result of a call to, with what is called."""
    for node, _ in file_statements(file.source.tree):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=called))
            ):
                yield name, called, node


def _named_in_bases(file: TemplateFile) -> Iterator[str]:
    """Yield the names in `Generic[...]`, which are type variables wherever they are declared."""
    for node in ast.walk(file.source.tree):
        if isinstance(node, ast.ClassDef):
            for base in _generic_bases(node, file.typing):
                yield from (item.id for item in subscripted(base) if isinstance(item, ast.Name))


def _ordered(node: ast.ClassDef, typing: TypingNames, known: Mapping[str, object]) -> Iterator[str]:
    """Yield the type parameters of a class in the order of typing: that in Generic, else that of appearance."""
    if bases := _generic_bases(node, typing):
        yield from map(ast.unparse, subscripted(bases[0]))
    else:
        yield from dict.fromkeys(_names(node, known))


def _names(node: ast.ClassDef, known: Mapping[str, object]) -> Iterator[str]:
    for base in node.bases:
        if isinstance(base, ast.Subscript):
            yield from _in_order(base.slice, known)


def _in_order(node: ast.AST, known: Mapping[str, object]) -> Iterator[str]:
    if isinstance(node, ast.Name) and node.id in known:
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child, known)


def _generic_bases(node: ast.ClassDef, typing: TypingNames) -> list[ast.Subscript]:
    subscripts = [base for base in node.bases if isinstance(base, ast.Subscript)]
    return [base for base in subscripts if typing.member(base.value) in _BASES]
