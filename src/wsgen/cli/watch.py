"""`wsgen render --watch`: render again whenever a source, a setting or a template changes."""

import sys
from pathlib import Path
from time import perf_counter

import click

from wsgen.cli.options import Common
from wsgen.cli.output import echo, show_error
from wsgen.cli.project import project_of
from wsgen.cli.render import conclude
from wsgen.errors import WsgenError
from wsgen.pipeline import Options, find_modules, run

_NAMES = frozenset({"ws.yaml", "pyproject.toml", "wsgen.toml"})
# Sources, models, a generic class; templates: a run in which nothing changed costs little.
_SUFFIXES = frozenset({".py", ".pyi", ".jinja", ".txt"})


def watch_sources(common: Common, options: Options) -> int:
    """Render now and after each change below the project, until interrupted; then return 0.

    Each run is reported by itself, in the format asked for.

    Raises click.UsageError if watchfiles is not installed.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        message = "--watch needs watchfiles: pip install 'wsgen[watch]'"
        raise click.UsageError(message) from error
    _render_once(common, options)
    root = project_of(common.paths).root
    if not common.quiet:
        echo("Watching for changes; Ctrl-C stops.", err=common.form != "text")
    for _ in watch(
        root, watch_filter=lambda _, path: _is_input(Path(path), root), raise_interrupt=False
    ):
        _render_once(common, options)
    return 0


def _is_input(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts[:-1])
    generated = (path.parent / ".wsgen.json").exists()
    return not hidden and not generated and (path.name in _NAMES or path.suffix in _SUFFIXES)


def _render_once(common: Common, options: Options) -> None:
    """Render; findings are printed, and watching goes on whatever they are."""
    started = perf_counter()
    try:
        config = project_of(common.paths)
        result = run(find_modules(common.paths, common.modules, config), config, options)
    except WsgenError as error:
        show_error(error, common.form)
    else:
        conclude(result, common, config, started)
    sys.stdout.flush()
