"""The page of all commands, made from their definitions in click."""

from collections.abc import Iterator, Mapping

import click

from wsgen.cli.main import wsgen

HEAD = """\
# Commands

Exit codes: 0, done or nothing to do; 1, diagnostics or drift; 2, wrong usage or settings, a missing tool, or
a file that cannot be read or written. Reports for people go to stderr, those for programs (`--format`) to stdout.
"""


def commands_page() -> str:
    """Return the page as Markdown: a section for each command and subcommand, with a table of its options."""
    context = click.Context(wsgen, info_name="wsgen", **wsgen.context_settings)
    return "\n".join([HEAD, *_sections(wsgen, context, 2)])


def _sections(command: click.Command, ctx: click.Context, level: int) -> Iterator[str]:
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    yield f"{'#' * level} {ctx.command_path}\n\n{command.help}\n\n```text\n{usage}\n```\n"
    yield from _options(command, ctx)
    examples: Mapping[str, str] = getattr(command, "examples", {})
    if examples:
        rows = [f"| `{example}` | {meaning} |" for example, meaning in examples.items()]
        yield "\n".join(["| example | what it does |", "|---|---|", *rows, ""])
    if command.epilog:
        yield f"{command.epilog.replace(chr(8), '')}\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            below = command.get_command(ctx, name)
            if below is not None and not below.hidden:
                yield from _sections(below, click.Context(below, ctx, name), level + 1)


def _options(command: click.Command, ctx: click.Context) -> Iterator[str]:
    records = [parameter.get_help_record(ctx) for parameter in command.get_params(ctx)]
    rows = [
        f"| `{names}` | {_cell(meaning)} |" for names, meaning in filter(None, records) if meaning
    ]
    if rows:
        yield "\n".join(["| option | meaning |", "|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[", "\\[")
