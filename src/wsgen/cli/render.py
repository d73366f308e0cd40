"""`wsgen render`, `check` and `diff`, which are the same run with three endings, and `wsgen clean`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import click

from wsgen.cli.command import Command
from wsgen.cli.console import (
    echo,
    show_clients,
    show_diff,
    show_environment,
    show_modules,
    show_project,
    show_report,
    show_steps,
    show_summary,
    show_times,
)
from wsgen.cli.each_project import Place, Runs, in_each_project
from wsgen.cli.fix_option import fix_option, fixed
from wsgen.cli.options import Common, common_options, jobs_option
from wsgen.cli.progress_display import progress_shown
from wsgen.cli.unchanged import Begun
from wsgen.cli.work_log import WorkLog
from wsgen.clients.left_over import has_clients
from wsgen.diagnostics import Diagnostic
from wsgen.pipeline.cleaning import clean as clean_modules
from wsgen.pipeline.context import Options
from wsgen.pipeline.stages import run
from wsgen.result import RunResult, State
from wsgen.settings.choice import explained_steps

DRIFT = frozenset({"WSG408", "WSG703"})
_UNWRITABLE = frozenset({"WSG405", "WSG406"})
_no_quality_option = click.option("--no-quality", is_flag=True, help="Skip the quality steps.")


@click.command(
    cls=Command,
    examples={
        "wsgen render": "all modules of the project",
        "wsgen render specs/market": "those below a folder",
        "wsgen render --fix": "after correcting what leaves no doubt",
        "wsgen render --module market --watch": "one, after every edit",
    },
)
@common_options
@click.option(
    "--check", "check_only", is_flag=True, help="Write nothing; fail if anything would change."
)
@click.option("--diff", "diff_only", is_flag=True, help="Write nothing; show what would change.")
@_no_quality_option
@fix_option
@click.option("--force", is_flag=True, help="Replace generated files that were edited by hand.")
@click.option(
    "--exit-non-zero-on-change", is_flag=True, help="Fail if anything was written, as hooks should."
)
@click.option("--watch", is_flag=True, help="Render again whenever a source changes.")
@jobs_option
def render(
    common: Common,
    check_only: bool,
    diff_only: bool,
    no_quality: bool,
    fix: bool,
    force: bool,
    exit_non_zero_on_change: bool,
    watch: bool,
    jobs: int,
) -> int:
    """Write the routers, exports and AsyncAPI stubs of the modules below PATH."""
    write = not check_only and not diff_only
    options = Options(write=write, quality=not no_quality, force=force, jobs=jobs, texts=diff_only)
    if fix and (watch or not write):
        message = "--fix edits sources; it does not go with --check, --diff or --watch"
        raise click.UsageError(message)
    if watch:
        from wsgen.cli.watch import watch_sources

        if not write:
            raise click.UsageError("--watch writes; it does not go with --check or --diff")
        if common.all_projects:
            raise click.UsageError(
                "--watch watches one project; it does not go with --all-projects"
            )
        return watch_sources(common, partial(_run, options=options))
    fails = (State.WRITTEN, State.REMOVED) if exit_non_zero_on_change else ()
    return _run(common, options, diff=diff_only, begun=_begun(), fix=fix, fails=fails)


@click.command(
    cls=Command,
    examples={
        "wsgen check": "in CI, and before a commit",
        "wsgen check --format github": "with annotations on a pull request",
        "wsgen check --all-projects": "with those that have settings of their own",
        "wsgen check --no-quality": "without running tools",
    },
)
@common_options
@_no_quality_option
@jobs_option
def check(common: Common, no_quality: bool, jobs: int) -> int:
    """Fail if sources are invalid or render would change anything; write nothing."""
    options = Options(write=False, quality=not no_quality, jobs=jobs, texts=False)
    return _run(common, options, begun=_begun())


@click.command(
    cls=Command,
    examples={
        "wsgen diff": "of all modules",
        "wsgen diff --module market | git apply": "what render would do, by hand",
    },
)
@common_options
@_no_quality_option
@jobs_option
def diff(common: Common, no_quality: bool, jobs: int) -> int:
    """Show, as a unified diff, what render would change; write nothing."""
    return _run(common, Options(write=False, quality=not no_quality, jobs=jobs), diff=True)


@click.command(
    cls=Command,
    examples={
        "wsgen clean --dry-run": "what would be removed",
        "wsgen clean --module market": "the package of one module",
    },
)
@common_options
@click.option("--force", is_flag=True, help="Remove generated files that were edited by hand too.")
@click.option("--dry-run", is_flag=True, help="Remove nothing; show what would be removed.")
def clean(common: Common, force: bool, dry_run: bool) -> int:
    """Remove the generated packages of the modules below PATH; keep all other files."""
    started = perf_counter()

    def work(place: Place) -> RunResult:
        result = clean_modules(place.sources, place.config, force=force, dry_run=dry_run)
        whole = not (place.paths or common.modules)
        if whole and has_clients(place.config, thorough=True):
            from wsgen.clients.configured import without_clients  # few projects have any

            result = without_clients(result, place.config, force=force, write=not dry_run)
        return result if place.sources else place.explained(result, gate=False)

    common = replace(common, verbose=common.verbose or dry_run)
    return _conclude(in_each_project(common, work), common, started)


def _begun() -> Begun | None:
    """Return what was done before the command line was parsed, if anything."""
    return click.get_current_context().find_object(Begun)


def _run(
    common: Common,
    options: Options,
    *,
    diff: bool = False,
    begun: Begun | None = None,
    fix: bool = False,
    fails: Sequence[State] = (),
) -> int:
    """Run all stages, report, and return the exit code; a module in a state that `fails` is a failure too.

    With `fix`, sources are corrected first, which is a failure too if anything `fails`.
    """
    started = begun.started if begun else perf_counter()
    is_text = common.form == "text" and not common.quiet
    logs: dict[Path, WorkLog] = {}
    corrections = 0

    def work(place: Place) -> RunResult:
        nonlocal corrections
        if fix:
            place, number = fixed(place, common)
            corrections += number
        config = place.config
        if options.quality and common.verbose and is_text:
            show_environment(config.environment)
            show_steps(explained_steps(config))
        assessed = begun.assessed if begun else None
        log = logs[config.root] = WorkLog()
        heard = options._replace(progress=log)
        with progress_shown(log, wanted=is_text):
            result = run(place.sources, config, heard, assessed=assessed)
            whole = not (place.paths or common.modules)
            if whole and has_clients(config, thorough=True):
                from wsgen.clients.configured import with_clients  # few projects have any

                result = with_clients(result, place.sources, config, heard)
        if config.clients and is_text and not whole:
            echo("The clients are left as they are: they are made of all modules.")
        unchecked = options.quality and is_text and not (config.steps or config.steps_named)
        if unchecked and result.count(State.WRITTEN):
            echo("No quality step ran: the project configures no tool, and none is installed.")
        return place.explained(result, gate=not options.write)

    runs = in_each_project(common, work, begun)
    result = runs.result
    if diff and common.form == "text":
        changes = [change for module in result.modules for change in module.changes]
        changes += [change for client in result.clients for change in client.changes]
        show_diff(changes, runs.root)
        show_report(replace(result, diagnostics=_without_drift(result)), common.form)
        return max(runs.code, _exit_code(result))
    code = _conclude(runs, common, started, logs)
    return code or int(result.count(*fails) > 0 or bool(fails and corrections))


def _conclude(
    runs: Runs, common: Common, started: float, logs: Mapping[Path, WorkLog] = MappingProxyType({})
) -> int:
    """Report runs that began at `started`, by `perf_counter`, and return the exit code of the command."""
    result = runs.result
    show_report(result, common.form, runs.root)
    if common.form == "text" and not common.quiet:
        for root, part in runs.parts:
            if common.all_projects:
                show_project(root, part)
            show_modules(part, verbose=common.verbose)
            show_clients(part, verbose=common.verbose)
            if common.verbose and root in logs:
                show_times([(work.name, work.seconds, work.most) for work in logs[root].so_far()])
        show_summary(result, perf_counter() - started, runs.shown)
    return max(runs.code, _exit_code(result))


def _exit_code(result: RunResult) -> int:
    """Return 0 for success, 1 for diagnostics, 2 if files could not be written."""
    if any(item.code in _UNWRITABLE for item in result.diagnostics):
        return 2
    return 0 if result.ok and not result.count(State.STALE, State.FAILED) else 1


def _without_drift(result: RunResult) -> tuple[Diagnostic, ...]:
    return tuple(item for item in result.diagnostics if item.code not in DRIFT)
