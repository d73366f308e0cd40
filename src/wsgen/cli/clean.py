"""`wsgen clean`: remove what wsgen generated, and only that."""

from time import perf_counter

import click

from wsgen.cli.chosen_project import project_of
from wsgen.cli.options import Common, common_options
from wsgen.cli.render import conclude
from wsgen.pipeline.cleaning import clean as clean_modules
from wsgen.pipeline.run import find_modules


@click.command()
@common_options
@click.option("--force", is_flag=True, help="Remove generated files that were edited by hand too.")
def clean(common: Common, force: bool) -> int:
    """Remove the generated packages of the modules below PATH; files of others stay."""
    started = perf_counter()
    config = project_of(common.paths)
    modules = find_modules(common.paths, common.modules, config)
    return conclude(clean_modules(modules, config, force=force), common, config, started)
