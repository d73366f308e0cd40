"""discover -> load -> render -> stage -> check -> commit: the one module that knows all stages.

`render`, `check` and `diff` are one run with different endings: only with `write` is anything committed.
Stages are imported when they are reached, so that a run that finds everything current loads none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen._version import __version__
from wsgen.config import Config
from wsgen.current import (
    inputs_of,
    is_current,
    settings_digest,
    template_of,
    why_stale,
)
from wsgen.diagnostics import Diagnostic, Span, has_errors, in_order
from wsgen.discover import discover, select
from wsgen.errors import FilesError, GenerationError
from wsgen.manifest import Manifest, digest
from wsgen.objections import changes_of, drift, edited_by_hand, unwritable
from wsgen.result import ModuleResult, RunResult, State
from wsgen.source import ModuleSource, Positions
from wsgen.stamps import Stamps
from wsgen.verdict import has_passed, record_pass

if TYPE_CHECKING:  # what a run that finds everything current never needs
    from wsgen.load import Loaded
    from wsgen.model import ModuleSpec


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: `write` commits, `quality` runs the steps, `force` overrides edits by hand.

    With `trust`, a package that is what its manifest says needs no proof that it passed on this machine.
    `jobs` bounds how many tools run at once.
    """

    write: bool = True
    quality: bool = True
    force: bool = False
    jobs: int = 2
    trust: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """A module on its way: what was loaded and the texts that were rendered from it."""

    source: ModuleSource
    loaded: Loaded
    spec: ModuleSpec
    files: Mapping[str, str]


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
    assumed: str | None = None,
) -> RunResult:
    """Bring the packages of `sources` up to date, or with `write` off find out what that would change.

    A module that fails keeps its old files and does not stop the others; the diagnostics say why. Types that
    a `ws.py` does not import are taken from the package `assumed`, if one is given.

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
        from wsgen.commit import project_lock

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
    return RunResult(tuple((done | results)[source] for source in sources), diagnostics)


def run_unchanged(sources: Sequence[ModuleSource], config: Config) -> RunResult | None:
    """Return the result of a run in which every module is current, or None if any is not."""
    stamps = Stamps(config.sources)
    results = [_unchanged(source, config, config.steps, stamps) for source in sources]
    found = tuple(result for result in results if result is not None)
    return RunResult(found) if len(found) == len(results) else None


def load_modules(
    sources: Sequence[ModuleSource], config: Config, *, assumed: str | None = None
) -> tuple[dict[ModuleSource, Loaded], tuple[Diagnostic, ...]]:
    """Load `sources`; return what each declares and all findings, sorted."""
    from wsgen.load import load_module

    loaded = {}
    found: list[Diagnostic] = []
    for source in sources:
        item = load_module(
            source,
            models=config.models,
            roots=config.sources,
            assumed=assumed,
            generic=template_of(source, config) is not None,
            schemes=config.security_schemes,
        )
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
    manifest = is_current(source, config, steps=steps)
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
    assumed: str | None,
    stamps: Stamps,
) -> tuple[dict[ModuleSource, ModuleResult], tuple[Diagnostic, ...]]:
    """Load, render, check and, with `write`, commit the modules that are not current."""
    from wsgen.render import forget_templates

    forget_templates()
    loaded, found = load_modules(sources, config, assumed=assumed)
    drafts, findings = _draft(loaded, config, options, steps)
    diagnostics = [*found, *findings]
    if steps:
        drafts, findings = _pass_steps(drafts, config, options, steps)
        diagnostics.extend(findings)
    results = {}
    for draft in drafts:
        results[draft.source], objections = _conclude(draft, config, options, steps, stamps)
        diagnostics.extend(objections)
    for source in sources:
        spec = loaded[source].spec
        routers = {router.class_name: router.route for router in spec.routers} if spec else {}
        results.setdefault(source, ModuleResult(source, State.FAILED, routers))
    return results, in_order(diagnostics)


def _draft(
    loaded: Mapping[ModuleSource, Loaded],
    config: Config,
    options: Options,
    steps: tuple[str, ...],
) -> tuple[list[_Draft], tuple[Diagnostic, ...]]:
    """Render what was loaded; what could not be written is refused before any tool has run in vain."""
    from wsgen.commit import owns_anything

    drafts = []
    found: list[Diagnostic] = []
    shared: set[Diagnostic] = set()
    for source, item in loaded.items():
        spec = item.spec
        if spec is None:
            continue
        if options.write and (spec.routers or owns_anything(source.output)):
            reason = why_stale(source, config, steps=steps)
            if (refusal := unwritable(source, config, reason)) is not None:
                found.append(refusal)
                continue
        try:
            files = render_module(source, spec, config, item.positions)
        except GenerationError as error:
            place = Span(source.files[0])
            for entry in error.diagnostics:
                # What is wrong in a template is wrong for each module that is made from it: said once.
                if entry.span is None or entry.span.path in source.files or entry not in shared:
                    found.append(replace(entry, module=source.name, span=entry.span or place))
                shared.add(entry)
        else:
            drafts.append(_Draft(source, item, spec, files))
    return drafts, tuple(found)


def render_module(
    source: ModuleSource, spec: ModuleSpec, config: Config, positions: Positions | None = None
) -> Mapping[str, str]:
    """Return the texts of a module's package by file name, as before any step; none without routers.

    `positions` are the places of what the sources say.

    Raises GenerationError if a template of the project cannot be used.
    """
    from wsgen.render import render_package

    if not spec.routers:
        return {}
    tops = {module.partition(".")[0] for module in _models_of(spec)} | {"wsgen_runtime"}
    local = {top for top in tops if any(_holds(folder, top) for folder in config.sources)}
    return render_package(
        spec,
        origin=" and ".join(file.name for file in source.files),
        sources=config.sources,
        local=local,
        template=template_of(source, config),
        templates=config.templates,
        positions=positions,
        schemes=config.security_schemes,
    )


def _holds(folder: Path, top: str) -> bool:
    return (folder / top).is_dir() or (folder / f"{top}.py").is_file()


def _models_of(spec: ModuleSpec) -> frozenset[str]:
    types = (ref for router in spec.routers for ref in router.types)
    return frozenset(module for ref in types for module, _ in ref.imports())


def _pass_steps(
    drafts: Sequence[_Draft], config: Config, options: Options, steps: tuple[str, ...]
) -> tuple[list[_Draft], tuple[Diagnostic, ...]]:
    """Return the drafts that passed, with their final texts, and what the steps found in the others."""
    from wsgen.quality.run import run_steps
    from wsgen.quality.staged import StagedModule

    staged = [
        StagedModule(
            name=draft.source.name,
            output=draft.source.output,
            files={name: text for name, text in draft.files.items() if name.endswith(".py")},
            positions=draft.loaded.positions,
            routers={router.file_name: router.class_name for router in draft.spec.routers},
        )
        for draft in drafts
        if draft.files
    ]
    if not staged:
        return list(drafts), ()
    outcome = run_steps(
        staged,
        root=config.root,
        steps=steps,
        sources=config.sources,
        cache=config.cache,
        jobs=options.jobs,
        timeout=config.timeout,
    )
    passed = [
        replace(draft, files={**draft.files, **outcome.files.get(draft.source.output, {})})
        for draft in drafts
        if draft.source.output not in outcome.failed
    ]
    return passed, outcome.diagnostics


def _conclude(
    draft: _Draft, config: Config, options: Options, steps: tuple[str, ...], stamps: Stamps
) -> tuple[ModuleResult, list[Diagnostic]]:
    """Compare a finished draft with the tree and, with `write`, commit it."""
    from wsgen.commit import apply_clean, apply_plan, owns_anything, plan_clean, plan_commit

    source, spec = draft.source, draft.spec
    routers = {router.class_name: router.route for router in spec.routers}
    if not routers:
        if not owns_anything(source.output):
            return ModuleResult(source, State.EMPTY), []
        plan, manifest, apply = plan_clean(source.output, force=options.force), None, apply_clean
    else:
        manifest = _manifest(draft, config, steps)
        plan = plan_commit(source.output, draft.files, manifest, force=options.force)
        apply = apply_plan
    reason = why_stale(source, config, steps=steps)
    if plan.edited:
        objections = edited_by_hand(source, plan)
        return ModuleResult(source, State.FAILED, routers, changes_of(plan), reason), objections
    if plan.is_empty and manifest is not None:
        if steps and (options.write or config.cache.is_dir()):
            record_pass(source, config, manifest, stamps)
        return ModuleResult(source, State.CURRENT, routers), []
    changes = changes_of(plan)
    if not options.write:
        return ModuleResult(source, State.STALE, routers, changes, reason), [
            drift(source, plan, reason)
        ]
    try:
        apply(plan)
    except FilesError as error:
        return ModuleResult(source, State.FAILED, routers, reason=reason), [
            replace(entry, module=source.name) for entry in error.diagnostics
        ]
    if manifest is not None and steps:
        record_pass(source, config, manifest, stamps)
    state = State.WRITTEN if manifest is not None else State.REMOVED
    return ModuleResult(source, state, routers, changes, reason), []


def _manifest(draft: _Draft, config: Config, steps: tuple[str, ...]) -> Manifest:
    return Manifest(
        wsgen=__version__,
        settings=settings_digest(draft.source, config),
        inputs=inputs_of(draft.source, config),
        outputs={name: digest(text.encode()) for name, text in draft.files.items()},
        routers={router.class_name: router.route for router in draft.spec.routers},
        tools=_tool_versions(steps),
    )


def _tool_versions(steps: tuple[str, ...]) -> dict[str, str]:
    """Return the version of each step's tool; empty for a tool that is not of this interpreter."""
    from wsgen.quality.fingerprints import TOOL_OF_STEP, installed_version

    found = {}
    for step in steps:
        tool = TOOL_OF_STEP[step]
        names = installed_version(tool).split()
        found[step] = next(
            (name.removeprefix(f"{tool}-") for name in names if name.startswith(f"{tool}-")), ""
        )
    return found


__all__ = [
    "Options",
    "find_modules",
    "has_errors",
    "load_modules",
    "render_module",
    "run",
]
