"""Find out which names the project's Python files import from where: code that breaks if a name is removed."""

import ast
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.load.python.parse import parse_python
from wsgen.load.sourcetext import UnreadableError, read_source
from wsgen.manifest import MANIFEST
from wsgen.settings.config import Config
from wsgen.source import NOT_SEARCHED
from wsgen.syntax.module_names import absolute_module, package_around

Importers = dict[tuple[str, str], Span]
"""A module's dotted name and a name in it -> a place where another file imports it."""


def find_importers(config: Config, stems: Collection[str]) -> Importers:
    """Return what the project's files import from modules whose last name is one of `stems`.

    Files that are not valid Python are left out.
    """
    found: Importers = {}
    mention = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(stems)))})\b".encode())
    for file in _python_files(config.root):
        try:
            data = read_source(file)
            if mention.search(data) is None:
                continue
            source = parse_python(file, data)
        except UnreadableError:
            continue
        package = package_around(file, config.sources)
        for module, name, node in _imported(source.tree, package):
            found.setdefault((module, name), source.places.span_of(node))
    return found


def _python_files(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        if MANIFEST in files or "pyvenv.cfg" in files:
            names.clear()
            continue
        names[:] = sorted(name for name in names if name[0] != "." and name not in NOT_SEARCHED)
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))


def _imported(
    tree: ast.Module, package: tuple[str, ...] | None
) -> Iterator[tuple[str, str, ast.alias | ast.Attribute]]:
    """Yield each `from module import name`, and each `module.name` of an imported module."""
    modules: dict[str, str] = {}
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (module := absolute_module(node, package)):
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{module}.{alias.name}"
                yield module, alias.name, alias
    for node in nodes:
        if not isinstance(node, ast.Attribute) or not isinstance(
            node.value, ast.Attribute | ast.Name
        ):
            continue
        if of := modules.get(ast.unparse(node.value)):
            yield of, node.attr, node
