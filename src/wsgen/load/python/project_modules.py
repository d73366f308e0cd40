"""The project's own Python modules, read as syntax and never imported: where they are, and what they bind.

Syntax does not show everything. Where a name could come from elsewhere, the answer is that it may exist.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from wsgen.load.python.bindings import Binding, Imported, Local, bound
from wsgen.load.python.parse import parse_python
from wsgen.load.sourcetext import UnreadableError, read_source
from wsgen.names import nearest
from wsgen.syntax.module_names import absolute_module
from wsgen.syntax.scopes import bound_names, file_statements

_MODEL = re.compile(rb"^class[ \t]+(\w+)[ \t]*\([^()]*\bBaseModel\b[^()]*\)[ \t]*:", re.MULTILINE)
_CLASS = re.compile(rb"^class[ \t]+(\w+)", re.MULTILINE)
# With these a module can bind names that its syntax does not show, or be another one than its file.
_DYNAMIC = re.compile(
    rb"\b(?:exec|globals|locals|vars)\s*\(|__getattr__|__path__|\bmodules\s*\[|sys\.modules"
)
_MOVED = re.compile(rb"__path__|\bmodules\s*\[|sys\.modules")
_COMPILED = (".so", ".pyd", ".pyc")


class ModuleFile:
    """One Python file of the project; `name` are the parts of the name that it is imported by."""

    def __init__(self, path: Path, name: tuple[str, ...]) -> None:
        self.path = path
        self.name = name
        try:
            self.data = read_source(path)
        except UnreadableError:
            self.data = b"\0"  # which is no Python

    @property
    def package(self) -> tuple[str, ...]:
        """Return the package that relative imports start from."""
        return self.name if self.path.stem == "__init__" else self.name[:-1]

    @cached_property
    def models(self) -> dict[str, None]:
        """Return the classes that inherit `BaseModel` by that name, found without parsing the file."""
        return dict.fromkeys(name.decode() for name in _MODEL.findall(self.data))

    @cached_property
    def classes(self) -> frozenset[str]:
        """Return the classes of the top level, found without parsing the file."""
        return frozenset(name.decode() for name in _CLASS.findall(self.data))

    @cached_property
    def tree(self) -> ast.Module | None:
        """Return the syntax of the file, None if this version of Python cannot parse it."""
        try:
            return parse_python(self.path, self.data).tree
        except UnreadableError:
            return None

    @cached_property
    def top(self) -> dict[str, list[Binding | ast.stmt]]:
        """Return what each name of the top level is bound to, in the order of the file.

        Classes and functions are statements, all else is a Binding.
        """
        names: dict[str, list[Binding | ast.stmt]] = {}
        for stmt, _ in file_statements(self.tree) if self.tree else ():
            if isinstance(stmt, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                names.setdefault(stmt.name, []).append(stmt)
                continue
            for name, binding in bound(stmt, self.package):
                names.setdefault(name, []).append(binding)
        return names

    @cached_property
    def names(self) -> frozenset[str]:
        """Return all names that are bound anywhere in the file: more than those of its top level."""
        # The modules in a package are attributes of it once they are imported.
        inside = _entries(self.path.parent) if self.path.stem == "__init__" else ()
        names = {path.name.partition(".")[0] for path in inside}
        for node in ast.walk(self.tree) if self.tree else ():
            names.update(bound_names(node))
        return frozenset(names)

    @cached_property
    def stars(self) -> tuple[str | None, ...]:
        """Return the modules that a star import takes all names of, None for one that is not known."""
        return tuple(
            absolute_module(node, self.package)
            for node in (ast.walk(self.tree) if self.tree else ())
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        )

    @cached_property
    def unique(self) -> dict[str, Binding]:
        """Return the imports of names that are bound once at the top level; all others as unknown local ones."""
        found: dict[str, Binding] = {}
        for name, bindings in self.top.items():
            only = bindings[0] if len(bindings) == 1 else None
            found[name] = only if isinstance(only, Imported) else Local(None)
        return found

    @cached_property
    def is_dynamic(self) -> bool:
        """Return whether the file may bind names that its syntax does not show."""
        return _DYNAMIC.search(self.data) is not None or self.tree is None

    @cached_property
    def moves_modules(self) -> bool:
        """Return whether modules of the package may be elsewhere than in its folder."""
        return _MOVED.search(self.data) is not None


class ProjectModules:
    """The modules below some folders that modules are importable from; each file is read once."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self.roots = roots
        self._found: dict[str, tuple[ModuleFile, ...] | None] = {}
        self._files: dict[Path, ModuleFile] = {}

    def files(self, module: str) -> tuple[ModuleFile, ...] | None:
        """Return the files that `module` may be: none if there is surely no such module.

        None if that cannot be known: it is not a module of the project, or is compiled, or made at run time.
        """
        if module not in self._found:
            try:
                self._found[module] = self._search(tuple(module.split(".")))
            except OSError:  # a folder that cannot be searched, or a name that no file can have
                self._found[module] = None
        return self._found[module]

    def holds(self, module: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Return whether `name` may be in `module`."""
        if (files := self.files(module)) is None or module in seen:
            return module not in seen
        if any(name in file.classes for file in files):
            return True
        for file in files:
            if file.is_dynamic or name in file.names:
                return True
            for star in file.stars:
                if star is None or self.holds(star, name, seen | {module}):
                    return True
        return not files

    def packages(self) -> frozenset[str]:
        """Return the project's own top-level packages and modules."""
        return frozenset(name for root in self.roots for name in _modules_in(root))

    def like(self, module: str) -> str | None:
        """Return the module that `module`, which does not exist, most likely means; None if none is close.

        Only the first name that is wrong is compared: the names before it are equal in any case.
        """
        parts = module.split(".")
        right = max((n for n in range(1, len(parts)) if self.files(".".join(parts[:n]))), default=0)
        package, (wrong, *rest) = parts[:right], parts[right:]
        files = self.files(".".join(package)) or ()
        folders = [file.path.parent for file in files if file.path.name == "__init__.py"]
        close = nearest(wrong, (name for folder in folders for name in _modules_in(folder)))
        found = ".".join([*package, close, *rest]) if close else ""
        return found if close and self.files(found) else None

    def _search(self, parts: tuple[str, ...]) -> tuple[ModuleFile, ...] | None:
        if parts[0] in sys.stdlib_module_names:
            return None
        found: list[ModuleFile] = []
        known = False
        for root in self.roots:
            if (files := self._below(root, parts)) is None:
                return None
            found += files
            # A folder without `__init__.py` may be a part of a package that is elsewhere, too.
            known = known or any(
                self._is_regular(root.joinpath(*parts[:n])) for n in range(1, len(parts) + 1)
            )
        return tuple(found) if known or found else None

    def _below(self, folder: Path, parts: tuple[str, ...]) -> list[ModuleFile] | None:
        """Return the files of the module `parts` below `folder`, None if it cannot be known."""
        *packages, last = parts
        for number, part in enumerate(packages, 1):
            folder = folder / part
            package = self._file(folder / "__init__.py", parts[:number])
            if package is not None and package.moves_modules:
                return None
            if not folder.is_dir():
                return []
        places = (folder / last / "__init__.py", folder / f"{last}.py")
        files = [file for place in places if (file := self._file(place, parts)) is not None]
        if not files and (folder / last).is_dir():
            return None
        if any(place.suffix in _COMPILED for place in folder.glob(f"{last}.*")):
            return None
        # What a stub says beside its module may be bound in ways that syntax does not show.
        stubs = [self._file(file.path.with_suffix(".pyi"), parts) for file in files]
        if not files and (folder / f"{last}.pyi").is_file():
            return None
        return [*files, *(stub for stub in stubs if stub is not None)]

    def _is_regular(self, place: Path) -> bool:
        return (place / "__init__.py").is_file() or place.with_name(f"{place.name}.py").is_file()

    def _file(self, path: Path, name: tuple[str, ...]) -> ModuleFile | None:
        if path not in self._files and path.is_file():
            self._files[path] = ModuleFile(path, name)
        return self._files.get(path)


def _modules_in(folder: Path) -> Iterator[str]:
    for place in _entries(folder):
        is_module = place.suffix == ".py" and place.stem != "__init__"
        if is_module or (place / "__init__.py").is_file():
            yield place.name.removesuffix(".py")


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
