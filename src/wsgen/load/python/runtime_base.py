"""Whether a project's generic class is built on the runtime's router, and so speaks its protocol."""

import ast
from functools import lru_cache
from pathlib import Path

from wsgen.files import read_file
from wsgen.load.python.bindings import ROUTER, Imported, bindings, qualified
from wsgen.load.python.parse import parse_python
from wsgen.load.sourcetext import UnreadableError
from wsgen.syntax.module_names import package_around

_RUNTIME = "wsgen_runtime"
_MAX_STEPS = 50


def is_built_on_runtime(template: Path, roots: tuple[Path, ...]) -> bool:
    """Return whether the class WsRouter in the file `template` derives from a class of wsgen_runtime.

    Bases are followed through the project's own files, which are importable from `roots`, by their text.
    """
    try:
        return _derives(template, read_file(template), roots)
    except OSError:
        return False


@lru_cache(maxsize=64)
def _derives(template: Path, _text: bytes, roots: tuple[Path, ...]) -> bool:
    pending = [(template, ROUTER)]
    seen: set[tuple[Path, str]] = set()
    while pending and len(seen) < _MAX_STEPS:
        place = pending.pop()
        if place in seen:
            continue
        seen.add(place)
        for module, name in _bases(*place, roots):
            if module.partition(".")[0] == _RUNTIME:
                return True
            file = _file_of(module, roots) if module else place[0]
            if file is not None:
                pending.append((file, name))
    return False


def _bases(file: Path, name: str, roots: tuple[Path, ...]) -> list[tuple[str, str]]:
    """Return module and name of what the class `name` in `file` derives from, or is imported from.

    The module is empty for a class of the file itself.
    """
    try:
        tree = parse_python(file, read_file(file)).tree
    except (OSError, UnreadableError):
        return []
    names = bindings(tree, package_around(file, roots))
    bound = names.get(name)
    if isinstance(bound, Imported):
        return [(bound.module, bound.name)] if bound.module and bound.name else []
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name != name:
            continue
        for base in node.bases:
            expression = base.value if isinstance(base, ast.Subscript) else base
            binding, rest = qualified(expression, names)
            if isinstance(binding, Imported) and binding.module:
                named = binding.name if not rest else ""
                within = (
                    f"{binding.module}.{binding.name}" if binding.name and rest else binding.module
                )
                found.append((within, named or rest))
            elif isinstance(expression, ast.Name):
                found.append(("", expression.id))
    return found


def _file_of(module: str, roots: tuple[Path, ...]) -> Path | None:
    """Return the project's own file that `module` is imported from."""
    parts = module.split(".")
    for root in roots:
        for file in (
            root.joinpath(*parts).with_suffix(".py"),
            root.joinpath(*parts, "__init__.py"),
        ):
            if file.is_file():
                return file
    return None
