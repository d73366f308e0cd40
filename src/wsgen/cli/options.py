"""Options that several commands share, and what they resolve to."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar(
    "_Command", bound=Callable[..., Any]
)  # click decorates functions of any signature

FORMATS = ("text", "json", "github", "sarif")

paths_argument = click.argument(
    "paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path)
)
module_option = click.option(
    "--module",
    "-m",
    "modules",
    multiple=True,
    metavar="NAME",
    help="Only this module; may be repeated.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to report.",
)
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
verbose_option = click.option("--verbose", "-v", is_flag=True, help="Print every router and file.")
jobs_option = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 2,
    metavar="N",
    help="How many tools run at once.  [default: the number of cores]",
)


def common_options(command: _Command) -> _Command:
    """Add the options of every command that works on modules."""
    for option in (verbose_option, quiet_option, format_option, module_option, paths_argument):
        command = option(command)
    return command
