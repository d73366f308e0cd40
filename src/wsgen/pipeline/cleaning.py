"""`wsgen clean`: remove the packages of modules, and nothing that wsgen did not write."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from wsgen.commit.apply import apply_plan
from wsgen.commit.plan import owns_anything, plan_commit
from wsgen.commit.project_lock import project_lock
from wsgen.diagnostics import Diagnostic, in_order
from wsgen.errors import FilesError
from wsgen.pipeline.conflicts import changes_of, edited_by_hand
from wsgen.result import ModuleResult, RunResult, State
from wsgen.settings.config import Config
from wsgen.source import ModuleSource


def clean(
    sources: Sequence[ModuleSource], config: Config, *, force: bool, dry_run: bool = False
) -> RunResult:
    """Remove the packages of `sources`; one that cannot be removed does not stop the others.

    A `dry_run` only finds out what would be removed.

    Raises FilesError if the lock cannot be had.
    """
    results = []
    found: list[Diagnostic] = []
    with nullcontext() if dry_run else project_lock(config):
        for source in sources:
            result, diagnostics = _clean(source, force=force, dry_run=dry_run)
            results.append(result)
            found.extend(diagnostics)
    return RunResult(tuple(results), in_order(found))


def _clean(
    source: ModuleSource, *, force: bool, dry_run: bool
) -> tuple[ModuleResult, list[Diagnostic]]:
    if not owns_anything(source.output):
        return ModuleResult(source, State.EMPTY), []
    try:
        plan = plan_commit(source.output, {}, None, force=force)
        changes = changes_of(plan, texts=False)
        if plan.edited:
            conflicts = edited_by_hand(source, plan, command="wsgen clean")
            return ModuleResult(source, State.FAILED), list(conflicts)
        if not dry_run:
            apply_plan(plan)
    except FilesError as error:
        found = [replace(entry, module=source.name) for entry in error.diagnostics]
        return ModuleResult(source, State.FAILED), found
    state = State.REMOVABLE if dry_run else State.REMOVED
    return ModuleResult(source, state, changes=changes), []
