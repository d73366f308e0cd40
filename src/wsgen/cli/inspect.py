"""`wsgen validate` and `wsgen list`: read the sources, run nothing, write nothing."""

import re
import sys
from dataclasses import replace
from time import perf_counter

import click

from wsgen.cli.chosen_project import project_of
from wsgen.cli.command import Command
from wsgen.cli.console import echo, echo_lines, show_report, show_summary, style_for
from wsgen.cli.options import Common, common_options
from wsgen.freshness.assess import Status
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.model import ModuleSpec
from wsgen.pipeline.context import Options, Run
from wsgen.pipeline.nothing_found import with_reason_for_nothing
from wsgen.pipeline.sources import find_modules, load_modules
from wsgen.report.display import display_path, printable
from wsgen.report.json import format_json
from wsgen.result import ModuleResult, RunResult, State
from wsgen.source import ModuleSource

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
    },
)
@common_options
def validate(common: Common) -> int:
    """Check the sources below PATH and nothing else: no rendering, no tools."""
    started = perf_counter()
    config = project_of(common.paths)
    sources = find_modules(common.paths, common.modules, config)
    loaded, diagnostics = load_modules(sources, config)
    results = []
    for source, item in loaded.items():
        routers = item.spec.routes if item.spec else {}
        valid = State.VALID if routers else State.EMPTY
        state = State.FAILED if item.spec is None else valid
        results.append(ModuleResult(source, state, routers))
    result = RunResult(tuple(results), diagnostics)
    result = with_reason_for_nothing(result, common.paths, config, gate=True)
    show_report(result, common.form, config.root)
    if common.form == "text" and not common.quiet:
        show_summary(result, perf_counter() - started)
    return 0 if result.ok else 1


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
    config = project_of(common.paths)
    sources = find_modules(common.paths, common.modules, config)
    loaded, diagnostics = load_modules(sources, config, look_up=False)
    run = Run(config, Options(write=False), Fingerprints(config))
    specs = {
        source: item.spec for source, item in loaded.items() if item.spec and item.spec.routers
    }
    result = RunResult((), diagnostics)
    if not specs:
        empty = tuple(ModuleResult(source, State.EMPTY) for source in sources)
        result = replace(result, modules=empty)
        result = with_reason_for_nothing(result, common.paths, config, gate=False)
    if common.form == "json":
        modules = [
            _values(source, spec, run.assess(source).status) for source, spec in specs.items()
        ]
        echo_lines(format_json(result, modules))
    else:
        if common.form == "text":
            for number, (source, spec) in enumerate(specs.items()):
                if number:
                    echo("")
                _show(source, spec, run.assess(source).status, verbose=common.verbose)
        show_report(result, common.form, config.root)
    return 0 if result.ok else 1


def _show(source: ModuleSource, spec: ModuleSpec, status: Status, *, verbose: bool) -> None:
    style = style_for(sys.stdout)
    title = f"{spec.name} {spec.version}" if spec.version else spec.name
    files = ", ".join(printable(display_path(file)) for file in source.files)
    echo(f"{style(title, 'bold')}  {spec.endpoint}  {_SHOWN[status]}  ({files})")
    rows = [
        (
            router.class_name,
            router.route,
            f"{_without_modules(str(router.request))} -> {_without_modules(str(router.data))}",
        )
        for router in spec.routers
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for router, (name, route, types) in zip(spec.routers, rows, strict=True):
        echo(f"  {name:<{widths[0]}}  {style(f'{route:<{widths[1]}}', 'blue')}  {types}")
        if verbose and router.summary:
            echo(f"  {'':<{widths[0]}}  {'':<{widths[1]}}  {router.summary}")


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
                "request": str(router.request),
                "data": str(router.data),
                "summary": router.summary or None,
                "tags": list(router.tags),
                "deprecated": router.deprecated,
                "delivery": router.delivery.model_dump(mode="json"),
            }
            for router in spec.routers
        ],
    }
