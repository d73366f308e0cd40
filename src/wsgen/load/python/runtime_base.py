"""Whether a project's generic class is built on the runtime's router, and so speaks its protocol."""

import ast
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from wsgen.files import read_file
from wsgen.load.python.bindings import ROUTER, Binding, Imported, bindings, qualified
from wsgen.load.python.project_modules import ModuleFile
from wsgen.syntax.module_names import importable_name

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
        path, name = place = pending.pop()
        if place in seen:
            continue
        seen.add(place)
        file = ModuleFile(path, importable_name(path, roots) or ())
        names = bindings(file.tree, file.package) if file.tree else {}
        for base in _bases(file, name, names):
            binding, rest = qualified(base, names)
            if isinstance(binding, Imported) and binding.module:
                module, _, named = f"{binding.module}.{binding.member(rest)}".rpartition(".")
                if module.partition(".")[0] == _RUNTIME:
                    return True
                pending += [(found, named) for found in _files_of(module, roots)[:1]]
            elif isinstance(base, ast.Name):
                pending.append((path, base.id))
    return False


def _bases(file: ModuleFile, name: str, names: Mapping[str, Binding]) -> list[ast.expr]:
    """Return what the class `name` in `file` derives from, or the name itself if it is imported."""
    if isinstance(names.get(name), Imported):
        return [ast.Name(name)]
    nodes = ast.walk(file.tree) if file.tree else ()
    classes = [node for node in nodes if isinstance(node, ast.ClassDef) and node.name == name]
    bases = [base for node in classes for base in node.bases]
    return [base.value if isinstance(base, ast.Subscript) else base for base in bases]


def _files_of(module: str, roots: tuple[Path, ...]) -> list[Path]:
    """Return the project's own files that `module` may be imported from, the first of them first."""
    places = [root.joinpath(*module.split(".")) for root in roots]
    files = [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")]
    return [file for file in files if file.is_file()]
