"""The clients that the settings of a project name: part of each run over the whole project."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from wsgen.clients.client_files import Ending, make_client, remove_client
from wsgen.clients.module_documents import describe_modules
from wsgen.commit.project_lock import project_lock
from wsgen.diagnostics import Diagnostic, has_errors, in_order
from wsgen.errors import ConfigError, ToolError
from wsgen.pipeline.context import Options
from wsgen.pipeline.sources import load_modules
from wsgen.result import ClientResult, RunResult, State
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

TIMEOUT = 60.0


def with_clients(
    result: RunResult, sources: Sequence[ModuleSource], config: Config, options: Options
) -> RunResult:
    """Return `result`, that of a run over all modules of a project, with its clients.

    They are made of what the sources declare now. If a source is invalid or the models cannot be imported, the
    clients fail and keep their files.

    Raises FilesError if the lock cannot be had.
    """
    if not config.clients:
        return result
    declared = [source for source in sources if source.files]
    loaded, wrong = load_modules(declared, config)
    if has_errors(wrong):  # which the run has reported
        return replace(result, clients=_failed(config))
    try:
        described, found = describe_modules(loaded, config, TIMEOUT)
    except (ConfigError, ToolError) as error:
        described, found = None, error.diagnostics
    diagnostics: list[Diagnostic] = [*result.diagnostics, *found]
    clients: list[ClientResult] = []
    ending = Ending(options.write, "wsgen render", force=options.force, texts=options.texts)
    if described is None and has_errors(found):
        return replace(result, diagnostics=in_order(diagnostics), clients=_failed(config))
    with project_lock(config) if options.write else nullcontext():
        for settings in config.clients:
            if described is None:  # nothing is declared
                client, more = remove_client(settings, ending)
            else:
                client, more = make_client(described, settings, ending)
            clients.append(client)
            diagnostics += more
    return replace(result, diagnostics=in_order(diagnostics), clients=tuple(clients))


def without_clients(result: RunResult, config: Config, *, force: bool, write: bool) -> RunResult:
    """Return `result`, that of removing the packages of all modules, after removing the clients too."""
    ending = Ending(write, "wsgen clean", force=force)
    clients: list[ClientResult] = []
    diagnostics = list(result.diagnostics)
    for settings in config.clients:
        client, found = remove_client(settings, ending)
        clients.append(client)
        diagnostics += found
    return replace(result, diagnostics=in_order(diagnostics), clients=tuple(clients))


def _failed(config: Config) -> tuple[ClientResult, ...]:
    return tuple(ClientResult(item.language, item.output, State.FAILED) for item in config.clients)
