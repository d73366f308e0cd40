"""Type expressions of a Python file -> type trees, every name resolved through the file's own imports."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from wsgen.diagnostics import Span
from wsgen.load.python.bindings import Binding, Imported, Local, qualified
from wsgen.load.sourcetext import unreadable
from wsgen.load.types.grammar import MAX_NESTING, MAX_TYPE, TypeNode
from wsgen.load.types.rules import MAX_PARTS, is_refused
from wsgen.model import BUILTIN_TYPES, ELLIPSIS, UNION
from wsgen.syntax.python_text import PythonText, subscripted


@dataclass(slots=True)
class TypeReader:
    """Reads the types that the aliases of one file name."""

    source: PythonText
    names: Mapping[str, Binding]
    here: tuple[str, ...] | None
    assumed: str | None = None
    parts: int = 0

    def span(self, node: ast.expr) -> Span:
        """Return the place of `node`."""
        return self.source.places.span_of(node)

    def read(self, node: ast.expr, place: Span | None = None, depth: int = 0) -> TypeNode:
        """Return the tree of the type `node`; `place` overrides its position.

        Raises UnreadableError at the first part that is not a type, or a name that is not defined.
        """
        at = place or self.span(node)
        # Aliases in aliases could grow without end, so parts are counted while they are followed.
        self.parts = self.parts + 1 if depth else 0
        if depth > MAX_NESTING or self.parts > 4 * MAX_PARTS:
            help_text = "Name the inner type in your models."
            raise unreadable("WSG306", "the type is nested too deeply", at, help_text)
        if isinstance(node, ast.Constant):
            if node.value is None:
                return TypeNode("None", None, (), at)
            if node.value is ...:
                return TypeNode(ELLIPSIS, None, (), at)
            if isinstance(node.value, str):
                return self.read(self.quoted(node), at, depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return TypeNode(UNION, None, self.members(node, place, depth), at)
        if isinstance(node, ast.Subscript):
            base = self.named(node.value, place, depth)
            if is_refused(base):
                return base
            args = tuple(self.read(arg, place, depth + 1) for arg in subscripted(node))
            return TypeNode(base.name, base.module, args, at)
        if isinstance(node, ast.Name | ast.Attribute):
            return self.named(node, place, depth)
        help_text = "Name a model, or a `list`, `dict` or union of models."
        raise unreadable("WSG300", "this is not a type", at, help_text)

    def quoted(self, node: ast.Constant) -> ast.expr:
        """Return the expression in the string `node`."""
        text = str(node.value).strip()
        help_text = "Write the type, with or without quotes around it."
        try:
            if len(text) <= MAX_TYPE and "\0" not in text:
                return ast.parse(text, mode="eval").body
            message = f"the type expression has {len(text)} characters"
        except (SyntaxError, RecursionError, MemoryError):
            message = f'"{text[:60]}" is not a type'
        raise unreadable("WSG204", message, self.span(node), help_text)

    def members(self, node: ast.BinOp, place: Span | None, depth: int) -> tuple[TypeNode, ...]:
        """Return the members of a union in reading order; `a | b | c` nests to the left."""
        members: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.BitOr):
            members.append(left.right)
            left = left.left
        members.append(left)
        return tuple(self.read(member, place, depth + 1) for member in reversed(members))

    def named(self, node: ast.expr, place: Span | None, depth: int) -> TypeNode:
        """Return the type that a name or dotted name stands for."""
        at = place or self.span(node)
        binding, rest = qualified(node, self.names)
        if isinstance(binding, Imported):
            return self.imported(binding, rest, at)
        if isinstance(binding, Local):
            if isinstance(node, ast.Name) and _is_type(binding.value):
                return self.read(binding.value, at, depth + 1)
            name = ast.unparse(node)
            return TypeNode(name, self.own_module(name, at), (), at)
        if rest in BUILTIN_TYPES:
            return TypeNode(rest, None, (), at)
        if not rest:
            help_text = "Name a model, or a `list`, `dict` or union of models."
            raise unreadable("WSG300", "this is not a type", at, help_text)
        if self.assumed is not None:
            return self.member(self.assumed, rest, at)
        if "*" in self.names:
            help_text = f"Import it by name: a star does not tell where `{rest}` is from."
        else:
            help_text = f"Import it: `from package.module import {rest.partition('.')[0]}`."
        raise unreadable("WSG205", f"`{rest}` is not imported in this file", at, help_text)

    def imported(self, binding: Imported, rest: str, at: Span) -> TypeNode:
        """Return the type that `rest` is in what was imported."""
        if binding.module is None:
            message = f"`{binding.written}` leads out of all packages that hold this file"
            help_text = "Import by the absolute name, or list its folder in [tool.wsgen] sources."
            raise unreadable("WSG206", message, at, help_text)
        if not (name := binding.member(rest)):
            message = f"`{binding.written}` is a module, not a type"
            raise unreadable("WSG300", message, at, f"Name a class of it: `{binding.written}.Bar`.")
        return self.member(binding.module, name, at)

    def member(self, module: str, rest: str, at: Span) -> TypeNode:
        """Return the class `rest` of `module`; lower-case parts but the last are modules in it."""
        parts = rest.split(".")
        while len(parts) > 1 and not parts[0][:1].isupper():
            module = f"{module}.{parts.pop(0)}"
        return TypeNode(".".join(parts), module, (), at)

    def own_module(self, name: str, at: Span) -> str:
        """Return the module of `name`, which this file defines itself."""
        if self.here is None:
            message = f"`{name}` is defined here, but this file is in no package"
            help_text = (
                "List its folder in [tool.wsgen] sources, or move the class into your models."
            )
            raise unreadable("WSG206", message, at, help_text)
        return ".".join(self.here)


def _is_type(node: ast.expr | None) -> TypeGuard[ast.expr]:
    """Return whether an assigned value is a type expression itself, an alias to read through."""
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)
    )
