"""`wsgen render --watch`: render again whenever a source, a setting or a template changes."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from wsgen.cli.chosen_project import project_of
from wsgen.cli.console import echo, show_error
from wsgen.cli.ending import describe
from wsgen.cli.options import Common
from wsgen.errors import FilesError, WsgenError
from wsgen.manifest import MANIFEST
from wsgen.source import YAML_NAMES

_NAMES = frozenset({*YAML_NAMES, "pyproject.toml", "wsgen.toml"})
# Sources, models, a generic class and templates; not a file that the output of the command is redirected to.
_SUFFIXES = frozenset({".py", ".pyi", ".jinja"})


def watch_sources(common: Common, render: Callable[[Common], int]) -> int:
    """Call `render` now and after each change below the project, until interrupted; then return 0.

    Each run is reported separately, in the chosen format.

    Raises click.UsageError if watchfiles is not installed.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        message = "--watch needs watchfiles: pip install 'wsgen[watch]'"
        raise click.UsageError(message) from error
    _render_once(common, render)
    config = project_of(common.paths)
    matters = partial(_matters, root=config.root, templates=config.templates)
    if not common.quiet:
        echo("Watching for changes; Ctrl-C stops.", err=common.form != "text")
    # Another run soon after finds changes that were made between that run and the start of watching.
    caught_up = False
    for changes in watch(
        config.root,
        watch_filter=lambda _, path: matters(Path(path)),
        raise_interrupt=False,
        yield_on_timeout=True,
    ):
        if changes or not caught_up:
            _render_once(common if changes else replace(common, quiet=True), render)
        caught_up = True
    return 0


def _matters(path: Path, root: Path, templates: Path | None = None) -> bool:
    """Return whether a change of `path` may change what is rendered.

    The system reports a moved folder by its own name only. A path that no longer exists may have been a folder,
    unless its name shows that it was a file; an unnecessary run costs little.
    """
    if _is_own_output(path):
        return False
    if _is_input(path, root, templates):
        return True
    if not _may_hold_inputs(path.parent, root) or not _may_hold_inputs(path, root):
        return False
    return path.is_dir() or (not path.suffix and not os.path.lexists(path))


def _is_input(path: Path, root: Path, templates: Path | None = None) -> bool:
    if not _may_hold_inputs(path.parent, root):
        return False
    below = templates is not None and path.is_relative_to(templates)
    return below or path.name in _NAMES or path.suffix in _SUFFIXES


def _is_own_output(path: Path) -> bool:
    """Return whether `path` is the file that this command prints to, as with `> wsgen.txt`."""
    try:
        there = path.stat()
        return any(os.path.samestat(there, os.fstat(number)) for number in (1, 2))
    except OSError:
        return False


def _may_hold_inputs(folder: Path, root: Path) -> bool:
    """Return whether `folder` is neither hidden nor in a generated package."""
    hidden = any(part.startswith(".") for part in folder.relative_to(root).parts)
    around = (place for place in (folder, *folder.parents) if place.is_relative_to(root))
    return not hidden and not any((place / MANIFEST).exists() for place in around)


def _render_once(common: Common, render: Callable[[Common], int]) -> None:
    """Render and print diagnostics; watching continues in any case."""
    try:
        render(common)
    except WsgenError as error:
        show_error(error, common.form)
    except OSError as error:  # a folder was removed meanwhile, which starts another run
        show_error(FilesError(describe(error)), common.form)
    sys.stdout.flush()
