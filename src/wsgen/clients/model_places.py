"""Find the lines on which the models of a project are declared, by their names and without importing them."""

import re
from collections.abc import Iterable
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.load import Loaded
from wsgen.load.python.bindings import Imported
from wsgen.load.python.project_modules import ModuleFile, ProjectModules

_MOST = 300
"""Files that are read: models are in the modules of the types, or not far from them."""
_DIRECTIONS = ("Input", "Output")


class ModelPlaces:
    """The places of models in the modules that sources name and in those that these import, the nearest first."""

    def __init__(self, loaded: Iterable[Loaded], sources: tuple[Path, ...]) -> None:
        specs = [item.spec for item in loaded if item.spec is not None]
        self._modules = dict.fromkeys(
            module for spec in specs for ref in spec.types for module, _ in ref.imports()
        )
        self._project = ProjectModules(sources)
        self._files: list[ModuleFile] | None = None

    def of(self, name: str) -> Span | None:
        """Return where the model of the type `name` is declared, None if it is not found.

        The types of a model that differs by direction have names that say which they are for.
        """
        names = (name, *(name.removesuffix(end) for end in _DIRECTIONS if name.endswith(end)))
        return next((found for each in names if (found := self._class(each))), None)

    def _class(self, name: str) -> Span | None:
        if self._files is None:
            self._files = self._find_files()
        pattern = re.compile(rf"^[ \t]*class[ \t]+({re.escape(name)})\b".encode(), re.MULTILINE)
        for file in self._files:
            if found := pattern.search(file.data):
                start = file.data.rfind(b"\n", 0, found.start(1)) + 1
                line = file.data.count(b"\n", 0, start) + 1
                column = len(file.data[start : found.start(1)]) + 1
                return Span(file.path, line, column, line, column + len(name))
        return None

    def _find_files(self) -> list[ModuleFile]:
        files: dict[Path, ModuleFile] = {}
        todo, seen = list(self._modules), set(self._modules)
        for module in todo:  # which grows
            for file in self._project.files(module) or ():
                if len(files) >= _MOST:
                    return list(files.values())
                files[file.path] = file
                found = (item for bindings in file.top.values() for item in bindings)
                for binding in found:
                    if not isinstance(binding, Imported) or not binding.module:
                        continue
                    for name in (binding.module, f"{binding.module}.{binding.name}"):
                        if name not in seen:
                            seen.add(name)
                            todo.append(name)
        return list(files.values())
