"""Generation at app start: `generate_module_routers`, in under two milliseconds when nothing changed.

An app trusts the committed package: if inputs and outputs are what the manifest says, there is nothing to
do, whether or not the quality tools are installed here or the tree can be written. What an app start may
do otherwise is decided by the environment variable WSGEN: `render` (the default), `check` or `off`.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.config import Config, find_root, load_config
from wsgen.current import is_current, why_stale
from wsgen.diagnostics import Diagnostic, Severity, Span
from wsgen.discover import discover, module_at
from wsgen.errors import GenerationError, WsgenError
from wsgen.source import ModuleSource

if TYPE_CHECKING:
    from wsgen.pipeline import Options
    from wsgen.result import RunResult

_MODES = ("render", "check", "off")
logger = logging.getLogger("wsgen")


def generate_module_routers(
    module_name: str,
    *,
    silent: bool = True,
    skip_quality_checks: bool = False,
    root: str | os.PathLike[str] | None = None,
) -> bool:
    """Make sure that a module's routers are generated and current; return whether it has any.

    The project is found from `root`, else from the working directory upwards. Nothing is written if
    nothing changed. If several processes start at once, one generates and the others wait for it. With
    `silent` off, what was generated is printed.

    The environment variable WSGEN decides what may happen: `render` generates, `check` raises instead of
    writing, `off` trusts what is there.

    Raises GenerationError, a RuntimeError that names the module, if sources are invalid, a quality step
    fails, or files that are not current cannot be written.
    """
    with naming(module_name):
        config = settings_of(Path(root) if root is not None else Path.cwd())
        source = find_module(module_name, config)
        return source is not None and ensure_current(
            source, config, silent=silent, skip_quality_checks=skip_quality_checks
        )


@contextmanager
def naming(module_name: str) -> Iterator[None]:
    """Turn every WsgenError into a GenerationError that names the module."""
    try:
        yield
    except GenerationError:
        raise
    except WsgenError as error:
        raise _failed(module_name, error.diagnostics, str(error)) from error


def start_mode(module_name: str) -> str:
    """Return what an app start may do: `render`, `check` or `off`. Raises GenerationError for another."""
    mode = os.environ.get("WSGEN", "render").strip().lower() or "render"
    if mode not in _MODES:
        raise GenerationError(
            f"WSGEN={mode} is none of {', '.join(_MODES)} (module {module_name!r})"
        )
    return mode


def ensure_current(
    source: ModuleSource,
    config: Config,
    *,
    silent: bool,
    skip_quality_checks: bool,
    force: bool = False,
    assumed: Callable[[], str | None] = lambda: None,
) -> bool:
    """Generate a module's package unless it is current; return whether the module has routers.

    With `force`, files edited by hand are replaced; `assumed` tells the package of types that a `ws.py` does
    not import, and is only asked where something is generated.

    Raises GenerationError or another WsgenError.
    """
    mode = start_mode(source.name)
    steps = () if skip_quality_checks else config.steps
    if mode == "off":
        return (source.output / "__init__.py").is_file()
    if (manifest := is_current(source, config, steps=steps)) is not None:
        return bool(manifest.routers)
    if mode == "check":
        raise _stale(source, why_stale(source, config, steps=steps))
    from wsgen.pipeline import Options

    options = Options(quality=not skip_quality_checks, force=force, jobs=os.cpu_count() or 2)
    return _generate(source, config, options, assumed(), silent=silent)


def _generate(
    source: ModuleSource, config: Config, options: Options, assumed: str | None, *, silent: bool
) -> bool:
    from wsgen.pipeline import run
    from wsgen.result import State

    result: RunResult = run([source], config, options, assumed=assumed)
    [module] = result.modules
    if not result.ok or module.state is State.FAILED:
        raise _failed(source.name, result.diagnostics, "generation failed")
    # The package may have been looked for, and not found, a moment ago.
    importlib.invalidate_caches()
    if module.state is State.WRITTEN:
        names = ", ".join(module.routers)
        logger.info("generated WebSocket routers for module %r: %s", source.name, names)
        if not silent:
            print(f"wsgen: generated {names} for module '{source.name}'")  # noqa: T201  asked for by silent=False
    return bool(module.routers)


def _failed(name: str, diagnostics: tuple[Diagnostic, ...], summary: str) -> GenerationError:
    from wsgen.report.text import format_text

    detail = format_text(diagnostics) or summary
    return GenerationError(
        f"WebSocket router generation failed for module '{name}'\n{detail}", diagnostics
    )


def _stale(source: ModuleSource, reason: str) -> GenerationError:
    found = Diagnostic(
        "WSG408",
        f"module `{source.name}` is not current: {reason}",
        Span(source.files[0]),
        severity=Severity.ERROR,
        help="Run `wsgen render` and ship what it writes; WSGEN=check forbids writing here.",
        module=source.name,
    )
    return _failed(source.name, (found,), "")


@lru_cache(maxsize=64)
def _root(start: Path) -> Path:
    return find_root(start)


_configs: dict[Path, tuple[tuple[bytes | None, ...], Config]] = {}


def settings_of(start: Path) -> Config:
    """Return the project's settings, parsed again only if the files' bytes are others than last time."""
    root = _root(start)
    signature = tuple(_bytes(root / name) for name in ("wsgen.toml", "pyproject.toml"))
    known = _configs.get(root)
    if known is None or known[0] != signature:
        known = _configs[root] = (signature, load_config(root))
    return known[1]


def _bytes(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


_places: dict[tuple[Path, str], Path] = {}


def find_module(name: str, config: Config) -> ModuleSource | None:
    """Return the module called `name`: where it was last time, right below a configured path, or anywhere.

    Raises GenerationError if there are several.
    """
    known = _places.get((config.root, name))
    candidates = [known] if known else []
    candidates += [path / name for path in config.paths]
    for folder in candidates:
        if folder.is_dir() and (source := module_at(folder, config)) and source.name == name:
            _places[config.root, name] = folder
            return source
    found = [source for source in discover(config.paths, config) if source.name == name]
    if len(found) > 1:
        places = ", ".join(source.directory.relative_to(config.root).as_posix() for source in found)
        raise GenerationError(
            f"there are several modules '{name}': {places}; set [tool.wsgen] paths"
        )
    if found:
        _places[config.root, name] = found[0].directory
    return found[0] if found else None
