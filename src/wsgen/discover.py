"""Paths -> modules: find the sources below the given paths. Reads names and a few bytes, imports nothing."""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from wsgen.config import Config
from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.errors import ConfigError
from wsgen.names import nearest
from wsgen.source import PYTHON_NAME, YAML_NAME, ModuleSource

MANIFEST = ".wsgen.json"
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})
_MARK = b"WsRouter"
_MODULE_KEY = re.compile(
    rb"^module:[ \t]+([\"']?)([A-Za-z0-9_.-]+)\1[ \t]*(?:#.*)?\r?$", re.MULTILINE
)
_LIMIT = 1 << 20
_FOLDERS = 20_000
"""How many folders are searched where nothing says that a project begins there."""


def discover(paths: Iterable[Path], config: Config) -> tuple[ModuleSource, ...]:
    """Return the modules below `paths`, sorted by path, each once.

    A path is a folder, searched to the bottom, or one source file. Hidden folders, virtual environments,
    packages that wsgen generated and linked folders are not entered. Outside of projects there is a limit.

    Raises ConfigError for a path that does not exist, is no source, or lies outside of the project,
    and for modules that would be written to one place.
    """
    folders: dict[Path, None] = {}
    wrong: list[Diagnostic] = []
    for path in paths:
        place = path.resolve()
        if not place.is_relative_to(config.root):
            advice = "Run wsgen in the project that holds it."
            wrong.append(_misplaced("WSG903", f"{path} is outside of the project", config, advice))
        elif place == place.parent:
            advice = "Run wsgen in a project, or name the folders of its modules."
            wrong.append(_misplaced("WSG401", f"{path} is the whole disk", config, advice))
        elif place.is_dir():
            searched, ended = _searched(place, config)
            folders.update(dict.fromkeys(searched))
            if not ended:
                message = f"{config.root} is no project, and there are more than {_FOLDERS:,} folders in it"
                advice = (
                    "Name the folders of its modules, or run `wsgen init` where the project begins."
                )
                wrong.append(_misplaced("WSG401", message, config, advice))
        elif place.is_file() and place.name in (YAML_NAME, PYTHON_NAME, "__init__.py"):
            folders[place.parent] = None
        else:
            problem = "is no source" if place.exists() else "does not exist"
            advice = f"Name a folder, a {YAML_NAME} or a {PYTHON_NAME}."
            wrong.append(_misplaced("WSG401", f"{path} {problem}", config, advice))
    modules = [module for folder in sorted(folders) if (module := module_at(folder, config))]
    wrong.extend(_collisions(modules))
    if wrong:
        raise ConfigError("the sources cannot be found", wrong)
    return tuple(modules)


def select(modules: Iterable[ModuleSource], names: Iterable[str]) -> tuple[ModuleSource, ...]:
    """Return the modules with one of `names`; all of them if there are no names.

    Raises ConfigError for a name that no module has.
    """
    found = tuple(modules)
    wanted = dict.fromkeys(names)
    known = {module.name for module in found}
    if unknown := [name for name in wanted if name not in known]:
        diagnostics = []
        for name in unknown:
            close = nearest(name, known)
            listed = ", ".join(sorted(known)) or "none"
            advice = f"Did you mean `{close}`?" if close else f"Modules here are: {listed}."
            diagnostics.append(Diagnostic("WSG402", f"there is no module `{name}`", help=advice))
        raise ConfigError("no such module", diagnostics)
    return tuple(module for module in found if not wanted or module.name in wanted)


def module_at(folder: Path, config: Config) -> ModuleSource | None:
    """Return the module whose sources stand in `folder`, or None if there are none."""
    versioned = folder.parent.name == "ws" and folder.parent.parent != folder.parent
    files = [folder / YAML_NAME] if (folder / YAML_NAME).is_file() else []
    for name in (PYTHON_NAME, "__init__.py") if versioned else (PYTHON_NAME,):
        if _mentions_router(folder / name):
            files.append(folder / name)
            break
    if not files:
        return None
    home, version = (folder.parent.parent, folder.name) if versioned else (folder, None)
    name = (_declared_name(files[0]) if files[0].name == YAML_NAME else None) or home.name
    return ModuleSource(name, version, folder, tuple(files), _output(folder, name, version, config))


def _searched(top: Path, config: Config) -> tuple[list[Path], bool]:
    """Return the folders below `top` that may hold a source, and whether it was searched to the bottom."""
    marks = ("pyproject.toml", ".git")
    if config.file is not None or any((config.root / mark).exists() for mark in marks):
        return [folder for folder, candidate in _walk(top) if candidate], True
    seen = list(islice(_walk(top), _FOLDERS + 1))
    return [folder for folder, candidate in seen if candidate], len(seen) <= _FOLDERS


def _walk(top: Path) -> Iterator[tuple[Path, bool]]:
    """Yield `top` and every folder below it, each with whether it may hold a source."""
    for folder, names, files in os.walk(top):
        if MANIFEST in files or "pyvenv.cfg" in files:
            names.clear()
            continue
        names[:] = sorted(name for name in names if name[0] != "." and name not in _SKIPPED)
        yield Path(folder), YAML_NAME in files or PYTHON_NAME in files or "__init__.py" in files


def _mentions_router(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return _MARK in stream.read(_LIMIT)
    except OSError:
        return False


def _declared_name(file: Path) -> str | None:
    """Return what a top-level `module:` line says, without reading the YAML; the loader verifies it."""
    try:
        with file.open("rb") as stream:
            match = _MODULE_KEY.search(stream.read(_LIMIT))
    except OSError:
        return None
    return match[2].decode("ascii") if match else None


def _output(folder: Path, name: str, version: str | None, config: Config) -> Path:
    """Return where the package of a module goes.

    Raises ConfigError if that is outside of the project.
    """
    relative = config.output.format(
        source_dir=folder.relative_to(config.root).as_posix(), module=name, version=version or ""
    )
    output = Path(os.path.normpath(config.root / relative))
    inside = output.resolve().is_relative_to(config.root) and output not in (config.root, folder)
    if not inside or folder.is_relative_to(output):
        advice = "Choose a folder of its own for each module, below the project."
        message = f"the output of module `{name}` would be {relative!r}"
        raise ConfigError("bad output", [_misplaced("WSG903", message, config, advice)])
    return output


def _misplaced(code: str, message: str, config: Config, advice: str) -> Diagnostic:
    span = Span(config.file) if config.file and code == "WSG903" else None
    return Diagnostic(code, message, span, help=advice)


def _collisions(modules: Iterable[ModuleSource]) -> Iterator[Diagnostic]:
    taken: dict[Path, ModuleSource] = {}
    for module in modules:
        first = taken.setdefault(module.output, module)
        if first is not module:
            yield Diagnostic(
                "WSG403",
                f"modules `{first.name}` and `{module.name}` would be written to one folder",
                Span(module.files[0]),
                help="Put {source_dir}, or both {module} and {version}, into [tool.wsgen] output.",
                notes=(Note("the other module", Span(first.files[0])),),
            )
