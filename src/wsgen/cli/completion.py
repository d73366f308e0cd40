"""What a shell may complete an argument to. A project that cannot be read offers nothing and prints nothing."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from wsgen.errors import WsgenError
from wsgen.source import ModuleSource

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
    from wsgen.cli.chosen_project import checked_project, project_of
    from wsgen.discovery.nested import projects_below
    from wsgen.pipeline.sources import find_modules

    # With an option that still waits for its value, click has not told the paths from other arguments.
    paths = [Path(path) for path in ctx.params.get("paths") or ctx.args]
    with suppress(WsgenError, OSError):
        config = project_of(paths)
        yield from _offered(find_modules(paths, (), config))
        for root in projects_below(config.root) if ctx.params.get("all_projects") else ():
            with suppress(WsgenError):
                yield from _offered(find_modules((), (), checked_project(root)))


def _offered(sources: Iterable[ModuleSource]) -> list[str]:
    """Return the names of `sources` but those that the protocol between a shell and click would cut."""
    names = (source.name for source in sources)
    return [name for name in names if name.isprintable() and "," not in name]
