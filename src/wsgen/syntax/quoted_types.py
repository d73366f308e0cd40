"""Find the strings of a Python file that are quoted types."""

import ast
from collections.abc import Iterator

from wsgen.syntax.scopes import Function, file_names

_TYPING = frozenset({"typing", "typing_extensions", "collections.abc"})
_BUILT_IN = frozenset({"dict", "frozenset", "list", "set", "tuple", "type"})


class TypingNames:
    """The names of a file for the members of `typing`, `typing_extensions` and `collections.abc`."""

    def __init__(self, tree: ast.Module) -> None:
        self.members: dict[str, str] = {}
        self.modules: set[str] = set()
        self.own = file_names(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in _TYPING and not node.level:
                self.members.update({item.asname or item.name: item.name for item in node.names})
            elif isinstance(node, ast.Import):
                names = [item for item in node.names if item.name in _TYPING]
                self.modules.update(item.asname or item.name for item in names)

    def member(self, node: ast.expr) -> str:
        """Return the member that `node` refers to, however it was imported; empty if it is not a member."""
        if isinstance(node, ast.Attribute):
            return node.attr if ast.unparse(node.value) in self.modules else ""
        if isinstance(node, ast.Name):
            if node.id in self.members:
                return self.members[node.id]
            # A bare name that the file does not bind comes from a star import.
            return "" if node.id in self.own else node.id
        return ""

    def is_type(self, node: ast.Subscript) -> bool:
        """Return whether a subscript anywhere in code is certainly a type, such as `list["Bar"]`."""
        value = node.value
        if isinstance(value, ast.Name) and value.id not in self.members:
            return value.id in _BUILT_IN and value.id not in self.own
        return self.member(value) not in ("", "Literal")


def quoted_types(
    node: ast.AST, typing: TypingNames, *, is_alias: bool = False
) -> Iterator[ast.Constant]:
    """Yield the strings at `node` itself that are types. It is an alias if it is a statement `type X = ...`."""
    for annotation in _annotations(node, typing, is_alias=is_alias):
        yield from types_in(annotation, typing)


def _annotations(node: ast.AST, typing: TypingNames, *, is_alias: bool) -> Iterator[ast.expr]:
    if isinstance(node, ast.AnnAssign):
        yield node.annotation
        if typing.member(node.annotation) == "TypeAlias" and node.value is not None:
            yield node.value
    elif isinstance(node, ast.Assign) and is_alias:
        yield node.value
    elif isinstance(node, ast.arg) and node.annotation is not None:
        yield node.annotation
    elif isinstance(node, Function) and node.returns is not None:
        yield node.returns
    elif isinstance(node, ast.ClassDef):
        yield from (base for base in node.bases if isinstance(base, ast.Subscript))
    elif isinstance(node, ast.Subscript) and typing.is_type(node):
        yield node
    elif isinstance(node, ast.Call):
        yield from _typing_call(node, typing.member(node.func))


def _typing_call(node: ast.Call, called: str) -> Iterator[ast.expr]:
    """Yield the types among the arguments of a call of the member `called` of typing."""
    if called == "cast":
        yield from node.args[:1]
        yield from (item.value for item in node.keywords if item.arg == "typ")
    elif called in ("NewType", "assert_type", "TypeVar"):
        yield from node.args[1:]
        yield from (item.value for item in node.keywords if item.arg in ("bound", "default"))


def types_in(annotation: ast.expr, typing: TypingNames) -> Iterator[ast.Constant]:
    """Yield the strings that are types, which excludes those of `Literal` and the metadata of `Annotated`."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        yield annotation
    elif isinstance(annotation, ast.Subscript):
        kind = typing.member(annotation.value)
        if kind == "Annotated" and isinstance(annotation.slice, ast.Tuple):
            yield from types_in(annotation.slice.elts[0], typing)
        elif kind != "Literal":
            yield from types_in(annotation.slice, typing)
    elif isinstance(annotation, ast.BinOp | ast.Tuple | ast.List | ast.Starred):
        for child in ast.iter_child_nodes(annotation):
            if isinstance(child, ast.expr):
                yield from types_in(child, typing)
