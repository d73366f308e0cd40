"""`wsgen doctor`: print what wsgen finds, where it comes from, what would run and what would fail."""

import sys
from collections.abc import Iterable, Sequence
from functools import partial

import click

from wsgen.cli.command import Command
from wsgen.cli.console import echo, echo_lines, show_report
from wsgen.cli.each_project import in_each_project
from wsgen.cli.findings import Values, examined, of_wsgen
from wsgen.cli.options import Common, common_options
from wsgen.cli.terminal import style_for
from wsgen.errors import WsgenError
from wsgen.freshness.assess import Status
from wsgen.report.display import printable
from wsgen.report.json import format_json
from wsgen.result import RunResult
from wsgen.settings.config import LANGUAGES

_STATES = {
    Status.CURRENT.value: "current",
    Status.UNVERIFIED.value: "current, quality unknown here",
    Status.STALE.value: "stale",
    Status.MISSING.value: "not rendered",
}
_NEXT = {
    "nothing": "nothing would run",
    "check": "would be compared, with {steps}",
    "render": "would be rendered, with {steps}",
    "fail": "would fail",
}
_NEXT_OF_CLIENT = {
    "nothing": "nothing would run",
    "render": "would be rendered",
    "remove": "would be removed",
    "fail": "would fail",
}
_USAGE = frozenset({"WSG401", "WSG402"})
"""What is wrong with the command line, and not with the project."""


@click.command(
    cls=Command,
    examples={
        "wsgen doctor": "the project of this folder",
        "wsgen doctor --format json": "for a bug report, or another program",
    },
)
@common_options
def doctor(common: Common) -> int:
    """Say which environment, tools, settings and modules wsgen finds, what would run, and what would fail."""
    projects: list[Values] = []
    try:
        whole = not (common.paths or common.modules)
        runs = in_each_project(common, partial(examined, projects=projects, whole=whole))
        result, failed = runs.result, runs.code > 0
    except WsgenError as error:
        if not error.diagnostics or not _USAGE.isdisjoint(item.code for item in error.diagnostics):
            raise
        result, failed = RunResult((), error.diagnostics), True
    modules = [module for project in projects for module in project.pop("modules")]
    clients = [client for project in projects for client in project.pop("clients")]
    ours = of_wsgen()
    if common.form == "json":
        further: Values = {"wsgen": ours, "projects": projects}
        further |= {"clients": clients} if clients else {}
        echo_lines(format_json(result, modules, further))
        return int(failed or not result.ok)
    if common.form == "text" and not common.quiet:
        _show("wsgen", [(ours["version"], f"in {ours['prefix']}", f"Python {ours['python']}")])
        for project in projects:
            inside = [each for each in modules if each["project"] == project["root"]]
            _show_project(project, inside, verbose=common.verbose)
            beside = (each for each in clients if each["project"] == project["root"])
            _show("clients", map(_client_row, beside))
    show_report(result, common.form, None)
    if common.form == "text" and not common.quiet:
        echo(_conclusion(modules, clients, failed=failed or not result.ok))
    return int(failed or not result.ok)


def _conclusion(modules: Sequence[Values], clients: Sequence[Values], *, failed: bool) -> str:
    if failed:
        return "Something would fail. The errors say what to do."
    stale = [module["name"] for module in modules if module["state"] != Status.CURRENT.value]
    made = [client["output"] for client in clients if client["next"] == "render"]
    removed = [client["output"] for client in clients if client["next"] == "remove"]
    would = [f"render or check {', '.join([*stale, *made])}"] if stale or made else []
    would += [f"remove {', '.join(removed)}"] if removed else []
    if not would:
        return "All is well, and everything is current."
    return f"All is well. `wsgen render` would {' and '.join(would)}."


def _show_project(project: Values, modules: Sequence[Values], *, verbose: bool) -> None:
    environment, cache = project["environment"], project["cache"]
    version = f"Python {environment['version'] or 'of an unknown version'}"
    packages = [f"{name} {found or '-'}" for name, found in environment["packages"].items()]
    _show("project", [(project["root"], project["settings"] or "has no settings of wsgen")])
    _show("environment", [(environment["python"], version, environment["reason"])])
    _show("", [tuple(packages)])
    _show("steps", [_step_row(row, modules) for row in project["steps"]])
    _show("cache", [(cache["path"], cache["state"], f"{cache['bytes'] / 1e6:.1f} MB")])
    _show("modules", map(_module_row, modules))
    read = [", ".join(f"{s}: {f or '-'}" for s, f in each["settings"].items()) for each in modules]
    if verbose or len(set(read)) > 1:
        _show("settings", [(m["name"], text) for m, text in zip(modules, read, strict=True)])


def _step_row(row: Values, modules: Sequence[Values]) -> tuple[str, ...]:
    """Return a line for a step: its tool, the settings files of this tool, and why it is chosen or left out."""
    if not row["chosen"]:
        return f"- {row['step']}", "", "", "", row["reason"]
    tool = row["tool"]
    version, where = (tool["version"] or "", f"from {tool['from']}") if tool else ("missing", "")
    if tool and not tool["works"]:
        version = f"{version} does not run".strip()
    files = {m["settings"][row["step"]] for m in modules if row["step"] in m["settings"]}
    read = ", ".join(sorted(file or "no settings" for file in files))
    settings = f"reads {read}" if read else ""
    return f"+ {row['step']}", version, where, settings, row["reason"]


def _module_row(module: Values) -> tuple[str, ...]:
    name = f"{module['name']} {module['version'] or ''}".rstrip()
    would = _NEXT[module["next"]].format(steps=", ".join(module["steps"]) or "no steps")
    return name, _STATES[module["state"]], would, module["reason"] or ""


def _client_row(client: Values) -> tuple[str, ...]:
    """Return a line for a client: its language, its folder, its state and what would become of it."""
    state = _STATES.get(client["state"]) or str(client["state"])
    would = _NEXT_OF_CLIENT[client["next"]]
    return LANGUAGES[client["language"]], client["output"], state, would, client["reason"] or ""


def _show(title: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows in columns, the first after a title."""
    style = style_for(sys.stdout)
    rows = [tuple(map(printable, row)) for row in rows]
    if not rows:
        return
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(max(map(len, rows)))]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        echo(f"{style(f'{title:<13}', 'bold')}{'  '.join(cells)}".rstrip())
        title = ""
