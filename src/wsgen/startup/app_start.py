"""Generate routers at app start, in under two milliseconds when nothing has changed.

An app uses the committed package: if inputs and outputs agree with the manifest, there is nothing to do, whether
or not the quality tools are installed and the tree can be written. Otherwise the environment variable WSGEN
decides what an app start does: `render` (the default), `check` or `off`.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import FilesError, GenerationError, WsgenError
from wsgen.freshness.assess import Assessment, Status
from wsgen.pipeline.context import Options
from wsgen.pipeline.stages import assess_until_stale, run
from wsgen.result import State
from wsgen.settings.config import Config
from wsgen.source import ModuleSource
from wsgen.startup.locate import calling_file, has_package, locate_module

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

    The project is found from `root`; otherwise it is that of the calling package if the module is in it, else
    that of the working directory. Nothing is written if nothing has changed. If several processes start at the
    same time, one generates and the others wait for it. Without `silent`, what was generated is printed.

    The environment variable WSGEN decides what may happen: `render` generates, `check` raises instead of
    writing, `off` uses the existing package without a check.

    Raises GenerationError, a RuntimeError that names the module, if sources are invalid, a quality step
    fails, or files that are not current cannot be written.
    """
    caller = calling_file()
    with naming(module_name):
        if start_mode(module_name) == "off":
            return has_package(module_name, root=root, caller=caller)
        config, source = locate_module(module_name, root=root, caller=caller)
        return source is not None and ensure_current(
            source, config, silent=silent, skip_quality_checks=skip_quality_checks
        )


@contextmanager
def naming(module_name: str) -> Iterator[None]:
    """Turn every WsgenError, and every error of the system, into a GenerationError that names the module.

    A text that cannot be a file name, such as one with a null character, is not the name of a module.
    """
    try:
        os.fsencode(module_name)
        wrong = "\0" in module_name
    except UnicodeEncodeError:
        wrong = True
    if wrong:
        raise GenerationError(f"{module_name!a} cannot be the name of a module")
    try:
        yield
    except (WsgenError, OSError) as error:
        if isinstance(error, GenerationError) and module_name in str(error):
            raise
        found = error.diagnostics if isinstance(error, WsgenError) else ()
        raise _failed(module_name, found, str(error)) from error


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

    With `force`, files edited by hand are replaced. `assumed` returns the package of types that a `ws.py` does
    not import, and is only called if something is generated.

    Raises GenerationError or another WsgenError.
    """
    mode = start_mode(source.name)
    if mode == "off":
        return (source.output / "__init__.py").is_file()
    options = Options(quality=not skip_quality_checks, force=force, trust=True)
    assessed = assess_until_stale([source], config, options)
    found = assessed[source]
    if found.status is Status.CURRENT:
        return True
    if mode == "check":
        if _is_without_routers(source, config):
            return False
        raise _failed(source.name, (_not_current(source, found.reason),), "")
    try:
        return _generate(source, config, options, assumed, assessed, silent=silent)
    except (FilesError, OSError) as error:
        reason = f"{found.reason}; {error}"
        raise _failed(source.name, (_not_current(source, reason),), "") from error


def _is_without_routers(source: ModuleSource, config: Config) -> bool:
    """Return whether the source declares nothing and nothing is generated, so that nothing can be stale."""
    from wsgen.commit.plan import owns_anything
    from wsgen.pipeline.sources import load_modules

    if owns_anything(source.output):
        return False
    loaded, _ = load_modules([source], config)
    spec = loaded[source].spec
    return spec is not None and spec.is_empty


def _generate(
    source: ModuleSource,
    config: Config,
    options: Options,
    assumed: Callable[[], str | None],
    assessed: Mapping[ModuleSource, Assessment],
    *,
    silent: bool,
) -> bool:
    result = run([source], config, options, assumed=assumed, assessed=assessed)
    [module] = result.modules
    if not result.ok or module.state is State.FAILED:
        raise _failed(source.name, result.diagnostics, "generation failed")
    # The package may have been looked for, and not found, a moment ago.
    importlib.invalidate_caches()
    if module.state is State.WRITTEN:
        names = ", ".join([*module.routers, *module.commands])
        logger.info("generated WebSocket routers for module %r: %s", source.name, names)
        if not silent:
            from wsgen.report.display import printable

            why = f" ({module.reason})" if module.reason else ""
            said = printable(f"wsgen: generated {names} for module '{source.name}'{why}")
            print(said, flush=True)  # noqa: T201  silent=False
    return module.state in (State.CURRENT, State.WRITTEN)


def _failed(name: str, diagnostics: tuple[Diagnostic, ...], summary: str) -> GenerationError:
    from wsgen.report.text import format_text

    detail = format_text(diagnostics) or summary
    return GenerationError(
        f"WebSocket router generation failed for module '{name}'\n{detail}", diagnostics
    )


def _not_current(source: ModuleSource, reason: str) -> Diagnostic:
    return Diagnostic(
        "WSG408",
        f"module `{source.name}` is not current: {reason}",
        Span(source.files[0]),
        help="Run `wsgen render` where the folder is writable, and ship what it writes.",
        module=source.name,
    )
