"""Compare two Python texts as code: formatters and sorters of imports change a text and not what it does."""

import ast


def is_same_code(one: str, other: str) -> bool:
    """Return whether two texts differ at most in layout, comments, docstrings and the order of their imports."""
    try:
        return one == other or _parts(one) == _parts(other)
    except (SyntaxError, ValueError, RecursionError):
        return False


def _parts(text: str) -> tuple[set[tuple[str | None, ...]], str]:
    """Return what the module imports at its top, and the rest of its code."""
    tree = ast.parse(text)
    imported: set[tuple[str | None, ...]] = set()
    statements = []
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            imported |= {(alias.name, alias.asname) for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            module = "." * statement.level + (statement.module or "")
            imported |= {(module, alias.name, alias.asname) for alias in statement.names}
        else:
            statements.append(statement)
    tree.body = statements
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [item for item in node.body if not _is_text(item)]
    return imported, ast.dump(tree)


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
