"""Answer a run that finds everything current before the command line is parsed.

Most runs are of this kind, and importing click would take half of their time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # commands other than `render` and `check` do not need these
    from wsgen.freshness.assess import Assessment
    from wsgen.pipeline.context import Options
    from wsgen.settings.config import Config
    from wsgen.source import ModuleSource


class Begun(NamedTuple):
    """The part of a command that is done before the command line is parsed, so that it is not done twice."""

    started: float
    config: Config
    sources: Sequence[ModuleSource]
    assessed: Mapping[ModuleSource, Assessment]


def begin(paths: Sequence[Path], modules: Iterable[str], options: Options) -> Begun:
    """Find the modules that a command is about and assess them, up to the first that is not current.

    Raises ConfigError.
    """
    started = perf_counter()
    from wsgen.cli.chosen_project import project_of
    from wsgen.pipeline.sources import find_modules
    from wsgen.pipeline.stages import assess_until_stale

    config = project_of(paths)
    sources = find_modules(paths, modules, config)
    return Begun(started, config, sources, assess_until_stale(sources, config, options))


def begin_plain(arguments: Sequence[str]) -> Begun | None:
    """Begin `render`, `generate` or `check` without options.

    Return None for all other calls and for mistakes, which the command itself reports.
    """
    if not arguments or arguments[0] not in ("render", "generate", "check"):
        return None
    if any(not argument or argument.startswith("-") for argument in arguments):
        return None
    from wsgen.errors import WsgenError
    from wsgen.pipeline.context import Options

    try:
        return begin([Path(argument) for argument in arguments[1:]], (), Options())
    except WsgenError:
        return None


def say_if_current(begun: Begun, *, write: bool) -> bool:
    """Print the result of the run if every module is current and no client exists; return whether it did."""
    from wsgen.cli.console import show_modules, show_report, show_summary
    from wsgen.pipeline.context import Options
    from wsgen.pipeline.stages import is_all_current, run

    sources, assessed = begun.sources, begun.assessed
    if begun.config.clients:  # made of the models too, which the command looks at
        return False
    if not sources or not is_all_current(sources, assessed):
        return False
    if _has_clients(begun.config, write=write):  # of which the settings name none any more
        return False
    result = run(sources, begun.config, Options(write=write), assessed=assessed)
    show_report(result, "text", begun.config.root)
    show_modules(result, verbose=False)
    show_summary(result, perf_counter() - begun.started)
    return True


def _has_clients(config: Config, *, write: bool) -> bool:
    """Return whether a client is left; where this machine remembers nothing, or to check, git is asked."""
    from wsgen.settings.config import CLIENT_FOLDERS

    thorough = not (write and config.cache.is_dir())
    if not thorough and not (config.cache / CLIENT_FOLDERS).is_dir():
        return False
    from wsgen.clients.left_over import has_clients

    return has_clients(config, thorough=thorough)
