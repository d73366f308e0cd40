"""The command group, and the one place where exceptions become messages and exit codes.

Exit codes: 0 done or nothing to do, 1 diagnostics, 2 usage, configuration, missing tool, I/O or a defect.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import StringIO
from typing import Any  # as click annotates what it hands through

import click
from click.shell_completion import CompletionItem

from wsgen._version import __version__
from wsgen.cli.chosen_project import project_root
from wsgen.cli.command import Group
from wsgen.cli.options import chosen_format
from wsgen.cli.unchanged import Begun
from wsgen.errors import GenerationError, WsgenError
from wsgen.names import nearest

_COMMANDS = {
    "render": (
        "wsgen.cli.render",
        "render",
        "Write routers, exports and AsyncAPI stubs (or: generate).",
    ),
    "check": ("wsgen.cli.render", "check", "Fail if render would change anything; write nothing."),
    "diff": ("wsgen.cli.render", "diff", "Show what render would change."),
    "validate": ("wsgen.cli.inspect", "validate", "Check the sources only; fast."),
    "list": ("wsgen.cli.inspect", "list_modules", "List modules, routers, routes and types."),
    "clean": ("wsgen.cli.render", "clean", "Remove what wsgen generated, and only that."),
    "migrate": ("wsgen.cli.migrate", "migrate", "Turn ws.py into ws.yaml, the same routers."),
    "init": ("wsgen.cli.init", "init", "Start a module in your project, or in an empty folder."),
    "asyncapi": (
        "wsgen.cli.asyncapi_commands",
        "asyncapi",
        "Export, validate and show AsyncAPI documents.",
    ),
    "client": ("wsgen.cli.client_commands", "client", "Make a typed client: TypeScript."),
    "schema": ("wsgen.cli.reference", "schema", "Print the JSON Schema of ws.yaml."),
    "doctor": ("wsgen.cli.doctor", "doctor", "Say what wsgen finds, and what would fail."),
    "explain": ("wsgen.cli.reference", "explain", "Say what a diagnostic means and what to do."),
}
_ALIASES = {"generate": "render"}


class _ReaderGoneError(Exception):
    """The reader of the output, such as `head`, has closed it; click would handle a BrokenPipeError itself."""


@contextmanager
def _past_click() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _ReaderGoneError from error


class _Commands(Group):
    """A group that imports a command when it is used, so that `render` does not wait for `asyncapi`."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        with _past_click():  # --help prints
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _past_click():
            try:
                return super().invoke(ctx)
            except WsgenError as error:
                from wsgen.cli.console import show_error

                show_error(error, chosen_format(ctx), project_root())
                return 1 if isinstance(error, GenerationError) else 2

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = _COMMANDS.get(_ALIASES.get(cmd_name, cmd_name))
        if entry is None:
            return None
        module, name, _ = entry
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        unknown = (
            bool(args) and args[0] not in {**_COMMANDS, **_ALIASES} and not ctx.resilient_parsing
        )
        if unknown and (close := nearest(args[0], _COMMANDS)):
            raise click.UsageError(f"No such command '{args[0]}'. Did you mean '{close}'?", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin so, without importing them."""
        found = [
            CompletionItem(name, help=entry[2])
            for name, entry in _COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry[2]) for name, entry in _COMMANDS.items()])


@click.group(
    cls=_Commands,
    examples={
        "wsgen init market": "a first module, and the settings",
        "wsgen render": "write the routers of all modules",
        "wsgen check": "fail if anything is not current",
        "wsgen explain WSG408": "say what a diagnostic means",
    },
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    epilog="Without PATH, commands work on `paths` of [tool.wsgen], else on the project.",
)
@click.version_option(__version__, "-V", "--version", message="wsgen %(version)s")
def wsgen() -> None:
    """Declare WebSocket routes once; get typed routers, exports and AsyncAPI documents."""


def run(arguments: Sequence[str], begun: Begun | None = None) -> int:
    """Run the command line with `arguments` and return the exit code; never raise for a user's mistake.

    `begun` is the part of `render` or `check` with these arguments that has been done already.

    Raises OSError if the system refuses an operation that no command expects, such as writing the output, and
    whatever a defect of wsgen raises: the guard around the process, `ended_well`, reports both.
    """
    try:
        result = wsgen.main(list(arguments), prog_name="wsgen", standalone_mode=False, obj=begun)
    except click.ClickException as error:
        _show(error)
        return 2
    except click.Abort:
        click.echo(
            "Stopped. Files already written are complete; run it again for the rest.",
            err=True,
        )
        return 130
    except _ReaderGoneError as error:
        raise BrokenPipeError from error
    return result if isinstance(result, int) else 0


def _show(error: click.ClickException) -> None:
    """Print why a command line is wrong, as click words it."""
    from wsgen.cli.console import echo

    text = StringIO()
    error.show(text)
    for line in text.getvalue().splitlines():
        echo(line, err=True)
