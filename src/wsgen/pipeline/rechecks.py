"""Check current packages again where only the results of linters and type checkers are missing.

An edit of a model changes neither the generated files nor the results of formatters and linters. Only type
checkers have to check the files again, and they read them in place. A module that fails here is rendered again by
the other stages, so that its diagnostics are the same as in any other run.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from wsgen.files import read_text
from wsgen.freshness.assess import Assessment, Status
from wsgen.freshness.cache_entries import packages_reached_from, remember, with_passed
from wsgen.outputs.contract import Language, language_of
from wsgen.pipeline.context import Run
from wsgen.quality import run as quality
from wsgen.quality.mirror import StagedModule
from wsgen.quality.tools import step_named, tool_of
from wsgen.source import ModuleSource


def recheck(
    assessed: Mapping[ModuleSource, Assessment], run: Run
) -> dict[ModuleSource, Assessment]:
    """Run the steps that have no entry in the cache; return as current the modules that pass all of them.

    Modules that lack the entry of a fixing step are left to the other stages: formatters are not always
    reversible, and the result must not depend on the files that are there.
    """
    todo = {
        source: found
        for source, found in assessed.items()
        if found.unverified
        and not any(step_named(step, run.config.commands).fixes for step in found.unverified)
    }
    if not todo:
        return {}
    # What these packages import by now is added. One that is no longer imported costs a needless run at most.
    packages = {
        source: packages_reached_from(found.known.imported, source, run.fingerprints)
        for source, found in todo.items()
    }
    staged = {}
    for source, found in todo.items():
        with suppress(OSError):  # a file that somebody has removed since
            staged[source] = _staged(source, found, run)
    reached = {name for names in packages.values() for name in names}
    passed = run_quality_steps(list(staged.values()), reached, run).files
    current = {}
    for source, module in staged.items():
        found = todo[source]
        if source.output in passed and found.manifest and not _is_newer(module, run):
            current[source] = found._replace(status=Status.CURRENT)
            if run.options.write or run.config.cache.is_dir():
                known, names = found.known, packages[source]
                known = with_passed(known, source, found.manifest, names, run.fingerprints)
                remember(source, run.config, known)
    return current


def run_quality_steps(
    modules: Sequence[StagedModule], packages: Collection[str], run: Run
) -> quality.QualityResult:
    """Take `modules`, which import `packages`, through their quality steps as `run` says."""
    lasting = not run.fingerprints.hides_an_edit(packages)
    result = quality.run_steps(
        modules,
        run.config,
        jobs=run.options.jobs,
        lasting=lasting,
        progress=run.options.progress,
    )
    run.fingerprints.record_seen(packages)
    return result


def _is_newer(module: StagedModule, run: Run) -> bool:
    """Return whether a file of the module has changed since the run began, so that tools may have read others."""
    paths = (f"{module.output}/{name}" for name in module.files)
    try:
        return any(os.stat(path).st_ctime_ns > run.fingerprints.started for path in paths)  # noqa: PTH116 - for each file
    except OSError:
        return True


def _staged(source: ModuleSource, found: Assessment, run: Run) -> StagedModule:
    names = found.manifest.outputs if found.manifest is not None else ()
    return StagedModule(
        name=source.name,
        output=source.output,
        files={
            name: read_text(f"{source.output}/{name}")
            for name in names
            if language_of(name) is Language.PYTHON
        },
        steps=found.unverified,
        in_place=all(tool_of(step, run.config.commands).checks_types for step in found.unverified),
    )
