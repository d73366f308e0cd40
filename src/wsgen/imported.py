"""Which of the project's own files Python texts import from, through re-exports to where names are made."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

_Import = tuple[int, str, str, str]
"""Level, module, name there, name here. A name of "" is the module itself; "*" stands for all names."""


def imported_files(texts: Iterable[str], folder: Path, sources: Sequence[Path]) -> frozenset[Path]:
    """Return the files that decide whether the imports of `texts`, which stand in `folder`, succeed.

    Absolute imports are looked up in `sources`, and what is found nowhere there is not the project's own. Files
    in `folder` itself, which the texts may be, are left out.
    """
    found: set[Path] = set()
    seen: set[tuple[Path, str]] = set()
    waiting = [(folder, item) for text in texts for item in _imports(text)]
    while waiting:
        place, (level, module, name, _) = waiting.pop()
        for path in _places(place, level, module, sources):
            files = [*_files(path), *(_files(path / name) if name not in ("", "*") else ())]
            found.update(files)
            for file in files:
                if (file, name) not in seen:
                    seen.add((file, name))
                    waiting += [(file.parent, item) for item in _passed_on(file, name)]
    return frozenset(file for file in found if file.parent != folder)


def _passed_on(file: Path, name: str) -> Iterator[_Import]:
    """Yield the imports that may bring `name` into `file`."""
    if not name:
        return
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return
    for level, module, there, here in _imports_of(file, changed):
        if there == "*":
            yield level, module, name, name
        elif name in (here, "*"):
            yield level, module, there, here


@lru_cache(maxsize=4096)
def _imports_of(file: Path, changed: int) -> tuple[_Import, ...]:  # noqa: ARG001 - part of the key
    """Return the imports of `file`, which was `changed` then; none if it is not Python."""
    try:
        return _imports(file.read_text("utf-8"))
    except (OSError, ValueError):
        return ()


def _imports(text: str) -> tuple[_Import, ...]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: list[_Import] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found += [(node.level, module, one.name, one.asname or one.name) for one in node.names]
        elif isinstance(node, ast.Import):
            found += [(0, one.name, "", one.asname or one.name) for one in node.names]
    return tuple(found)


def _places(folder: Path, level: int, module: str, sources: Sequence[Path]) -> list[Path]:
    """Return the paths, without suffix, at which an imported module may stand."""
    parts = module.split(".") if module else []
    if not level:
        return [source.joinpath(*parts) for source in sources]
    for _ in range(level - 1):
        folder = folder.parent
    return [folder.joinpath(*parts)]


def _files(path: Path) -> list[Path]:
    """Return the file of the module or package at `path`, if there is one."""
    candidates = (path.with_name(f"{path.name}.py"), path / "__init__.py") if path.name else ()
    return [file for file in candidates if file.is_file()]
