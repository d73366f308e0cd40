"""Print results to stdout and diagnostics to stderr, with colour on a terminal only.

This module does not import click, which a run that finds everything current does not need.
"""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.cli.terminal import style_for, width_of
from wsgen.diagnostics import Severity
from wsgen.errors import WsgenError
from wsgen.files import repository_of
from wsgen.report.display import display_path, inert, printable
from wsgen.report.text import format_text
from wsgen.report.wrapping import columns, wrapped
from wsgen.result import FileChange, RunResult, State
from wsgen.settings.config import LANGUAGES

if TYPE_CHECKING:  # only `-v` needs them
    from wsgen.environment import Environment
    from wsgen.settings.choice import Choices

_COLOURS = {
    State.CURRENT: "green",
    State.WRITTEN: "cyan",
    State.STALE: "yellow",
    State.FAILED: "red",
    State.REMOVED: "cyan",
    State.REMOVABLE: "yellow",
    State.EMPTY: "bright_black",
    State.VALID: "green",
}
_MANY = 20
_LISTED = 84
"""How many characters of names are listed for a module where there is no terminal."""
_COLOUR = r"(\x1b\[\d+m)"
# In a diff, white space that has no effect on terminals and logs is kept, so that the diff can be applied.
_UNSAFE = "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)"


def echo(line: str, *, err: bool = False) -> None:
    """Print one line; escape everything but colours that a terminal or a reader of the log would execute.

    On a terminal it is wrapped, so that no word is broken.
    """
    if not line.isprintable() or "::" in line or "##[" in line:
        parts = re.split(_COLOUR, line)
        line = "".join(part if re.fullmatch(_COLOUR, part) else printable(part) for part in parts)
        line = inert(line)
    echo_lines(wrapped(line, width_of(sys.stderr if err else sys.stdout)), err=err)


def echo_lines(text: str, *, err: bool = False) -> None:
    """Print `text`, whose parts are printable already."""
    stream = sys.stderr if err else sys.stdout
    if not (stream.encoding or "").lower().startswith("utf"):
        text = text.encode(stream.encoding or "ascii", "backslashreplace").decode(
            stream.encoding or "ascii"
        )
    print(text, file=stream)


def show_report(result: RunResult, form: str, root: Path | None = None) -> None:
    """Print a run's diagnostics in the format `form`: text on stderr, the others on stdout.

    In text, paths are relative to the working directory, as people and their editors expect. In the other
    formats they are relative to the repository that holds the project's `root`, as services expect. In a job of
    GitHub Actions, the format `github` adds to the summary of the job as well.
    """
    if form == "text":
        style, width = style_for(sys.stderr), width_of(sys.stderr)
        if text := format_text(result.diagnostics, style=style, width=width):
            echo_lines(text, err=True)
        return
    base = _base_of(root or Path.cwd())
    if text := _machine_report(result, form, base):
        echo_lines(text)
    if form == "github":
        _summarise(result, base)


def _base_of(folder: Path) -> Path:
    """Return the repository of `folder`; the folder itself if it is in none.

    In a container without git, GitHub checks out no `.git`, and only its runner names the repository.
    """
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or folder)
    return repository_of(folder) or (workspace if folder.is_relative_to(workspace) else folder)


def _machine_report(result: RunResult, form: str, base: Path) -> str:
    """Return a run in a format for programs. Each is imported when it is used."""
    if form == "json":
        from wsgen.report.json import format_json

        return format_json(result)
    if form == "junit":
        from wsgen.report.junit import format_junit

        return format_junit(result, base)
    if form == "gitlab":
        from wsgen.report.gitlab import format_gitlab

        return format_gitlab(result.diagnostics, base)
    if form == "sarif":
        from wsgen.report.sarif import format_sarif

        return format_sarif(result.diagnostics, base)
    from wsgen.report.github import format_github

    return format_github(result.diagnostics, base)


def _summarise(result: RunResult, base: Path) -> None:
    """Add a run to the summary of its job. The log has the same diagnostics, so a failure fails nothing."""
    from wsgen.cli.job_summary import add_to_job_summary

    try:
        add_to_job_summary(result, base)
    except OSError as error:
        echo(f"warning: the job summary cannot be written: {error.strerror}", err=True)


def show_error(error: WsgenError, form: str, root: Path | None = None) -> None:
    """Print in the format `form` why a command failed."""
    if error.diagnostics:
        show_report(RunResult((), error.diagnostics), form, root)
    else:
        echo(f"error: {printable(str(error))}", err=True)


def show_environment(environment: "Environment") -> None:
    """Print the interpreter that tools and imports look at, and why, unless wsgen runs in it."""
    if not environment.is_running:
        echo(f"{printable(environment.python)}  {printable(environment.reason)}")


def show_steps(choices: "Choices") -> None:
    """Print a line for each quality step: whether it runs, and why."""
    width = max((len(choice.step) for choice in (*choices.chosen, *choices.left_out)), default=0)
    for sign, listed in (("+", choices.chosen), ("-", choices.left_out)):
        for step, reason in listed:
            echo(f"{sign} {step:<{width}}  {printable(reason)}")


def show_times(times: Sequence[tuple[str, float, int]]) -> None:
    """Print a line for each stage and quality step: its name, its seconds, and how many modules it had."""
    width = max((len(name) for name, _, _ in times), default=0)
    longest = max((len(f"{seconds:.2f}") for _, seconds, _ in times), default=0)
    for name, seconds, modules in times:
        echo(f"{name:<{width}}  {seconds:>{longest}.2f} s  {_count(modules, 'module')}")


def show_project(root: Path, result: RunResult) -> None:
    """Print the folder of a project, as the heading of its modules, if it has any."""
    if any(module.state is not State.EMPTY for module in result.modules):
        echo(style_for(sys.stdout)(printable(display_path(root)), "bold"))


def show_modules(result: RunResult, *, verbose: bool) -> None:
    """Print a line for each module: its name, state, routers and commands. Of many, current ones are left out."""
    style = style_for(sys.stdout)
    shown = [
        module
        for module in result.modules
        if module.state is not State.EMPTY
        and (verbose or len(result.modules) <= _MANY or module.changes)
    ]
    labels = {
        module.source: printable(f"{module.source.name} {module.source.version or ''}".strip())
        for module in shown
    }
    width = max(map(len, labels.values()), default=0)
    room = _LISTED if (screen := width_of(sys.stdout)) is None else screen - width - 11
    for module in shown:
        state = style(f"{module.state.value:<7}", _COLOURS[module.state])
        declared = [*module.routers.items(), *module.commands.items()]
        listed = printable(", ".join(name for name, _ in declared))
        is_long = verbose or columns(listed) > room
        if is_long:
            listed = ", ".join(_counts(len(module.routers), len(module.commands)))
        echo(f"{labels[module.source]:<{width}}  {state}  {listed}".rstrip())
        if is_long:
            longest = max((len(name) for name, _ in declared), default=0)
            for name, route in declared:
                row = f"{printable(name):<{longest}}  {style(printable(route), 'blue')}"
                echo(f"{'':<{width}}    {row}")
        if verbose:
            for change in module.changes:
                sign = "-" if change.after is None else "+" if change.before is None else "~"
                echo(f"{'':<{width}}  {sign} {printable(display_path(change.path))}")


def show_clients(result: RunResult, *, verbose: bool) -> None:
    """Print a line for each client: its language, state and folder."""
    style = style_for(sys.stdout)
    for client in result.clients:
        if client.state is State.EMPTY:
            continue
        state = style(f"{client.state.value:<7}", _COLOURS[client.state])
        name = LANGUAGES[client.language]
        echo(f"{name} client  {state}  {printable(display_path(client.output))}")
        for change in client.changes if verbose else ():
            sign = "-" if change.after is None else "+" if change.before is None else "~"
            echo(f"  {sign} {printable(display_path(change.path))}")


def show_summary(result: RunResult, seconds: float, projects: int = 1) -> None:
    """Print the last line of a run: counts and time."""
    modules = [module for module in result.modules if module.state is not State.EMPTY]
    clients = [client for client in result.clients if client.state is not State.EMPTY]
    if not modules and not clients:
        if result.modules and result.ok:
            totals = _count(len(result.modules), "module")
            echo(f"{totals}, nothing generated ({seconds:.2f} s)")
        return
    routers = sum(len(module.routers) for module in modules)
    commands = sum(len(module.commands) for module in modules)
    parts = [
        f"{count} {state.value}"
        for state in State
        if state is not State.EMPTY and (count := result.count(state))
    ]
    errors = sum(item.severity is Severity.ERROR for item in result.diagnostics)
    found = f"; {_count(errors, 'error')}" if errors else ""
    if fixable := sum(item.fix is not None for item in result.diagnostics):
        found += f", {fixable} fixable with `wsgen validate --fix`"
    style = style_for(sys.stdout)
    totals = f"{projects} projects, " if projects > 1 else ""
    counted = [_count(len(modules), "module")] if modules else []
    counted += _counts(routers, commands)
    counted += [_count(len(clients), "client")] if clients else []
    totals += ", ".join(counted)
    mark = style("✗", "red") if errors else style("✓", "green")
    if not (sys.stdout.encoding or "").lower().startswith("utf"):
        mark = "x" if errors else "ok"
    echo(f"{mark} {totals}: {', '.join(parts)}{found} ({seconds:.2f} s)")


def show_diff(changes: Iterable[FileChange], root: Path) -> None:
    """Print `changes` as one unified diff that `patch -p1` and `git apply` take in the folder `root`.

    If a file is outside of it, as a client may be, the paths are relative to the repository, and the diff is for
    its top. Below that, `git apply` takes what is in the folder where it is run.
    """
    from difflib import unified_diff
    from io import StringIO

    changes = list(changes)
    outside = any(not change.path.is_relative_to(root) for change in changes)
    root = (repository_of(root) if outside else None) or root
    style = style_for(sys.stdout)
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for change in changes:
        path = display_path(change.path, root)
        before = "/dev/null" if change.before is None else _as_in_git(f"a/{path}")
        after = "/dev/null" if change.after is None else _as_in_git(f"b/{path}")
        if outside:  # or `git apply` would guess how much of the paths to leave out
            both = " ".join(_as_in_git(f"{side}/{path}").rstrip("\t") for side in "ab")
            echo_lines(style(f"diff --git {both}", "bold"))
            if change.before is None or change.after is None:
                kind = "new" if change.before is None else "deleted"
                echo_lines(style(f"{kind} file mode 100644", "bold"))
        # Lines end at LF only; otherwise `patch` would count them differently.
        lines = unified_diff(
            list(StringIO(change.before or "", newline="\n")),
            list(StringIO(change.after or "", newline="\n")),
            before,
            after,
        )
        for line in lines:
            text = re.sub(_UNSAFE, lambda found: found[0].encode("unicode_escape").decode(), line)
            text = text.rstrip("\n")
            if "GITHUB_ACTIONS" in os.environ:
                text = inert(text)
            colour = "bold" if text.startswith(("+++ ", "--- ")) else colours.get(text[:1])
            echo_lines(style(text, colour) if colour else text)
            if not line.endswith("\n"):
                echo("\\ No newline at end of file")


def _as_in_git(path: str) -> str:
    """Return a file's name as git writes it in a diff: quoted if it has special characters, followed by a tab if
    it has spaces."""
    if path.isprintable() and '"' not in path and "\\" not in path:
        return f"{path}\t" if " " in path else path
    escaped = "".join(
        f"\\{char}" if char in '"\\' else char if char.isprintable() else _octal(char)
        for char in path
    )
    return f'"{escaped}"'


def _octal(char: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))


def _counts(routers: int, commands: int) -> list[str]:
    counted = ((routers, "router"), (commands, "command"))
    return [_count(number, noun) for number, noun in counted if number]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
