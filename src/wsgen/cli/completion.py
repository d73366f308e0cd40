"""What a shell may complete an argument to. A project that cannot be read offers nothing and prints nothing."""

from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from wsgen.errors import WsgenError

_MOST = 1000


def complete_modules(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the modules of the project whose names begin so and that the command line does not name yet."""
    given = set(ctx.params.get("modules") or ())
    names = sorted({name for name in _modules(ctx) if name.startswith(incomplete)} - given)
    return [CompletionItem(name) for name in names[:_MOST]]


def complete_codes(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the codes of diagnostics that begin so, with their titles."""
    from wsgen.codes import CODES

    wanted = incomplete.upper()
    return [
        CompletionItem(name, help=entry.title)
        for name, entry in CODES.items()
        if name.startswith(wanted)
    ]


def _modules(ctx: click.Context) -> Iterator[str]:
    from wsgen.cli.chosen_project import project_of
    from wsgen.pipeline.sources import find_modules

    # With an option that still waits for its value, click has not told the paths from other arguments.
    paths = [Path(path) for path in ctx.params.get("paths") or ctx.args]
    try:
        sources = find_modules(paths, (), project_of(paths))
    except (WsgenError, OSError):
        return
    # The protocol between a shell and click ends a name at a comma or a line end.
    yield from (
        source.name for source in sources if source.name.isprintable() and "," not in source.name
    )
