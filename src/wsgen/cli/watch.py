"""`wsgen render --watch`: render again whenever a source, a setting or a template changes."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import click

from wsgen.cli.output import echo, show_diagnostics, show_modules, show_summary
from wsgen.cli.project import project_of
from wsgen.errors import WsgenError
from wsgen.pipeline import Options, find_modules, run

_NAMES = frozenset({"ws.yaml", "pyproject.toml", "wsgen.toml"})
# Sources, models, a generic class; templates: a run in which nothing changed costs little.
_SUFFIXES = frozenset({".py", ".pyi", ".jinja", ".txt"})


def watch_sources(
    paths: Sequence[Path], names: Sequence[str], options: Options, *, verbose: bool
) -> int:
    """Render now and after each change below the project, until interrupted; then return 0.

    Raises click.UsageError if watchfiles is not installed.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        message = "--watch needs watchfiles: pip install 'wsgen[watch]'"
        raise click.UsageError(message) from error
    _render_once(paths, names, options, verbose=verbose)
    root = project_of(paths).root
    echo("Watching for changes; Ctrl-C stops.")
    for _ in watch(
        root, watch_filter=lambda _, path: _is_input(Path(path), root), raise_interrupt=False
    ):
        _render_once(paths, names, options, verbose=verbose)
    return 0


def _is_input(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts[:-1])
    generated = (path.parent / ".wsgen.json").exists()
    return not hidden and not generated and (path.name in _NAMES or path.suffix in _SUFFIXES)


def _render_once(
    paths: Sequence[Path], names: Sequence[str], options: Options, *, verbose: bool
) -> None:
    """Render; findings are printed, and watching goes on whatever they are."""
    started = perf_counter()
    try:
        config = project_of(paths)
        result = run(find_modules(paths, names, config), config, options)
    except WsgenError as error:
        show_diagnostics(error.diagnostics)
        return
    show_diagnostics(result.diagnostics)
    show_modules(result, verbose=verbose)
    show_summary(result, perf_counter() - started)
