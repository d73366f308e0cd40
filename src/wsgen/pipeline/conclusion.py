"""Compare a finished draft with the files that are there and, in a run that writes, commit it."""

import operator
from dataclasses import replace

from wsgen._version import __version__
from wsgen.commit.apply import apply_plan
from wsgen.commit.plan import owns_anything, plan_commit
from wsgen.diagnostics import Diagnostic
from wsgen.errors import FilesError
from wsgen.files import bytes_of
from wsgen.freshness.assess import settings_digest
from wsgen.freshness.cache_entries import digest_of_made, known_of, remember, with_passed
from wsgen.installed import version_of
from wsgen.manifest import Manifest, digest
from wsgen.outputs.contract import Language
from wsgen.pipeline.conflicts import changes_of, drift, edited_by_hand
from wsgen.pipeline.context import Run, declared_digest
from wsgen.pipeline.drafts import Draft
from wsgen.quality.tools import tool_of
from wsgen.result import ModuleResult, State
from wsgen.syntax.same_code import is_same_code


def conclude(draft: Draft, run: Run) -> tuple[ModuleResult, list[Diagnostic]]:
    """Return how the module of `draft` ends; with `write`, its package is then what the draft says."""
    source, spec = draft.source, draft.spec
    if spec.is_empty and not owns_anything(source.output):
        return ModuleResult(source, State.EMPTY), []
    if not run.steps and _is_formatted(draft):
        return _result(draft, State.CURRENT), []
    try:
        return _conclude(draft, None if spec.is_empty else _manifest(draft, run), run)
    except FilesError as error:
        found = [replace(entry, module=source.name) for entry in error.diagnostics]
        return replace(_result(draft, State.FAILED), reason=draft.assessed.reason), found


def _conclude(
    draft: Draft, manifest: Manifest | None, run: Run
) -> tuple[ModuleResult, list[Diagnostic]]:
    """Compare and commit a package with its `manifest`, or remove it if there is none. Raises FilesError."""
    source, options = draft.source, run.options
    # Only the lock keeps other processes from rendering the package after it was assessed.
    before = draft.assessed.manifest if options.write and manifest is not None else None
    plan = plan_commit(source.output, draft.texts, manifest, force=options.force, before=before)
    if manifest is not None and plan.is_empty:
        if options.write or run.config.cache.is_dir():
            _remember(draft, manifest, run)
        return _result(draft, State.CURRENT), []
    changes = changes_of(plan, texts=options.texts)
    reason = draft.assessed.reason
    result = replace(_result(draft, State.FAILED), changes=changes, reason=reason)
    if plan.edited:
        return result, list(edited_by_hand(source, plan))
    if not options.write:
        return replace(result, state=State.STALE), [drift(source, plan, result.reason)]
    apply_plan(plan)
    if manifest is None:
        return replace(result, state=State.REMOVED), []
    _remember(draft, manifest, run)
    return replace(result, state=State.WRITTEN), []


def _result(draft: Draft, state: State) -> ModuleResult:
    spec = draft.spec
    return ModuleResult(draft.source, state, spec.routes, commands=spec.command_names)


def _is_formatted(draft: Draft) -> bool:
    """Return whether the files that are there are those of `draft` after steps that this run leaves out."""
    before = draft.assessed
    if before.manifest is None or not before.is_intact or not before.manifest.tools:
        return False
    if before.manifest.outputs.keys() != draft.files.keys():
        return False
    for path, file in draft.files.items():
        found = (bytes_of(draft.source.output / path) or b"").decode("utf-8", "replace")
        same = is_same_code if file.language is Language.PYTHON else operator.eq
        if not same(found, file.text):
            return False
    return True


def _remember(draft: Draft, manifest: Manifest, run: Run) -> None:
    """Keep what this machine now knows of the package, so that the next run need not find it out."""
    source, config = draft.source, run.config
    made = digest_of_made(manifest, draft.inputs)
    known = known_of(source, config)
    known = known._replace(
        made=made,
        routes=draft.spec.routes,
        commands=draft.spec.command_names,
        types=draft.types,
        loaded=draft.loaded,
    )
    if run.steps:
        known = with_passed(known, source, manifest, draft.packages, run.fingerprints)
    remember(source, config, known)


def _manifest(draft: Draft, run: Run) -> Manifest:
    """Return the manifest of the package; the one that is there if only code changed that declares nothing."""
    outputs = {name: digest(text.encode()) for name, text in draft.texts.items()}
    before = draft.assessed
    if before.manifest is not None and before.is_intact and before.manifest.outputs == outputs:
        return before.manifest
    return Manifest(
        wsgen=__version__,
        settings=settings_digest(draft.source, run.config),
        inputs=draft.inputs,
        outputs=outputs,
        tools={
            step: version_of(tool_of(step, run.config.commands).name, run.config.environment)
            for step in run.steps
        },
        package=run.config.relative(draft.source.output),
        declared=declared_digest(draft.spec),
    )
