"""`wsgen clean`: remove what wsgen generated, and only that."""

from pathlib import Path
from time import perf_counter

import click

from wsgen.cleaning import clean as clean_modules
from wsgen.cli.options import common_options
from wsgen.cli.output import show_findings, show_modules, show_summary
from wsgen.cli.project import project_of
from wsgen.cli.render import exit_code
from wsgen.pipeline import find_modules


@click.command()
@common_options
@click.option("--force", is_flag=True, help="Remove generated files that were edited by hand too.")
def clean(
    paths: tuple[Path, ...],
    modules: tuple[str, ...],
    form: str,
    quiet: bool,
    verbose: bool,
    force: bool,
) -> int:
    """Remove the generated packages of the modules below PATH; files of others stay."""
    started = perf_counter()
    config = project_of(paths)
    result = clean_modules(find_modules(paths, modules, config), config, force=force)
    show_findings(result, form)
    if form == "text" and not quiet:
        show_modules(result, verbose=verbose)
        show_summary(result, perf_counter() - started)
    return exit_code(result)
