"""Options that several commands share, and what they resolve to."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from wsgen.cli.completion import complete_modules

_Command = TypeVar(
    "_Command", bound=Callable[..., Any]
)  # click decorates functions of any signature

_FORM = "wsgen.form"
FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")

paths_argument = click.argument(
    "paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path)
)
module_option = click.option(
    "--module",
    "-m",
    "modules",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_modules,
    help="Only this module; may be repeated.",
)


def chosen_format(ctx: click.Context) -> str:
    """Return the chosen format of reports, as far as the command line has been read."""
    form: str = ctx.meta.get(_FORM, "text")
    return form


def _remember_format(ctx: click.Context, _parameter: click.Parameter, form: str) -> str:
    ctx.meta[_FORM] = form
    return form


def report_option(name: str) -> Callable[[_Command], _Command]:
    """Return the option `name` for the format of reports, in which errors are reported too."""
    return click.option(
        name,
        "form",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        is_eager=True,
        callback=_remember_format,
        help="How to report.",
    )


format_option = report_option("--format")
all_projects_option = click.option(
    "--all-projects", is_flag=True, help="Also the projects inside with settings of their own."
)
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Print diagnostics only.")
verbose_option = click.option(
    "--verbose",
    "-v",
    is_flag=True,
    help="Print every router and file, and how long each step took.",
)
jobs_option = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 2,
    metavar="N",
    help="How many tools run at once.  [default: the number of cores]",
)


@dataclass(frozen=True, slots=True)
class Common:
    """The options of every command that works on modules: which modules, and how to report."""

    paths: tuple[Path, ...] = ()
    modules: tuple[str, ...] = ()
    form: str = "text"
    quiet: bool = False
    verbose: bool = False
    all_projects: bool = False


def common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of every command that works on modules; `command` gets them as one value, first."""

    @wraps(command)
    def gathered(
        paths: tuple[Path, ...],
        modules: tuple[str, ...],
        form: str,
        quiet: bool,
        verbose: bool,
        all_projects: bool,
        **others: Any,
    ) -> int:
        return command(Common(paths, modules, form, quiet, verbose, all_projects), **others)

    wrapped: Callable[..., int] = gathered
    options = (verbose_option, quiet_option, format_option, all_projects_option, module_option)
    for option in (*options, paths_argument):
        wrapped = option(wrapped)
    return wrapped
