"""`wsgen validate` and `wsgen list`: read the sources, run nothing, write nothing."""

import re
import sys
from dataclasses import replace
from functools import partial
from time import perf_counter

import click

from wsgen.cli.command import Command
from wsgen.cli.console import echo, echo_lines, show_report, show_summary
from wsgen.cli.each_project import Place, in_each_project
from wsgen.cli.fix_option import fix_option, fixed
from wsgen.cli.options import Common, common_options
from wsgen.cli.progress_display import progress_shown
from wsgen.cli.terminal import style_for
from wsgen.cli.work_log import WorkLog
from wsgen.freshness.assess import Status
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.model import ModuleSpec
from wsgen.pipeline.context import Options, Run
from wsgen.pipeline.sources import as_result, load_modules
from wsgen.report.display import display_path, printable
from wsgen.report.json import format_json
from wsgen.result import RunResult
from wsgen.source import ModuleSource

_Described = tuple[ModuleSource, ModuleSpec, Status]

_SHOWN = {
    Status.CURRENT: "current",
    Status.UNVERIFIED: "current, quality unknown here",
    Status.STALE: "stale",
    Status.MISSING: "not rendered",
}


@click.command(
    cls=Command,
    examples={
        "wsgen validate": "all sources of the project",
        "wsgen validate specs/market/ws.yaml": "one source",
        "wsgen validate --fix": "correct what leaves no doubt",
    },
)
@common_options
@fix_option
def validate(common: Common, fix: bool) -> int:
    """Check the sources below PATH and nothing else: no rendering, no tools."""
    started = perf_counter()

    def work(place: Place) -> RunResult:
        if fix:
            place, _ = fixed(place, common)
        log = WorkLog()
        with progress_shown(log, wanted=common.form == "text" and not common.quiet):
            loaded, diagnostics = load_modules(place.sources, place.config, progress=log)
        return place.explained(as_result(loaded, diagnostics), gate=True)

    runs = in_each_project(common, work)
    result = runs.result
    show_report(result, common.form, runs.root)
    if common.form == "text" and not common.quiet:
        show_summary(result, perf_counter() - started, runs.shown)
    return runs.code or int(not result.ok)


@click.command(
    "list",
    cls=Command,
    examples={
        "wsgen list": "all modules of the project",
        "wsgen list --format json": "for another program",
    },
)
@common_options
def list_modules(common: Common) -> int:
    """List the modules below PATH: routers, routes, types, where they come from, and their state."""
    listed: list[_Described] = []
    runs = in_each_project(common, partial(_listed, listed=listed))
    result = replace(runs.result, modules=())
    if common.form == "json":
        echo_lines(format_json(result, [_values(*each) for each in listed]))
    else:
        if common.form == "text":
            for number, each in enumerate(listed):
                if number:
                    echo("")
                _show(*each, verbose=common.verbose)
        show_report(result, common.form, runs.root)
    return runs.code or int(not result.ok)


def _listed(place: Place, listed: list[_Described]) -> RunResult:
    """Add the modules in `place` to `listed`, and return the diagnostics about them."""
    loaded, diagnostics = load_modules(place.sources, place.config, look_up=False)
    run = Run(place.config, Options(write=False), Fingerprints(place.config))
    for source, item in loaded.items():
        if item.spec is not None and not item.spec.is_empty:
            listed.append((source, item.spec, run.assess(source).status))
    return place.explained(as_result(loaded, diagnostics), gate=False)


def _show(source: ModuleSource, spec: ModuleSpec, status: Status, *, verbose: bool) -> None:
    style = style_for(sys.stdout)
    title = f"{spec.name} {spec.version}" if spec.version else spec.name
    files = ", ".join(printable(display_path(file)) for file in source.files)
    echo(f"{style(title, 'bold')}  {spec.endpoint}  {_SHOWN[status]}  ({files})")
    rows = [
        (
            router.class_name,
            router.route,
            f"{_without_modules(str(router.request or '()'))} -> {_without_modules(str(router.data))}",
        )
        for router in spec.routers
    ]
    rows += [
        (
            command.class_name,
            command.command,
            f"{_without_modules(str(command.request))} -> {_without_modules(str(command.response))}",
        )
        for command in spec.commands
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    summaries = [router.summary for router in spec.routers]
    summaries += [command.summary for command in spec.commands]
    for summary, (name, route, types) in zip(summaries, rows, strict=True):
        echo(f"  {name:<{widths[0]}}  {style(f'{route:<{widths[1]}}', 'blue')}  {types}")
        if verbose and summary:
            echo(f"  {'':<{widths[0]}}  {'':<{widths[1]}}  {summary}")


def _without_modules(types: str) -> str:
    """Return a type expression without the modules of its names."""
    return re.sub(r"[\w.]+:", "", types)


def _values(source: ModuleSource, spec: ModuleSpec, status: Status) -> dict[str, object]:
    return {
        "name": spec.name,
        "version": spec.version,
        "endpoint": spec.endpoint,
        "state": status.value,
        "sources": [display_path(file) for file in source.files],
        "output": display_path(source.output),
        "routers": [
            {
                "class": router.class_name,
                "route": router.route,
                "request": str(router.request) if router.request else None,
                "data": str(router.data),
                "snapshot": str(router.snapshot) if router.snapshot else None,
                "source": router.source.value,
                "history": router.history.model_dump() if router.history else None,
                "replay": router.replay,
                "errors": dict(router.errors),
                "summary": router.summary or None,
                "tags": list(router.tags),
                "deprecated": router.deprecated,
                "delivery": router.delivery.model_dump(mode="json"),
            }
            for router in spec.routers
        ],
        "commands": [
            {
                "name": command.class_name,
                "command": command.command,
                "request": str(command.request),
                "response": str(command.response),
                "errors": command.error_codes,
                "timeout": command.timeout,
                "summary": command.summary or None,
                "tags": list(command.tags),
                "deprecated": command.deprecated,
            }
            for command in spec.commands
        ],
    }
