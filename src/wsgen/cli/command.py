"""What all commands have in common: `-C`, and a help that ends with examples and breaks no word."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any  # as click annotates what it hands through

import click
from click.shell_completion import CompletionItem

from wsgen.report.display import printable

DOCUMENTATION = "https://wsgen.github.io/wsgen/"

_STARTED_IN = "wsgen.started_in"
_UNBROKEN = "\N{NON-BREAKING HYPHEN}"
_WIDEST_EXAMPLE = 44


class _HelpFormatter(click.HelpFormatter):
    """A formatter that ends lines at spaces only, so that options stay whole; click also ends them at hyphens."""

    def write_text(self, text: str) -> None:
        super().write_text(text.replace("-", _UNBROKEN))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        unbroken = [(term, text.replace("-", _UNBROKEN)) for term, text in rows]
        super().write_dl(unbroken, col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace(_UNBROKEN, "-")


class _Context(click.Context):
    formatter_class = _HelpFormatter


class Command(click.Command):
    """A command with the option `-C`, and with `examples`: command lines, each with what it does."""

    context_class = _Context

    def __init__(
        self, *args: Any, examples: Mapping[str, str] = MappingProxyType({}), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params.append(_directory_option())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line. Raises click.UsageError if a part of it is empty."""
        if not ctx.resilient_parsing:
            _refuse_empty(ctx, args)
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the end of the help: the examples, and where the documentation is."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                formatter.write_dl(list(self.examples.items()), col_max=_WIDEST_EXAMPLE)
        formatter.write_paragraph()
        formatter.write_text(f"Documentation: {DOCUMENTATION}")


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command


def _refuse_empty(ctx: click.Context, args: Sequence[str]) -> None:
    """Raise click.UsageError if an argument is empty, which would count as the working directory.

    It usually is the value of a variable of the shell that is not set.
    """
    named = list(takewhile(lambda argument: argument != "--", args))
    for before, argument in zip(("", *named), named, strict=False):
        option = argument[:-1] if argument.startswith("--") and argument.endswith("=") else ""
        if not argument and before.startswith("-"):
            option = before
        if option:
            raise click.UsageError(f"Option '{option}' has an empty value.", ctx)
    if "" in args:
        raise click.UsageError("An argument is empty.", ctx)


def _directory_option() -> click.Option:
    return click.Option(
        ["-C", "directories"],
        multiple=True,
        # Whether it is a folder depends on those before it.
        type=click.Path(path_type=Path),
        shell_complete=lambda _ctx, _parameter, text: [CompletionItem(text, type="dir")],
        metavar="DIR",
        is_eager=True,
        expose_value=False,
        callback=_change_directory,
        help="Work as if started in this folder.",
    )


def _change_directory(
    ctx: click.Context, _parameter: click.Parameter, directories: tuple[Path, ...]
) -> None:
    """Change to each of `directories`, which may be relative to the one before, until the command has ended.

    A process that only answers what a shell may complete stays there, since its contexts end before it answers.

    Raises click.UsageError if that is not possible.
    """
    for directory in directories:
        with suppress(
            FileNotFoundError
        ):  # the working directory was removed, which does not matter
            here = Path.cwd()
            ctx.meta.setdefault(_STARTED_IN, here)
            if not ctx.resilient_parsing:
                ctx.find_root().call_on_close(_returning(here))
        try:
            os.chdir(directory)
        except OSError as error:
            message = f"cannot change to '{printable(str(directory))}': {error.strerror or error}"
            raise click.UsageError(message, ctx) from error


def started_in(ctx: click.Context) -> Path:
    """Return the folder in which the command was started, before any `-C`."""
    folder: Path | None = ctx.meta.get(_STARTED_IN)
    return folder or Path.cwd()


def _returning(directory: Path) -> Any:
    def change_back() -> None:
        with suppress(OSError):
            os.chdir(directory)

    return change_back
