"""`wsgen migrate`: write a ws.yaml for modules that declare their routers in a ws.py."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wsgen.cli.chosen_project import project_of
from wsgen.cli.command import Command
from wsgen.cli.console import echo, show_diff, show_report
from wsgen.cli.options import format_option, module_option, paths_argument, quiet_option
from wsgen.diagnostics import Diagnostic, has_errors, in_order
from wsgen.errors import FilesError
from wsgen.report.display import display_path, printable
from wsgen.result import RunResult
from wsgen.source import PYTHON_NAME

if TYPE_CHECKING:  # loaded when the command runs
    from wsgen.migrate import Migration


@click.command(
    cls=Command,
    examples={
        "wsgen migrate --diff": "what would be written",
        "wsgen migrate": "a ws.yaml beside each ws.py",
        "wsgen migrate --remove-aliases": "and no aliases in ws.py",
    },
    epilog="A module may keep both files: they must say the same. With --remove-aliases, ws.py keeps its other"
    " code, and imports from the generated package the classes that no function of it imports by itself.",
)
@paths_argument
@module_option
@click.option("--diff", "diff_only", is_flag=True, help="Write nothing; show what would change.")
@click.option("--remove-aliases", is_flag=True, help="Take the aliases out of ws.py as well.")
@format_option
@quiet_option
def migrate(
    paths: tuple[Path, ...],
    modules: tuple[str, ...],
    diff_only: bool,
    remove_aliases: bool,
    form: str,
    quiet: bool,
) -> int:
    """Declare the routers of each ws.py below PATH in a ws.yaml beside it.

    Routes and tags come from the instantiations in the file, descriptions from the comments beside the
    aliases. The routers are rendered from both files; if they differ, nothing of the module is written.
    """
    from wsgen.commit.project_lock import project_lock
    from wsgen.migrate import find_importers, migrate_module, write_migration
    from wsgen.pipeline.sources import find_modules

    config = project_of(paths)
    sources = find_modules(paths, modules, config)

    def planned() -> list[Migration]:
        stems = {"ws", *(source.version for source in sources if source.version)}
        importers = find_importers(config, stems) if remove_aliases else None
        return [migrate_module(source, config, importers=importers) for source in sources]

    talks = form == "text" and not quiet
    if diff_only:
        migrations = planned()
        diagnostics = in_order(found for item in migrations for found in item.diagnostics)
        if form == "text":
            show_diff((change for item in migrations for change in item.changes), config.root)
            _mention_endpoints([] if quiet else migrations, err=True)
        show_report(RunResult((), diagnostics), form, config.root)
        return 1 if has_errors(diagnostics) else 0
    failed: list[Diagnostic] = []
    with project_lock(config):
        migrations = planned()
        for item in migrations:
            try:
                write_migration(item, config)
            except FilesError as error:
                failed += error.diagnostics
                continue
            for change in item.changes if talks else ():
                what = "wrote" if change.before is None else "changed"
                echo(f"{what:<7}  {display_path(change.path)}  {', '.join(item.routers)}")
    diagnostics = in_order(found for item in migrations for found in item.diagnostics)
    show_report(RunResult((), in_order([*diagnostics, *failed])), form, config.root)
    if talks and not failed:
        _mention_endpoints(migrations)
    if talks and any(item.changes for item in migrations) and not failed:
        echo("Both files were rendered and compared: the routers are the same.")
        echo("Next: `wsgen render`, then commit the result.")
    elif talks and not diagnostics and not failed:
        echo("Nothing to migrate: no ws.py declares routers that no ws.yaml has.")
    return 2 if failed else 1 if has_errors(diagnostics) else 0


def _mention_endpoints(migrations: Iterable[Migration], *, err: bool = False) -> None:
    """Say where documents will say that modules are mounted whose ws.py does not tell."""
    for item in migrations:
        if item.assumed_endpoint is not None:
            file = printable(display_path(item.source.yaml_file))
            echo(
                f"{file} names no endpoint, since {PYTHON_NAME} does not: documents say"
                f" `{printable(item.assumed_endpoint)}`. Set `endpoint:` if the app uses another path.",
                err=err,
            )
