"""render -> stage -> check -> commit: from what stale modules declare to their packages.

A module that fails keeps its old files and does not stop the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wsgen._version import __version__
from wsgen.commit.apply import apply_clean, apply_plan, owns_anything, plan_clean, plan_commit
from wsgen.diagnostics import Diagnostic, Span
from wsgen.discovery.inputs import template_of
from wsgen.errors import FilesError, GenerationError
from wsgen.freshness.current import inputs_of, settings_digest, why_stale
from wsgen.freshness.passes import record_pass, tops_of
from wsgen.freshness.stamps import Stamps
from wsgen.load import Loaded
from wsgen.load.python.runtime_base import is_built_on_runtime
from wsgen.manifest import Manifest, digest
from wsgen.model import ModuleSpec
from wsgen.outputs.contract import Language, RenderContext, RenderedFile
from wsgen.outputs.python.package import forget_templates
from wsgen.outputs.registry import render_package
from wsgen.pipeline.conflicts import changes_of, drift, edited_by_hand, unwritable
from wsgen.pipeline.declared import current_manifest, declared_digest
from wsgen.pipeline.options import Options
from wsgen.quality.installed import version_of
from wsgen.quality.tools import tool_of
from wsgen.result import ModuleResult, State
from wsgen.settings.config import Config
from wsgen.source import ModuleSource, Positions


@dataclass(frozen=True, slots=True)
class _Draft:
    """A module on its way: what was loaded and the files that were rendered from it.

    `inputs` has the digests of the files that it was made from, as they were read; `tops` are the project's
    packages that the texts import.
    """

    source: ModuleSource
    loaded: Loaded
    spec: ModuleSpec
    files: Mapping[str, RenderedFile]
    inputs: Mapping[str, str]
    tops: tuple[str, ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """Return the texts of all files by path, in the order in which to write them."""
        return {path: file.text for path, file in self.files.items()}

    @property
    def python(self) -> dict[str, str]:
        """Return the texts of the files that the tools for Python check."""
        return {
            path: file.text for path, file in self.files.items() if file.language is Language.PYTHON
        }

    def with_texts(self, texts: Mapping[str, str]) -> "_Draft":
        """Return the draft with other `texts` for some of its files."""
        files = {
            path: replace(file, text=texts.get(path, file.text))
            for path, file in self.files.items()
        }
        return replace(self, files=files)


@dataclass(frozen=True, slots=True)
class Production:
    """How the modules ended, and why; `changed` are those whose sources were edited meanwhile."""

    results: Mapping[ModuleSource, ModuleResult]
    diagnostics: tuple[Diagnostic, ...]
    changed: tuple[ModuleSource, ...] = ()


def produce(
    loaded: Mapping[ModuleSource, Loaded],
    inputs: Mapping[ModuleSource, Mapping[str, str]],
    config: Config,
    options: Options,
    steps: tuple[str, ...],
    stamps: Stamps,
    *,
    last: bool,
) -> Production:
    """Render, check and, with `write`, commit the modules that were loaded.

    `inputs` has the digests of what decides about each of them, taken before they were loaded. A module whose
    sources are no longer what was loaded is left for another try. If this is the `last`, its package is made from
    what was loaded, and its manifest says so: the package is stale.
    """
    forget_templates()
    drafts, findings = _draft(loaded, inputs, config, options, steps)
    diagnostics = list(findings)
    if steps:
        drafts = [_with_tops(draft, config, stamps) for draft in drafts]
        drafts, findings = _pass_steps(drafts, config, options, steps)
        diagnostics.extend(findings)
    results = {}
    changed = []
    for draft in drafts:
        if not last and inputs_of(draft.source, config) != draft.inputs:
            changed.append(draft.source)
            continue
        results[draft.source], objections = _conclude(draft, config, options, steps, stamps)
        diagnostics.extend(objections)
    for source, item in loaded.items():
        routers = (
            {router.class_name: router.route for router in item.spec.routers} if item.spec else {}
        )
        if source not in changed:
            results.setdefault(source, ModuleResult(source, State.FAILED, routers))
    return Production(results, tuple(diagnostics), tuple(changed))


def _draft(
    loaded: Mapping[ModuleSource, Loaded],
    inputs: Mapping[ModuleSource, Mapping[str, str]],
    config: Config,
    options: Options,
    steps: tuple[str, ...],
) -> tuple[list[_Draft], tuple[Diagnostic, ...]]:
    """Render what was loaded; what could not be written is refused before any tool has run in vain."""
    drafts = []
    found: list[Diagnostic] = []
    shared: set[Diagnostic] = set()
    for source, item in loaded.items():
        spec = item.spec
        if spec is None:
            continue
        stale = (
            current_manifest(source, config, steps=steps) is None
        )  # or else only unproven on this machine
        if options.write and stale and (spec.routers or owns_anything(source.output)):
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
            parsed = {
                path.relative_to(config.root).as_posix(): sum_
                for path, sum_ in item.digests.items()
            }
            drafts.append(_Draft(source, item, spec, files, {**inputs[source], **parsed}))
    return drafts, tuple(found)


def _with_tops(draft: _Draft, config: Config, stamps: Stamps) -> _Draft:
    return replace(draft, tops=tops_of(draft.source, config, draft.python.values(), stamps))


def render_module(
    source: ModuleSource, spec: ModuleSpec, config: Config, positions: Positions | None = None
) -> Mapping[str, RenderedFile]:
    """Return the files of a module's package by path, as before any step; none without routers.

    `positions` are the places of what the sources say.

    Raises GenerationError if a template of the project cannot be used.
    """
    if not spec.routers:
        return {}
    tops = {module.partition(".")[0] for module in _models_of(spec)} | {"wsgen_runtime"}
    local = {top for top in tops if any(_holds(folder, top) for folder in config.sources)}
    context = RenderContext(
        origin=" and ".join(file.name for file in source.files),
        positions=positions or {},
        sources=config.sources,
        local=local,
        template=template_of(source, config),
        templates=config.templates,
        schemes=config.security_schemes,
        native=is_native(source, config),
    )
    return render_package(spec, context)


def is_native(source: ModuleSource, config: Config) -> bool:
    """Return whether the routers of a module speak the protocol of the runtime, as far as files tell."""
    template = template_of(source, config)
    return template is None or is_built_on_runtime(template, config.sources)


def _holds(folder: Path, top: str) -> bool:
    return (folder / top).is_dir() or (folder / f"{top}.py").is_file()


def _models_of(spec: ModuleSpec) -> frozenset[str]:
    types = (ref for router in spec.routers for ref in router.types)
    return frozenset(module for ref in types for module, _ in ref.imports())


def _pass_steps(
    drafts: Sequence[_Draft], config: Config, options: Options, steps: tuple[str, ...]
) -> tuple[list[_Draft], tuple[Diagnostic, ...]]:
    """Return the drafts that passed, with their final texts, and what the steps found in the others."""
    from wsgen.quality.mirror import StagedModule
    from wsgen.quality.run import run_steps

    staged = [
        StagedModule(
            name=draft.source.name,
            output=draft.source.output,
            files=draft.python,
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
        draft.with_texts(outcome.files.get(draft.source.output, {}))
        for draft in drafts
        if draft.source.output not in outcome.failed
    ]
    return passed, outcome.diagnostics


def _conclude(
    draft: _Draft, config: Config, options: Options, steps: tuple[str, ...], stamps: Stamps
) -> tuple[ModuleResult, list[Diagnostic]]:
    """Compare a finished draft with the tree and, with `write`, commit it."""
    source, spec = draft.source, draft.spec
    routers = {router.class_name: router.route for router in spec.routers}
    if not routers:
        if not owns_anything(source.output):
            return ModuleResult(source, State.EMPTY), []
        manifest, apply = None, apply_clean
    else:
        manifest, apply = _manifest(draft, config, steps), apply_plan
        kept = current_manifest(source, config, steps=steps)
        if kept is not None and kept.outputs == manifest.outputs:
            manifest = kept  # only code that declares nothing is other than when it was written
    reason = why_stale(source, config, steps=steps)
    try:
        if manifest is None:
            plan = plan_clean(source.output, force=options.force)
        else:
            plan = plan_commit(source.output, draft.texts, manifest, force=options.force)
    except FilesError as error:
        return _refused(source, routers, reason, error)
    if plan.edited:
        objections = edited_by_hand(source, plan)
        return ModuleResult(source, State.FAILED, routers, changes_of(plan), reason), objections
    if plan.is_empty and manifest is not None:
        if steps and (options.write or config.cache.is_dir()):
            record_pass(source, config, manifest, draft.tops, stamps)
        return ModuleResult(source, State.CURRENT, routers), []
    changes = changes_of(plan)
    if not options.write:
        return ModuleResult(source, State.STALE, routers, changes, reason), [
            drift(source, plan, reason)
        ]
    try:
        apply(plan)
    except FilesError as error:
        return _refused(source, routers, reason, error)
    if manifest is not None and steps:
        record_pass(source, config, manifest, draft.tops, stamps)
    state = State.WRITTEN if manifest is not None else State.REMOVED
    return ModuleResult(source, state, routers, changes, reason), []


def _refused(
    source: ModuleSource, routers: Mapping[str, str], reason: str, error: FilesError
) -> tuple[ModuleResult, list[Diagnostic]]:
    found = [replace(entry, module=source.name) for entry in error.diagnostics]
    return ModuleResult(source, State.FAILED, routers, reason=reason), found


def _manifest(draft: _Draft, config: Config, steps: tuple[str, ...]) -> Manifest:
    return Manifest(
        wsgen=__version__,
        settings=settings_digest(draft.source, config),
        inputs=draft.inputs,
        outputs={name: digest(text.encode()) for name, text in draft.texts.items()},
        routers={router.class_name: router.route for router in draft.spec.routers},
        tools=_tool_versions(steps),
        package=draft.source.output.relative_to(config.root).as_posix(),
        declared=declared_digest(draft.spec),
    )


def _tool_versions(steps: tuple[str, ...]) -> dict[str, str]:
    """Return the version of each step's tool; empty for a tool that is not of this interpreter."""
    return {step: version_of(tool_of(step).name) for step in steps}
