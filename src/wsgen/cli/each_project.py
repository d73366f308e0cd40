"""Run a command in the project that is meant, or with `--all-projects` also in each project inside of it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import click

from wsgen.cli.chosen_project import checked_project, project_of
from wsgen.cli.command import started_in
from wsgen.cli.console import echo
from wsgen.cli.options import Common
from wsgen.cli.repeatable import runnable_in, with_arguments
from wsgen.cli.unchanged import Begun
from wsgen.diagnostics import in_order
from wsgen.discovery.modules import select
from wsgen.discovery.nested import projects_below
from wsgen.errors import ConfigError, GenerationError, WsgenError
from wsgen.files import real
from wsgen.pipeline.nothing_found import with_reason_for_nothing
from wsgen.pipeline.sources import find_modules
from wsgen.report.display import display_path, printable
from wsgen.result import RunResult
from wsgen.settings.config import Config
from wsgen.settings.project_file import find_root
from wsgen.source import ModuleSource


class Place(NamedTuple):
    """A project, and the modules in it that a command is about.

    `paths` are those that the user named. With `around`, other projects inside of it are run too, so that it need
    not have modules itself.
    """

    config: Config
    paths: tuple[Path, ...]
    sources: Sequence[ModuleSource]
    around: bool = False

    def explained(self, result: RunResult, *, gate: bool) -> RunResult:
        """Return `result` with the reason if nothing was looked at: an error for a `gate`, else a warning."""
        if self.around and not self.sources:
            return result
        return with_reason_for_nothing(result, self.paths, self.config, gate=gate)


class Part(NamedTuple):
    """What came of a command in the project at `root`."""

    root: Path
    result: RunResult


@dataclass(frozen=True, slots=True)
class Runs:
    """What came of a command in all of its projects, which are in the folder `root`.

    `code` is the exit code for those that could not be run.
    """

    root: Path
    parts: tuple[Part, ...]
    code: int = 0

    @property
    def shown(self) -> int:
        """Return how many projects have modules or diagnostics."""
        return sum(bool(part.result.modules or part.result.diagnostics) for part in self.parts)

    @property
    def result(self) -> RunResult:
        """Return the results of all projects as one."""
        results = [part.result for part in self.parts]
        modules = tuple(module for result in results for module in result.modules)
        clients = tuple(client for result in results for client in result.clients)
        found = in_order(item for each in results for item in each.diagnostics)
        return RunResult(modules, found, clients)


def in_each_project(
    common: Common, work: Callable[[Place], RunResult], begun: Begun | None = None
) -> Runs:
    """Return what `work` makes of each project that `common` is about; `begun` has the modules of a single one.

    Of several projects, one that cannot be run at all, such as one with wrong settings, does not stop the others.

    Raises ConfigError for a PATH that is in no project, for the name of a module that none has and for clients in
    one folder, and for a single project whatever `work` raises.
    """
    all_of_them = common.all_projects
    runs = _in_all_projects(common, work) if all_of_them else _in_one_project(common, work, begun)
    started = started_in(click.get_current_context())
    if started != Path.cwd():
        parts = (Part(root, runnable_in(started, result)) for root, result in runs.parts)
        runs = replace(runs, parts=tuple(parts))
    return runs


def _in_one_project(
    common: Common, work: Callable[[Place], RunResult], begun: Begun | None
) -> Runs:
    config = begun.config if begun else project_of(common.paths)
    sources = begun.sources if begun else find_modules(common.paths, common.modules, config)
    result = work(Place(config, common.paths, sources))
    if result.diagnostics and common.paths and config.root != find_root(Path.cwd()):
        result = with_arguments(result, *map(os.fspath, common.paths))
    return Runs(config.root, (Part(config.root, result),))


def _in_all_projects(common: Common, work: Callable[[Place], RunResult]) -> Runs:
    failed: dict[Path, WsgenError] = {}
    chosen = _chosen(common.paths)
    places = _with_names(_places(chosen, failed), common.modules, failed)
    _refuse_shared([place.config for place in places.values()])
    results: dict[Path, RunResult] = {}
    for root, place in places.items():
        try:
            results[root] = with_arguments(work(place), "--all-projects")
        except WsgenError as error:
            failed[root] = error
    code = 0
    for root, failure in failed.items():
        results[root] = RunResult((), failure.diagnostics)
        code = max(code, 1 if isinstance(failure, GenerationError) else 2)
        if not failure.diagnostics:
            echo(f"error: {printable(f'{display_path(root)}: {failure}')}", err=True)
    parts = tuple(Part(root, results[root]) for root in sorted(results))
    return Runs(Path(os.path.commonpath(chosen)), parts, code)


def _chosen(paths: Sequence[Path]) -> dict[Path, tuple[Path, ...]]:
    """Return the projects to run, each with the paths in it that were named. Raises ConfigError."""
    chosen: dict[Path, tuple[Path, ...]] = {}
    for path in paths:
        root = project_of((path,)).root
        chosen[root] = (*chosen.get(root, ()), path)
    if not paths:
        chosen[find_root(Path.cwd())] = ()
    for top in map(real, paths or list(chosen)):
        for project in projects_below(top) if top.is_dir() else ():
            chosen.setdefault(project, ())
    return chosen


def _refuse_shared(configs: Sequence[Config]) -> None:
    """Raise ConfigError if the clients of two projects would replace each other."""
    if not any(config.clients for config in configs):
        return
    from wsgen.clients.folder_of_client import shared_folders  # few projects have any

    if found := list(shared_folders(configs)):
        raise ConfigError("two projects have the same folder of a client", found)


def _places(
    chosen: Mapping[Path, tuple[Path, ...]], failed: dict[Path, WsgenError]
) -> dict[Path, Place]:
    """Return the places of the `chosen` projects; those that cannot be run are added to `failed`."""
    places = {}
    for root, paths in chosen.items():
        around = any(root in other.parents for other in chosen)
        try:
            config = checked_project(root)
            places[root] = Place(config, paths, find_modules(paths, (), config), around)
        except WsgenError as error:
            failed[root] = error
    return places


def _with_names(
    places: dict[Path, Place], names: Sequence[str], failed: Mapping[Path, WsgenError]
) -> dict[Path, Place]:
    """Return `places` with only the modules that have one of `names`. Raises ConfigError if there is none."""
    if not names:
        return places
    if not failed:  # else it may be in one of these
        select((source for place in places.values() for source in place.sources), names)
    named = {
        root: place._replace(sources=[item for item in place.sources if item.name in names])
        for root, place in places.items()
    }
    return {root: place for root, place in named.items() if place.sources}
