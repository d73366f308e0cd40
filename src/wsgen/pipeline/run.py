"""discover -> load -> render -> stage -> check -> commit: the one module that knows all stages.

`render`, `check` and `diff` are one run with different endings: only with `write` is anything committed.
Stages are imported when they are reached, so that a run that finds everything current loads none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.diagnostics import Diagnostic, has_errors, in_order
from wsgen.discovery.modules import discover, select
from wsgen.discovery.surroundings import ignored_by_git, unimportable
from wsgen.freshness.current import inputs_of
from wsgen.freshness.passes import has_passed
from wsgen.freshness.stamps import Stamps
from wsgen.pipeline.declared import current_manifest
from wsgen.pipeline.options import Options
from wsgen.result import ModuleResult, RunResult, State
from wsgen.settings.cache_folder import link_out_of
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

if TYPE_CHECKING:  # what a run that finds everything current never needs
    from wsgen.load import Loaded

_TRIES = 3
"""How often a module is rendered whose sources are edited while the tools run."""


def find_modules(
    paths: Iterable[Path], names: Iterable[str], config: Config
) -> tuple[ModuleSource, ...]:
    """Return the modules below `paths`, or below the configured ones, with one of `names` if any.

    Raises ConfigError.
    """
    return select(discover(tuple(paths) or config.paths, config), names)


def run(
    sources: Sequence[ModuleSource],
    config: Config,
    options: Options,
    *,
    assumed: Callable[[], str | None] = lambda: None,
) -> RunResult:
    """Bring the packages of `sources` up to date, or with `write` off find out what that would change.

    A module that fails keeps its old files and does not stop the others; the diagnostics say why. Types that
    a `ws.py` does not import are taken from the package that `assumed` returns, if it does.

    Raises ToolError if a quality tool is missing or breaks, FilesError if the lock cannot be had.
    """
    steps = config.steps if options.quality else ()
    trust = options.trust
    stamps = Stamps(config.sources)
    done = {
        source: result
        for source in sources
        if (result := _unchanged(source, config, steps, stamps, trust=trust))
    }
    stale = [source for source in sources if source not in done]
    diagnostics: tuple[Diagnostic, ...] = ()
    if stale and options.write:
        from wsgen.commit.apply import project_lock

        with project_lock(config):
            # Another process may have rendered them while this one waited.
            stamps = Stamps(config.sources)
            done |= {
                source: result
                for source in stale
                if (result := _unchanged(source, config, steps, stamps, trust=trust))
            }
            stale = [source for source in stale if source not in done]
            results, diagnostics = _produce(stale, config, options, steps, assumed, stamps)
    elif stale:
        results, diagnostics = _produce(stale, config, options, steps, assumed, stamps)
    else:
        results = {}
    warnings = [*unimportable(done, config)]
    if not options.write:
        warnings += ignored_by_git(sources, config)
    modules = tuple((done | results)[source] for source in sources)
    return RunResult(modules, in_order([*diagnostics, *warnings]))


def run_unchanged(sources: Sequence[ModuleSource], config: Config) -> RunResult | None:
    """Return the result of a run in which every module is current and nothing is to be said, or else None."""
    stamps = Stamps(config.sources)
    results = [_unchanged(source, config, config.steps, stamps) for source in sources]
    found = tuple(result for result in results if result is not None)
    current = len(found) == len(results) and not any(unimportable(sources, config))
    return RunResult(found) if current else None


def load_modules(
    sources: Sequence[ModuleSource],
    config: Config,
    *,
    assumed: str | None = None,
    look_up: bool = True,
) -> tuple[dict[ModuleSource, Loaded], tuple[Diagnostic, ...]]:
    """Load `sources`; return what each declares and all diagnostics, sorted.

    With `look_up` off, types are not looked up in the modules of the project.
    """
    from wsgen.load import TypeNames, load_module

    types = TypeNames(config.sources if look_up else ())
    loaded = {}
    found = [*unimportable(sources, config)]
    for source in sources:
        item = load_module(source, config, assumed=assumed, types=types)
        loaded[source] = item
        found.extend(replace(diagnostic, module=source.name) for diagnostic in item.diagnostics)
    return loaded, in_order(found)


def _unchanged(
    source: ModuleSource,
    config: Config,
    steps: tuple[str, ...],
    stamps: Stamps,
    *,
    trust: bool = False,
) -> ModuleResult | None:
    manifest = current_manifest(source, config, steps=steps)
    if manifest is None:
        return None
    if steps and not trust and not has_passed(source, config, manifest, stamps):
        return None
    return ModuleResult(source, State.CURRENT, manifest.routers)


def _produce(
    sources: Sequence[ModuleSource],
    config: Config,
    options: Options,
    steps: tuple[str, ...],
    assumed: Callable[[], str | None],
    stamps: Stamps,
) -> tuple[dict[ModuleSource, ModuleResult], tuple[Diagnostic, ...]]:
    from wsgen.pipeline.production import produce

    results: dict[ModuleSource, ModuleResult] = {}
    found: list[Diagnostic] = []
    for number in range(1, _TRIES + 1):
        inputs = {source: inputs_of(source, config) for source in sources}
        loaded, loading = load_modules(sources, config, assumed=assumed())
        made = produce(loaded, inputs, config, options, steps, stamps, last=number == _TRIES)
        results |= made.results
        changed = {source.name for source in made.changed}
        found += (item for item in loading if item.module not in changed)
        found += made.diagnostics
        sources = made.changed
        if not sources:
            break
    if steps and (warning := link_out_of(config.cache)) is not None:
        found.append(warning)
    return results, in_order(found)


__all__ = [
    "Options",
    "find_modules",
    "has_errors",
    "load_modules",
    "run",
]
