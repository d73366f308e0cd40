"""Paths -> modules: find the sources below the given paths. Reads names and a few bytes, imports nothing."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.discovery.orphans import orphans_among
from wsgen.discovery.walk import Found, walk
from wsgen.errors import ConfigError
from wsgen.files import real, regular
from wsgen.manifest import MANIFEST
from wsgen.names import nearest
from wsgen.settings.config import Config
from wsgen.source import PYTHON_NAME, YAML_NAME, ModuleSource

_ROUTER = rb"WsRouter"
_ALIAS = rb"WsRouter\s*\["
_MODULE_KEY = re.compile(
    rb"^module:[ \t]+([\"']?)([A-Za-z0-9_.-]+)\1[ \t]*(?:#.*)?\r?$", re.MULTILINE
)
_LIMIT = 1 << 20
_FOLDERS = 20_000
"""How many folders are searched where nothing says that a project begins there."""


def discover(paths: Iterable[Path], config: Config) -> tuple[ModuleSource, ...]:
    """Return the modules below `paths`, sorted by path, each once.

    A path is a folder, searched to the bottom, or one source file. Outside of projects there is a limit. A
    generated package whose source is gone is a module without files.

    Raises ConfigError for a path that does not exist, is no source, or lies outside of the project, for a
    folder that cannot be searched, for a module without a name of its own, and for modules that would be
    written to one place.
    """
    folders: dict[Path, None] = {}
    packages: dict[Path, None] = {}
    wrong: list[Diagnostic] = []
    for path in paths:
        place = real(path)
        if not place.is_relative_to(config.root):
            advice = "Run wsgen in the project that holds it."
            wrong.append(_misplaced("WSG903", f"{path} is outside of the project", config, advice))
        elif place == place.parent:
            advice = "Run wsgen in a project, or name the folders of its modules."
            wrong.append(_misplaced("WSG401", f"{path} is the whole disk", config, advice))
        elif place.is_dir():
            found = walk(place, None if _is_project(config) else _FOLDERS)
            folders.update(dict.fromkeys(found.folders))
            packages.update(dict.fromkeys(found.packages))
            wrong.extend(_unsearched(found, config))
        elif os.path.lexists(path) and path.name in (YAML_NAME, PYTHON_NAME, "__init__.py"):
            folders[real(path.parent)] = None
        else:
            problem = "is not a source" if place.exists() else "does not exist"
            advice = f"Name a folder, a {YAML_NAME} or a {PYTHON_NAME}."
            if not place.exists() and path == Path(path.stem):
                advice = f"{advice[:-1]}; for a module by its name, write `--module {path.name}`."
            wrong.append(_misplaced("WSG401", f"{path} {problem}", config, advice))
    if tuple(paths) == config.paths and (home := _home_of_outputs(config)) is not None:
        packages.update(dict.fromkeys(walk(home).packages))
    modules = []
    for folder in sorted(folders):
        try:
            module = module_at(folder, config)
        except ConfigError as error:
            wrong.extend(error.diagnostics)
            continue
        if module is not None:
            modules.append(module)
            wrong.extend(_nameless(module, config))
    wrong.extend(_collisions(modules))
    if wrong:
        raise ConfigError("the sources cannot be found", wrong)
    whole = tuple(paths) == config.paths and config.root not in config.paths
    if whole and not all(map(_is_rendered, modules)):
        # They may have been rendered elsewhere, before the setting `output` was changed.
        packages.update(dict.fromkeys(walk(config.root, _FOLDERS).packages))
    for orphan in orphans_among(packages, modules, config):
        there = module_at(orphan.directory, config)
        if there is None or there.output != orphan.output:
            modules.append(orphan)
    return tuple(sorted(modules, key=lambda module: module.directory))


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
    """Return the module whose sources stand in `folder`, or None if there are none.

    What is named as a source and cannot be read is one too: loading it says what is the matter.

    Raises ConfigError if its package would go to a place where none may be.
    """
    versioned = _is_version(folder, config)
    files = [folder / YAML_NAME] if os.path.lexists(folder / YAML_NAME) else []
    files += [folder / PYTHON_NAME] if _says(folder / PYTHON_NAME, _ROUTER) else []
    if versioned:
        # Beside a ws.py it often only imports the routers, so that more than their name must be there.
        python = bool(files) and files[-1].name == PYTHON_NAME
        init = folder / "__init__.py"
        files += [init] if _says(init, _ALIAS if python else _ROUTER) else []
    if not files:
        return None
    home, version = (folder.parent.parent, folder.name) if versioned else (folder, None)
    name = _declared_name(files[0]) or home.name
    return ModuleSource(name, version, folder, tuple(files), _output(folder, name, version, config))


def _is_version(folder: Path, config: Config) -> bool:
    """Return whether `folder` is `<module>/ws/<version>`, and not a module in a folder of modules called `ws`."""
    ws = folder.parent
    return ws.name == "ws" and ws.parent != config.root and ws not in config.paths


def _says(file: Path, what: bytes) -> bool:
    """Return whether the Python `file` says `what`, or is there and cannot be read."""
    try:
        return re.search(what, _beginning(file)) is not None
    except FileNotFoundError:
        return os.path.lexists(file)
    except NotADirectoryError:
        return False
    except OSError:
        return True


def _beginning(file: Path) -> bytes:
    with open(file, "rb", opener=regular) as stream:
        return stream.read(_LIMIT)


def _declared_name(file: Path) -> str | None:
    """Return what a top-level `module:` line says, without reading the YAML; the loader verifies it."""
    if file.name != YAML_NAME:
        return None
    try:
        match = _MODULE_KEY.search(_beginning(file))
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
    inside = real(output).is_relative_to(config.root) and output not in (config.root, folder)
    if not inside or folder.is_relative_to(output):
        advice = "Choose a folder of its own for each module, below the project."
        message = f"the output of module `{name}` would be {relative!r}"
        wrong = _misplaced("WSG903", message, config, advice)
        if (target := real(output)) != output and not target.is_relative_to(config.root):
            message = f"the output of module `{name}` leads through a link to {target}"
            advice = "Remove the link: wsgen writes below the project only."
            wrong = Diagnostic("WSG903", message, Span(output), help=advice)
        raise ConfigError("bad output", [wrong])
    return output


def _home_of_outputs(config: Config) -> Path | None:
    """Return the folder in which all packages are, if they are not beside their sources."""
    prefix, _, _ = config.output.partition("{")
    home = real(config.root / prefix.rpartition("/")[0])
    inside = home != config.root and home.is_relative_to(config.root)
    searched = any(home.is_relative_to(path) for path in config.paths)
    return home if inside and not searched and home.is_dir() else None


def _is_rendered(module: ModuleSource) -> bool:
    return os.path.lexists(module.output / MANIFEST)


def _is_project(config: Config) -> bool:
    marks = ("pyproject.toml", ".git")
    return config.file is not None or any((config.root / mark).exists() for mark in marks)


def _unsearched(found: Found, config: Config) -> Iterator[Diagnostic]:
    for error in found.errors:
        if not isinstance(error, FileNotFoundError):  # that is gone since it was listed
            place = Path(error.filename)
            message = f"{place.relative_to(config.root)} cannot be searched: {error.strerror}"
            advice = "Make the folder readable, or leave it out of [tool.wsgen] paths."
            yield Diagnostic("WSG101", message, Span(place), help=advice)
    if not found.ended:
        message = f"{config.root} is not a project, and has more than {_FOLDERS:,} folders"
        advice = "Name the folders of its modules, or run `wsgen init` where the project begins."
        yield _misplaced("WSG401", message, config, advice)


def _nameless(module: ModuleSource, config: Config) -> Iterator[Diagnostic]:
    """Report a module that would be named after the folder in which the project happens to be."""
    first = module.files[0]
    if module.directory == config.root and not (module.version or _declared_name(first)):
        message = (
            f"the module of {first.name} has no name: that of the project's own folder is not used"
        )
        advice = (
            f"Write `module: name` on a line of its own in {YAML_NAME}, or move the file into a folder"
            " that is named after the module."
        )
        yield Diagnostic("WSG122", message, Span(first), help=advice)


def _misplaced(code: str, message: str, config: Config, advice: str) -> Diagnostic:
    span = Span(config.file) if config.file and code == "WSG903" else None
    return Diagnostic(code, message, span, help=advice)


def _collisions(modules: Iterable[ModuleSource]) -> Iterator[Diagnostic]:
    """Report modules that would be written to one folder, be it by way of links, or into one another."""
    taken: dict[str, ModuleSource] = {}
    for module in modules:
        first = taken.setdefault(os.path.realpath(module.output), module)
        if first is not module:
            if first.output == module.output:
                advice = (
                    "Put {source_dir}, or both {module} and {version}, into [tool.wsgen] output."
                )
            else:
                advice = (
                    "Give each module its own folder; one of the two paths leads through a link."
                )
            yield _shared(module, first, "would be written to the same folder", advice)
    for module in modules:
        for folder in map(os.fspath, (module.directory, *module.directory.parents)):
            if (other := taken.get(folder)) is not None:
                advice = "Move the module out of the other's package, or change `output` in [tool.wsgen]."
                problem = (
                    f"overlap: the first would be written to the folder of the second, {folder}"
                )
                yield _shared(module, other, problem, advice)


def _shared(module: ModuleSource, other: ModuleSource, problem: str, advice: str) -> Diagnostic:
    message = f"modules `{other.name}` and `{module.name}` {problem}"
    note = Note("the other module", Span(other.files[0]))
    return Diagnostic("WSG403", message, Span(module.files[0]), help=advice, notes=(note,))
