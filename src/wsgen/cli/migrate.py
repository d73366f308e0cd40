"""`wsgen migrate`: write a ws.yaml for modules that declare their routers in a ws.py."""

from pathlib import Path

import click

from wsgen.cli.options import module_option, paths_argument
from wsgen.cli.output import echo, show_diagnostics, show_diff
from wsgen.cli.project import project_of
from wsgen.diagnostics import has_errors, in_order
from wsgen.report.places import display_path


@click.command()
@paths_argument
@module_option
@click.option("--diff", "diff_only", is_flag=True, help="Write nothing; show what would change.")
@click.option(
    "--remove-aliases",
    is_flag=True,
    help="Let ws.py import the generated classes instead of declaring them.",
)
def migrate(
    paths: tuple[Path, ...], modules: tuple[str, ...], diff_only: bool, remove_aliases: bool
) -> int:
    """Declare the routers of each ws.py below PATH in a ws.yaml beside it.

    The routers are rendered from both; if they differ, nothing of the module is written. Comments beside
    the aliases become descriptions.
    """
    from wsgen.migrate import migrate_module, write_migration
    from wsgen.pipeline import find_modules

    config = project_of(paths)
    migrations = [
        migrate_module(source, config, remove_aliases=remove_aliases)
        for source in find_modules(paths, modules, config)
    ]
    diagnostics = in_order(found for item in migrations for found in item.diagnostics)
    show_diagnostics(diagnostics)
    if diff_only:
        show_diff(change for item in migrations for change in item.changes)
    else:
        written = False
        for item in migrations:
            write_migration(item)
            for change in item.changes:
                written = True
                echo(f"{item.source.name}  {display_path(change.path)}: {', '.join(item.routers)}")
        if written:
            echo(
                "The same routers, proven by rendering both. Run `wsgen render` to bring them up to date."
            )
        elif not diagnostics:
            echo("Nothing to migrate: no ws.py declares routers that no ws.yaml has.")
    return 1 if has_errors(diagnostics) else 0
