"""Show type checkers the imports of generated classes that a ws.py hides from them in favour of its aliases.

Once the aliases are removed, type checkers need these imports: the condition around them is removed, or gets a
branch for type checkers with the same import.
"""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from wsgen.migrate.alias_dependencies import is_type_checking
from wsgen.migrate.python_file import PythonFile, Replacement
from wsgen.outputs.python.type_imports import import_statement, in_order
from wsgen.syntax.scopes import Import, bound_by, file_names


@dataclass(frozen=True, slots=True)
class Guard:
    """An `if TYPE_CHECKING:` or `if not TYPE_CHECKING:` that binds `names` only where Python runs it.

    `running` is the branch that Python runs and `checked` the one that type checkers read.
    """

    stmt: ast.If
    running: list[ast.stmt]
    checked: list[ast.stmt]
    names: frozenset[str]
    top_level: bool

    @property
    def negated(self) -> bool:
        """Return whether the condition is `not TYPE_CHECKING`."""
        return self.running is self.stmt.body


def find_guards(tree: ast.Module, classes: Collection[str]) -> list[Guard]:
    """Return the conditions, anywhere in the file, that hide from where some of `classes` are imported."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.If):
            continue
        if isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not):
            hides, running, checked = node.test.operand, node.body, node.orelse
        else:
            hides, running, checked = node.test, node.orelse, node.body
        names = file_names(ast.Module(running, [])) & set(classes)
        if is_type_checking(hides) and names:
            found.append(Guard(node, running, checked, frozenset(names), node in tree.body))
    return found


def is_removable(guard: Guard, file: PythonFile) -> bool:
    """Return whether `guard` contains only the hidden imports once the aliases are removed.

    A condition is kept if its import would follow other code at the top level of the file, which linters report.
    """
    aliases = {stmt for _, stmt in file.aliases}
    start, _ = file.places.of(guard.stmt)
    if not aliases.issuperset(guard.checked) or file.text.startswith("elif", start):
        return False
    if not all(guard.names.issuperset(_imported(stmt)) for stmt in guard.running):
        return False
    before = file.tree.body[: file.tree.body.index(guard.stmt)] if guard.top_level else []
    return all(_may_precede_imports(stmt) for stmt in before)


def without_condition(guard: Guard, file: PythonFile, width: int) -> str:
    """Return the text of the imports of `guard` without the condition around them."""
    margin = " " * guard.stmt.col_offset
    lines = [_dedented(stmt, guard, file, width) for stmt in guard.running]
    text = f"\n{margin}".join(lines)
    last = guard.stmt.end_lineno or guard.stmt.lineno
    following = file.text.split("\n")[last : last + 1]
    # Formatters require a blank line between the imports and the code that follows in the same block.
    ends_block = not following or len(following[0]) - len(following[0].lstrip()) < len(margin)
    return text if ends_block or not following[0].strip() else f"{text}\n"


def with_branch(guard: Guard, file: PythonFile, *, package: str, width: int) -> Replacement:
    """Return how `guard` gets the same import from `package` for type checkers."""
    margin = f"{' ' * guard.stmt.col_offset}    "
    line = import_statement(package, in_order(guard.names), margin=margin, width=width)
    aliases = {stmt for _, stmt in file.aliases}
    if guard.checked and guard.checked[0] in aliases:
        return Replacement(instead={guard.checked[0]: line})
    if guard.checked:
        start, _ = file.places.of(guard.checked[0])
        between = "\n" if isinstance(guard.checked[0], Import) else "\n\n"
        return Replacement(((start, start, f"{line}{between}{margin}"),))
    start, _ = file.places.of(guard.stmt)
    _, end = file.places.of(guard.stmt.test)
    keyword = "elif" if file.text.startswith("elif", start) else "if"
    flag = file.text[start + len(keyword) : end].strip().removeprefix("not").strip()
    header = f"{keyword} {flag}:\n{margin}{line}\n{margin[4:]}else"
    return Replacement(((start, end, header),))


def _imported(stmt: ast.stmt) -> Iterator[str]:
    """Yield the names that `stmt` imports; for any other statement yield `*`, which is not a name."""
    if isinstance(stmt, ast.ImportFrom):
        yield from map(bound_by, stmt.names)
    else:
        yield "*"


def _may_precede_imports(stmt: ast.stmt) -> bool:
    is_text = isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant)
    return is_text or isinstance(stmt, Import | ast.If | ast.Try)


def _dedented(stmt: ast.stmt, guard: Guard, file: PythonFile, width: int) -> str:
    """Return the text of one import outside of its block; lines with comments keep their form."""
    start, end = file.places.of(stmt)
    end = file.places.line(end)[1] if "#" in file.text[end : file.places.line(end)[1]] else end
    text = file.text[start:end].rstrip("\n")
    if isinstance(stmt, ast.ImportFrom) and "#" not in text:
        module = "." * stmt.level + (stmt.module or "")
        names = [ast.unparse(item) for item in stmt.names]
        return import_statement(module, names, margin=" " * guard.stmt.col_offset, width=width)
    surplus = " " * (stmt.col_offset - guard.stmt.col_offset)
    return "\n".join(line.removeprefix(surplus) for line in text.split("\n"))
