"""The library's functions on paths: they do what the commands do, and return values."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from wsgen.clients.left_over import has_clients
from wsgen.diagnostics import Diagnostic, has_errors
from wsgen.errors import ConfigError, GenerationError
from wsgen.model import ModuleSpec
from wsgen.pipeline.context import Options
from wsgen.pipeline.nothing_found import with_reason_for_nothing
from wsgen.pipeline.sources import find_modules
from wsgen.pipeline.sources import load_modules as load_sources
from wsgen.pipeline.stages import run
from wsgen.result import RunResult
from wsgen.settings.config import Config
from wsgen.settings.project_file import find_root, load_config
from wsgen.source import ModuleSource

_PathLike = str | os.PathLike[str]


def render(
    *paths: _PathLike,
    modules: Iterable[str] = (),
    quality: bool = True,
    force: bool = False,
    root: _PathLike | None = None,
) -> RunResult:
    """Write the packages of the modules below `paths` and return what was done.

    Without `paths`, the configured ones are used; `modules` restricts the run to these names. A module that
    fails is in the result with its diagnostics and keeps its old files.

    Raises ConfigError, ToolError or FilesError where nothing could be done at all.
    """
    config, sources = _modules(paths, modules, root)
    options = Options(quality=quality, force=force)
    result = _run(sources, config, options, whole=not (paths or modules))
    return with_reason_for_nothing(result, tuple(map(Path, paths)), config, gate=False)


def check(
    *paths: _PathLike,
    modules: Iterable[str] = (),
    quality: bool = True,
    root: _PathLike | None = None,
) -> RunResult:
    """Return what `render` would change, as diagnostics and file changes; write nothing.

    That there is no module is an error among the diagnostics.

    Raises ConfigError or ToolError where nothing could be found out.
    """
    config, sources = _modules(paths, modules, root)
    options = Options(write=False, quality=quality)
    result = _run(sources, config, options, whole=not (paths or modules))
    return with_reason_for_nothing(result, tuple(map(Path, paths)), config, gate=True)


def load_modules(
    *paths: _PathLike, modules: Iterable[str] = (), root: _PathLike | None = None
) -> tuple[ModuleSpec, ...]:
    """Return the specs of the modules below `paths`, in order of path; those without routers are left out.

    Raises GenerationError with all diagnostics if any source is invalid, ConfigError for wrong settings.
    """
    config, sources = _modules(paths, modules, root)
    loaded, diagnostics = load_sources(sources, config)
    if has_errors(diagnostics):
        raise GenerationError("sources are invalid", diagnostics)
    return tuple(item.spec for item in loaded.values() if item.spec and not item.spec.is_empty)


def _run(
    sources: Sequence[ModuleSource], config: Config, options: Options, *, whole: bool
) -> RunResult:
    """Return the result of a run, with the clients if it is over the `whole` project."""
    result = run(sources, config, options)
    if not (whole and has_clients(config, thorough=True)):
        return result
    from wsgen.clients.configured import with_clients  # few projects have any

    return with_clients(result, sources, config, options)


def _modules(
    paths: tuple[_PathLike, ...], names: Iterable[str], root: _PathLike | None
) -> tuple[Config, tuple[ModuleSource, ...]]:
    if any(not os.fspath(path) for path in (*paths, root) if path is not None):
        help_text = "Name a folder, a ws.yaml or a ws.py, or leave it out."
        raise ConfigError(
            "a path is empty", [Diagnostic("WSG401", "a path is empty", help=help_text)]
        )
    places = tuple(Path(path) for path in paths)
    start = Path(root) if root is not None else places[0] if places else Path.cwd()
    config = load_config(find_root(start))
    return config, find_modules(places, names, config)
