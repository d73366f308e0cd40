"""The option `--fix`: correct sources before a command looks at them."""

import click

from wsgen.cli.console import echo
from wsgen.cli.each_project import Place
from wsgen.cli.options import Common
from wsgen.pipeline.sources import find_modules
from wsgen.report.display import display_path, printable

fix_option = click.option(
    "--fix",
    is_flag=True,
    help="First correct in ws.yaml what leaves no doubt, such as a mistyped key.",
)


def fixed(place: Place, common: Common) -> tuple[Place, int]:
    """Correct the sources in `place` and say so; return the place as it is then, and the number of corrections.

    Raises FilesError if a file cannot be written.
    """
    # A run that finds everything current does not need it.
    from wsgen.pipeline.fixing import fix_sources

    number = 0
    for path, diagnostics in fix_sources(place.sources, place.config):
        number += len(diagnostics)
        if common.quiet:
            continue
        err = common.form != "text"
        problems = "1 problem" if len(diagnostics) == 1 else f"{len(diagnostics)} problems"
        echo(f"fixed {problems} in {printable(display_path(path))}", err=err)
        for item in diagnostics if common.verbose else ():
            line = item.span.line if item.span else 1
            echo(f"  line {line}: {printable(item.message)}", err=err)
    if not number:
        return place, 0
    # A module that has another name now is still the one in this folder.
    folders = {source.directory for source in place.sources}
    found = find_modules(place.paths, (), place.config)
    sources = tuple(source for source in found if source.directory in folders)
    return place._replace(sources=sources), number
