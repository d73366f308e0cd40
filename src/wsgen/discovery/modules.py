"""Paths -> modules: find the sources below the given paths."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.discovery.module_folder import module_at, nameless
from wsgen.discovery.orphans import orphans_among
from wsgen.discovery.walk import Found, walk
from wsgen.errors import ConfigError
from wsgen.files import real
from wsgen.manifest import MANIFEST
from wsgen.names import did_you_mean
from wsgen.settings.config import Config
from wsgen.source import PYTHON_NAME, YAML_NAME, YAML_NAMES, ModuleSource

FOLDERS = 20_000
"""How many folders are searched where nothing says that a project begins there."""


def discover(paths: Iterable[Path], config: Config) -> tuple[ModuleSource, ...]:
    """Return the modules below `paths`, sorted by path, each once.

    A path is one source file, or a folder that is searched with all folders in it; outside of projects only so
    many of them. A generated package whose source is gone is a module without files.

    Raises ConfigError for a path that does not exist, is not a source, or lies outside of the project, for a
    folder that cannot be searched, for a module without a name of its own, and for modules that would be
    written to the same folder.
    """
    folders: dict[Path, None] = {}
    packages: dict[Path, None] = {}
    wrong: list[Diagnostic] = []
    for path in paths:
        wrong.extend(_search(path, config, folders, packages))
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
            wrong.extend(nameless(module, config))
    wrong.extend(_collisions(modules))
    if wrong:
        raise ConfigError("the sources cannot be found", wrong)
    whole = tuple(paths) == config.paths and config.root not in config.paths
    if whole and not all(os.path.lexists(module.output / MANIFEST) for module in modules):
        # They may have been rendered elsewhere, before the setting `output` was changed.
        packages.update(dict.fromkeys(walk(config.root, FOLDERS).packages))
    for orphan in orphans_among(packages, modules, config):
        there = module_at(orphan.directory, config)
        if there is None or there.output != orphan.output:
            modules.append(orphan)
    return tuple(sorted(modules, key=lambda module: module.directory))


def select(modules: Iterable[ModuleSource], names: Iterable[str]) -> tuple[ModuleSource, ...]:
    """Return the modules with one of `names`, or all of them if no names are given.

    Raises ConfigError for a name that no module has.
    """
    found = tuple(modules)
    wanted = dict.fromkeys(names)
    known = {module.name for module in found}
    if unknown := [name for name in wanted if name not in known]:
        diagnostics = []
        for name in unknown:
            listed = ", ".join(sorted(known)) or "none"
            help_text = did_you_mean(name, known, f"Modules here are: {listed}.")
            diagnostics.append(Diagnostic("WSG402", f"there is no module `{name}`", help=help_text))
        raise ConfigError("no such module", diagnostics)
    return tuple(module for module in found if not wanted or module.name in wanted)


def _search(
    path: Path, config: Config, folders: dict[Path, None], packages: dict[Path, None]
) -> Iterator[Diagnostic]:
    """Add what is below `path` to `folders` and `packages`, in order; yield what is wrong with the path."""
    place = real(path)
    if not place.is_relative_to(config.root):
        help_text = "Run wsgen in the project that holds it, or add `--all-projects`."
        span = Span(config.file) if config.file else None
        yield Diagnostic("WSG903", f"{path} is outside of the project", span, help=help_text)
    elif place == place.parent:
        help_text = "Run wsgen in a project, or name the folders of its modules."
        yield Diagnostic("WSG401", f"{path} is the whole disk", help=help_text)
    elif place.is_dir():
        found = walk(place, None if is_project(config) else FOLDERS)
        folders.update(dict.fromkeys(found.folders))
        packages.update(dict.fromkeys(found.packages))
        yield from _unsearched(found, config)
    elif os.path.lexists(path) and path.name in (*YAML_NAMES, PYTHON_NAME, "__init__.py"):
        folders[real(path.parent)] = None
    else:
        problem = "is not a source" if place.exists() else "does not exist"
        help_text = f"Name a folder, a {YAML_NAME} or a {PYTHON_NAME}."
        if not place.exists() and path == Path(path.stem):
            help_text = f"{help_text[:-1]}; for a module by its name, write `--module {path.name}`."
        yield Diagnostic("WSG401", f"{path} {problem}", help=help_text)


def _home_of_outputs(config: Config) -> Path | None:
    """Return the folder in which all packages are, if they are not beside their sources."""
    prefix, _, _ = config.output.partition("{")
    home = real(config.root / prefix.rpartition("/")[0])
    inside = home != config.root and home.is_relative_to(config.root)
    searched = any(home.is_relative_to(path) for path in config.paths)
    return home if inside and not searched and home.is_dir() else None


def is_project(config: Config) -> bool:
    """Return whether something says that a project begins at the root, which bounds the search."""
    marks = ("pyproject.toml", ".git")
    return config.file is not None or any((config.root / mark).exists() for mark in marks)


def _unsearched(found: Found, config: Config) -> Iterator[Diagnostic]:
    for error in found.errors:
        if not isinstance(error, FileNotFoundError):  # that is gone since it was listed
            place = Path(error.filename)
            message = f"{place.relative_to(config.root)} cannot be searched: {error.strerror}"
            help_text = "Make the folder readable, or leave it out of [tool.wsgen] paths."
            yield Diagnostic("WSG101", message, Span(place), help=help_text)
    if not found.ended:
        message = f"{config.root} is not a project, and has more than {FOLDERS:,} folders"
        help_text = "Name the folders of its modules, or run `wsgen init` where the project begins."
        yield Diagnostic("WSG401", message, help=help_text)


def _collisions(modules: Iterable[ModuleSource]) -> Iterator[Diagnostic]:
    """Report modules that would be written to one folder, be it by way of links, or into one another."""
    taken: dict[str, ModuleSource] = {}
    for module in modules:
        first = taken.setdefault(os.path.realpath(module.output), module)
        if first is not module:
            if first.output == module.output:
                help_text = (
                    "Put {source_dir}, or both {module} and {version}, into [tool.wsgen] output."
                )
            else:
                help_text = (
                    "Give each module its own folder; one of the two paths leads through a link."
                )
            yield _shared(module, first, "would be written to the same folder", help_text)
    for module in modules:
        for folder in map(os.fspath, (module.directory, *module.directory.parents)):
            if (other := taken.get(folder)) is not None:
                help_text = "Move the module out of the other's package, or change `output` in [tool.wsgen]."
                problem = (
                    f"overlap: the first would be written to the folder of the second, {folder}"
                )
                yield _shared(module, other, problem, help_text)


def _shared(module: ModuleSource, other: ModuleSource, problem: str, help_text: str) -> Diagnostic:
    message = f"modules `{other.name}` and `{module.name}` {problem}"
    note = Note("the other module", Span(other.files[0]))
    return Diagnostic("WSG403", message, Span(module.files[0]), help=help_text, notes=(note,))
