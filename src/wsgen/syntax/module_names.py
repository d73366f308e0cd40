"""The dotted names of modules: that of a source file, and those that its relative imports refer to."""

import ast
from pathlib import Path

from wsgen.names import is_identifier


def importable_name(path: Path, roots: tuple[Path, ...]) -> tuple[str, ...] | None:
    """Return the parts of the name of the Python file `path`; a package's `__init__.py` is the package.

    Folders with an `__init__.py` make up the package; a file in none belongs to the longest of `roots` that
    holds it. None if no part of this is known, or a folder's name cannot be imported.
    """
    folder = path.parent
    parts = [] if path.name == "__init__.py" else [path.stem]
    if (folder / "__init__.py").is_file():
        while (folder / "__init__.py").is_file() and folder.parent != folder:
            parts.insert(0, folder.name)
            folder = folder.parent
    else:
        holding = [root for root in roots if folder.is_relative_to(root)]
        if not holding:
            return None
        longest = max(holding, key=lambda root: len(root.parts))
        parts = [*folder.relative_to(longest).parts, *parts]
    return tuple(parts) if parts and all(map(is_identifier, parts)) else None


def package_around(path: Path, roots: tuple[Path, ...]) -> tuple[str, ...] | None:
    """Return the package that relative imports in the Python file `path` start from, None if it is not known."""
    name = importable_name(path, roots)
    return name if name is None or path.name == "__init__.py" else name[:-1]


def absolute_module(stmt: ast.ImportFrom, package: tuple[str, ...] | None) -> str | None:
    """Return the module that `stmt` imports from, None if it lies outside of all known packages."""
    if not stmt.level:
        return stmt.module
    kept = len(package or ()) - stmt.level + 1
    if package is None or kept < 1:
        return None
    return ".".join((*package[:kept], *([stmt.module] if stmt.module else [])))
