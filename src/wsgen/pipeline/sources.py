"""Find the modules below some paths, and load what their sources declare."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.diagnostics import Diagnostic, Severity, in_order
from wsgen.discovery.modules import discover, select
from wsgen.discovery.surroundings import unimportable
from wsgen.errors import ConfigError
from wsgen.progress import Progress, Unheard, module_part
from wsgen.result import ModuleResult, RunResult, State
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

if TYPE_CHECKING:  # a run that finds everything current loads nothing
    from wsgen.load import Loaded


def find_modules(
    paths: Iterable[Path], names: Iterable[str], config: Config
) -> tuple[ModuleSource, ...]:
    """Return the modules below `paths`, or below the configured ones, with one of `names` if any.

    Raises ConfigError.
    """
    given, wanted = tuple(paths), tuple(names)
    found = discover(given or config.paths, config)
    if wanted and not found:  # not one of that name, nor of any other
        from wsgen.discovery.why_none import why_none

        places = given or config.paths
        reason = why_none(places, config, given=bool(given), severity=Severity.ERROR)
        raise ConfigError(reason.message, [reason])
    return select(found, wanted)


def load_modules(
    sources: Collection[ModuleSource],
    config: Config,
    *,
    look_up: bool = True,
    progress: Progress | None = None,
) -> tuple[dict[ModuleSource, Loaded], tuple[Diagnostic, ...]]:
    """Load `sources`; return what each declares and all diagnostics, sorted.

    With `look_up` off, types are not looked up in the modules of the project. `progress` is notified of each.
    """
    found: list[Diagnostic] = []
    heard = progress or Unheard()
    heard.planned("load", len(sources))
    loaded = dict(load_each(sources, config, found, look_up=look_up, progress=heard))
    return loaded, in_order(found)


def as_result(
    loaded: Mapping[ModuleSource, Loaded], diagnostics: tuple[Diagnostic, ...]
) -> RunResult:
    """Return the result of a run that has `loaded` modules and done nothing else."""
    results = []
    for source, item in loaded.items():
        if (spec := item.spec) is None:
            results.append(ModuleResult(source, State.FAILED))
            continue
        state = State.EMPTY if spec.is_empty else State.VALID
        results.append(ModuleResult(source, state, spec.routes, commands=spec.command_names))
    return RunResult(tuple(results), diagnostics)


def load_each(
    sources: Iterable[ModuleSource],
    config: Config,
    found: list[Diagnostic],
    *,
    assumed: str | None = None,
    look_up: bool = True,
    progress: Progress | None = None,
) -> Iterator[tuple[ModuleSource, Loaded]]:
    """Load `sources` one by one; what is wrong is added to `found`. `progress` is notified of each."""
    from wsgen.load import TypeNames, load_module

    types = TypeNames(config.sources if look_up else (), config.environment)
    for source in sources:
        found += unimportable([source], config)
        with module_part(progress or Unheard(), "load"):
            item = load_module(source, config, assumed=assumed, types=types)
        found += (replace(diagnostic, module=source.name) for diagnostic in item.diagnostics)
        yield source, item
