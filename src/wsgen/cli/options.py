"""Options that several commands share, and what they resolve to."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from wsgen.config import Config, find_root, load_config
from wsgen.diagnostics import Diagnostic
from wsgen.errors import ConfigError

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


def project_of(paths: Sequence[Path]) -> Config:
    """Return the settings of the project that `paths`, or else the working directory, belong to.

    A path outside of the working directory's project must lie in one that can be told by a pyproject.toml,
    a wsgen.toml or a repository: `wsgen render /` must not take the whole disk for a project.

    Raises ConfigError.
    """
    here = find_root(Path.cwd())
    first = paths[0].resolve() if paths else here
    if first.is_relative_to(here) or not first.exists():
        start = first if first.exists() else here
    elif any(
        (find_root(first) / name).exists() for name in ("pyproject.toml", "wsgen.toml", ".git")
    ):
        start = first
    else:
        message = f"{paths[0]} is outside of this project and in no other"
        advice = "Run wsgen in the project, or put an empty wsgen.toml at its top."
        raise ConfigError(message, [Diagnostic("WSG903", message, help=advice)])
    return load_config(find_root(start))
