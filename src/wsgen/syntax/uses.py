"""Find where a Python file uses the names of its top level, in quoted annotations too."""

import ast
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wsgen.syntax.newer_syntax import TypeParameters
from wsgen.syntax.python_text import PythonText, subscripted
from wsgen.syntax.quoted_types import TypingNames, quoted_types, types_in
from wsgen.syntax.scopes import (
    Comprehension,
    Function,
    Scope,
    arguments_of,
    class_scope,
    comprehension_scope,
    function_scope,
    is_bound,
)
from wsgen.syntax.string_literals import characters, fields
from wsgen.syntax.text_ranges import Places

_FIELDS_MOVE = sys.version_info < (3, 12)
_Scopes = tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A name from the offset `start` to the offset `end`.

    It is `grouped` if its replacement must be a single operand, and `stored` if it is assigned here. `whole` is
    the end of its subscript, as in `WsRouter[A, B]`, or the same as `end`; `arguments` are those of the
    subscript. `scopes` are the scopes around it.
    """

    name: str
    start: int
    end: int
    grouped: bool = False
    whole: int = 0
    arguments: tuple[str, ...] = ()
    stored: bool = False
    scopes: tuple[Scope, ...] = ()


def uses(source: PythonText, opened: TypeParameters | None = None) -> list[Use]:
    """Return every use of a name that is not bound by a function, class or comprehension around it.

    Strings are searched where they are types, and nowhere else. The type parameters `opened` count as names of
    the top level.
    """
    found = _Uses(source, source.places, TypingNames(source.tree), opened)
    found.walk(source.tree, ())
    return found.found


def exports(tree: ast.Module) -> list[ast.Constant]:
    """Return the strings in `__all__`, the one place where a string is a name of the file."""
    found = []
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            found += [item for item in ast.walk(node) if isinstance(item, ast.Constant)]
    return [item for item in found if isinstance(item.value, str)]


@dataclass(slots=True)
class _Uses:
    """Walks a tree with the scopes around each node; `offsets` are those of its characters in the file."""

    source: PythonText
    places: Places
    typing: TypingNames
    opened: TypeParameters | None
    offsets: Sequence[tuple[int, int]] | None = None
    found: list[Use] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def walk(self, node: ast.AST, scopes: _Scopes, parent: ast.AST | None = None) -> None:
        if isinstance(node, ast.Name):
            if not is_bound(node.id, scopes):
                self.found.append(self.use(node, scopes, parent))
            return
        if isinstance(node, ast.Constant):
            return
        alias = isinstance(node, ast.Assign) and node in self.source.aliases
        for string in quoted_types(node, self.typing, is_alias=alias):
            if id(string) not in self.seen:
                self.seen.add(id(string))
                self.quoted(string, scopes)
        if isinstance(node, Function | ast.Lambda):
            self.function(node, scopes)
        elif isinstance(node, ast.ClassDef):
            self.all(node.decorator_list, scopes, node)
            scopes = self.with_parameters(node, scopes)
            self.all([*node.bases, *node.keywords], scopes, node)
            self.all(node.body, (*scopes, class_scope(node)), node)
        elif isinstance(node, Comprehension):
            self.comprehension(node, scopes)
        elif isinstance(node, ast.JoinedStr) and _FIELDS_MOVE:
            self.fields(node, scopes)
        else:
            if alias and isinstance(node, ast.Assign):
                self.all(node.targets, scopes, node)
                self.walk(node.value, self.with_parameters(node, scopes), node)
                return
            self.all(ast.iter_child_nodes(node), scopes, node)

    def all(self, nodes: Iterable[ast.AST], scopes: _Scopes, parent: ast.AST) -> None:
        for node in nodes:
            self.walk(node, scopes, parent)

    def function(self, node: Function | ast.Lambda, scopes: _Scopes) -> None:
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        if isinstance(node, ast.Lambda):
            self.all(defaults, scopes, node)
        else:
            self.all([*node.decorator_list, *defaults], scopes, node)
            scopes = self.with_parameters(node, scopes)
            self.all([*arguments_of(node), *filter(None, [node.returns])], scopes, node)
        body = node.body if isinstance(node.body, list) else [node.body]
        self.all(body, (*scopes, function_scope(node)), node)

    def comprehension(self, node: Comprehension, scopes: _Scopes) -> None:
        inner = (*scopes, comprehension_scope(node))
        first = node.generators[0].iter
        self.walk(first, scopes, node)
        for generator in node.generators:
            parts = [generator.target, generator.iter, *generator.ifs]
            self.all((part for part in parts if part is not first), inner, node)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.all(parts, inner, node)

    def with_parameters(self, node: ast.stmt, scopes: _Scopes) -> _Scopes:
        """Walk the bounds of the type parameters of `node`; return `scopes` and the scope of these parameters."""
        parameters = self.source.parameters_of(node) if self.offsets is None else None
        if parameters is None:
            return scopes
        if parameters is not self.opened:
            scopes = (*scopes, Scope(frozenset(parameters.names)))
        for item in parameters.items:
            for start, end in item.types:
                text = self.source.text[start:end]
                self.inner(text, range(start, end), scopes, are_types=True)
        return scopes

    def use(self, node: ast.Name, scopes: _Scopes, parent: ast.AST | None) -> Use:
        start, end = self.places.of(node)
        grouped, whole = False, end
        arguments: tuple[str, ...] = ()
        if isinstance(parent, ast.Subscript) and parent.value is node:
            grouped, whole, arguments = True, self.places.of(parent)[1], _arguments(parent)
        elif isinstance(parent, ast.Attribute | ast.Await | ast.Starred | ast.UnaryOp) or (
            isinstance(parent, ast.Call) and parent.func is node
        ):
            grouped = True
        elif isinstance(parent, ast.BinOp):
            grouped = not isinstance(parent.op, ast.BitOr)
        if self.offsets is not None:
            first, last = self.offsets[start][0], self.offsets[end - 1][1]
            start, end, whole = first, last, self.offsets[whole - 1][1]
        stored = not isinstance(node.ctx, ast.Load)
        return Use(node.id, start, end, grouped, whole, arguments, stored, scopes)

    def quoted(self, node: ast.Constant, scopes: _Scopes) -> None:
        start, end = self.places.of(node)
        value = str(node.value)
        written = characters(self.places.text[start:end], value)
        if written is not None:
            offsets = [(start + first, start + last) for first, last in written]
            self.inner(value, offsets, scopes, are_types=True)

    def fields(self, node: ast.JoinedStr, scopes: _Scopes) -> None:
        start, end = self.places.of(node)
        for offset, expression in fields(self.places.text[start:end]):
            first = start + offset
            self.inner(expression, range(first, first + len(expression)), scopes)

    def inner(
        self,
        text: str,
        offsets: Sequence[int] | Sequence[tuple[int, int]],
        scopes: _Scopes,
        *,
        are_types: bool = False,
    ) -> None:
        """Walk the expression `text`, whose characters are at `offsets` of the surrounding text."""
        try:
            # In brackets it may span lines and start with a star, as where annotations are evaluated.
            tree = ast.parse(f"[{text}\n]", mode="eval")
        except (SyntaxError, ValueError):
            return
        pairs = [(item, item + 1) if isinstance(item, int) else item for item in offsets]
        if self.offsets is not None:
            pairs = [(self.offsets[first][0], self.offsets[last - 1][1]) for first, last in pairs]
        places = Places(f"[{text}\n]")
        within = _Uses(self.source, places, self.typing, self.opened, [(0, 0), *pairs, (0, 0)])
        for string in types_in(tree.body, self.typing) if are_types else ():
            within.seen.add(id(string))
            within.quoted(string, scopes)
        within.walk(tree, scopes)
        self.found += within.found


def _arguments(node: ast.Subscript) -> tuple[str, ...]:
    """Return the arguments in the brackets of a subscript, without the quotes around them."""
    return tuple(
        item.value.strip()
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
        else ast.unparse(item)
        for item in subscripted(node)
    )
