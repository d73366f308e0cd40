"""discover -> assess -> load -> render -> stage and check -> commit: one run, whatever its ending.

`render`, `check` and `diff` are the same run; only with `write` is anything committed. Stages are imported when
they are reached, so that a run that finds everything current loads none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from wsgen.diagnostics import Diagnostic, in_order
from wsgen.discovery.surroundings import ignored_by_git, unimportable
from wsgen.freshness.assess import Assessment, Status, digests_of_inputs
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.pipeline.context import Options, Run
from wsgen.pipeline.sources import load_each
from wsgen.progress import module_part
from wsgen.result import ModuleResult, RunResult, State
from wsgen.settings.cache_folder import why_unused
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

if TYPE_CHECKING:  # a run that finds everything current loads nothing
    from wsgen.load import Loaded

_TRIES = 3
"""How often a module is rendered whose sources are edited while the tools run."""


def run(
    sources: Sequence[ModuleSource],
    config: Config,
    options: Options,
    *,
    assumed: Callable[[], str | None] = lambda: None,
    assessed: Mapping[ModuleSource, Assessment] | None = None,
) -> RunResult:
    """Bring the packages of `sources` up to date, or with `write` off find out what that would change.

    A module that fails keeps its old files and does not stop the others; the diagnostics say why. Types that
    a `ws.py` does not import are taken from the package that `assumed` returns, if it does. `assessed` is what
    `assess_until_stale` returned for them a moment ago, if it was called.

    Raises ToolError if a quality tool is missing or breaks, FilesError if the lock cannot be had.
    """
    if assessed is None:
        assessed = assess_until_stale(sources, config, options)
    results: dict[ModuleSource, ModuleResult] = {}
    diagnostics = list(config.warnings)
    if not is_all_current(sources, assessed):
        with _lock(config) if options.write else nullcontext():
            this = Run(config, options, Fingerprints(config), assumed)
            before = _assess_rest(sources, assessed, this)
            assessed = before | _recheck(before, this)
            results, found = _update(assessed, this)
            diagnostics += found
            used_tools = this.steps and (results or assessed != before)
            if used_tools and (warning := why_unused(config.cache)) is not None:
                diagnostics.append(warning)
    current = [source for source, found in assessed.items() if found.status is Status.CURRENT]
    for source in current:
        known = assessed[source].known
        results[source] = ModuleResult(source, State.CURRENT, known.routes, commands=known.commands)
    diagnostics += unimportable(current, config)
    if not options.write:
        manifests = {source: found.manifest for source, found in assessed.items()}
        files = {source: said.outputs if said else () for source, said in manifests.items()}
        diagnostics += ignored_by_git(files, config)
    return RunResult(tuple(results[source] for source in sources), in_order(diagnostics))


def assess_until_stale(
    sources: Iterable[ModuleSource], config: Config, options: Options
) -> dict[ModuleSource, Assessment]:
    """Assess `sources` in their order, up to the first whose package is not current."""
    this = Run(config, options, Fingerprints(config))
    assessed = {}
    for source in sources:
        assessed[source] = this.assess(source)
        if assessed[source].status is not Status.CURRENT:
            break
    return assessed


def is_all_current(
    sources: Sequence[ModuleSource], assessed: Mapping[ModuleSource, Assessment]
) -> bool:
    """Return whether all of `sources` were assessed and are current."""
    current = (found.status is Status.CURRENT for found in assessed.values())
    return len(assessed) == len(sources) and all(current)


def _lock(config: Config) -> AbstractContextManager[None]:
    from wsgen.commit.project_lock import project_lock

    return project_lock(config)


def _assess_rest(
    sources: Iterable[ModuleSource], assessed: Mapping[ModuleSource, Assessment], this: Run
) -> dict[ModuleSource, Assessment]:
    """Assess all of `sources` except those that are known to be current.

    Another process may have rendered one of the others while this one waited for the lock.
    """
    current = {
        source: found for source, found in assessed.items() if found.status is Status.CURRENT
    }
    return {source: current.get(source) or this.assess(source) for source in sources}


def _recheck(
    assessed: Mapping[ModuleSource, Assessment], this: Run
) -> dict[ModuleSource, Assessment]:
    """Return as current the modules that only lack results of type checkers and linters, and pass these now."""
    if not any(found.unverified for found in assessed.values()):
        return {}
    from wsgen.pipeline.rechecks import recheck

    return recheck(assessed, this)


def _update(
    assessed: Mapping[ModuleSource, Assessment], this: Run
) -> tuple[dict[ModuleSource, ModuleResult], list[Diagnostic]]:
    """Bring the modules up to date that are not current.

    One whose sources are edited while the tools run is rendered again, a bounded number of times. After that its
    package is what was loaded, and its manifest says so: the package is stale.
    """
    results: dict[ModuleSource, ModuleResult] = {}
    diagnostics: list[Diagnostic] = []
    stale = {
        source: found for source, found in assessed.items() if found.status is not Status.CURRENT
    }
    for number in range(1, _TRIES + 1):
        if not stale:
            break
        made, found = _make_packages(stale, this, last=number == _TRIES)
        results |= made
        diagnostics += found
        stale = {source: this.assess(source) for source in stale if source not in made}
    return results, diagnostics


def _make_packages(
    stale: Mapping[ModuleSource, Assessment], this: Run, *, last: bool
) -> tuple[dict[ModuleSource, ModuleResult], list[Diagnostic]]:
    """Load, render, check and commit; return how the modules ended, except those edited meanwhile.

    Without steps each module goes through all stages before the next one is loaded, so that memory is bounded.
    """
    from wsgen.pipeline.conclusion import conclude
    from wsgen.pipeline.drafts import check_drafts, render_drafts

    results: dict[ModuleSource, ModuleResult] = {}
    found: list[Diagnostic] = []
    edited = set()
    progress = this.options.progress
    for stage in ("load", "render"):
        progress.planned(stage, len(stale))
    loaded = _load(stale, this, results, found)
    drafts = check_drafts(render_drafts(loaded, stale, this, found), this, found)
    ending = "commit" if this.options.write else "compare"
    progress.planned(ending, len(stale))
    for draft in drafts:
        if not last and digests_of_inputs(draft.source, this.config) != draft.inputs:
            edited.add(draft.source.name)
            del results[draft.source]
        else:
            with module_part(progress, ending):
                results[draft.source], more = conclude(draft, this)
            found += more
    return results, [item for item in found if item.module not in edited]


def _load(
    sources: Iterable[ModuleSource],
    this: Run,
    results: dict[ModuleSource, ModuleResult],
    found: list[Diagnostic],
) -> Iterator[tuple[ModuleSource, Loaded]]:
    """Load `sources` one by one; each counts as failed in `results` until a later stage replaces its result."""
    progress = this.options.progress
    for source, item in load_each(
        sources, this.config, found, assumed=this.assumed(), progress=progress
    ):
        routes, commands = (item.spec.routes, item.spec.command_names) if item.spec else ({}, {})
        results[source] = ModuleResult(source, State.FAILED, routes, commands=commands)
        yield source, item
