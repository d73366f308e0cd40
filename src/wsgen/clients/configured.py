"""The clients that the settings of a project name: part of each run over the whole project."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

from wsgen.clients.client_files import Ending, make_client, remove_client
from wsgen.clients.known_clients import KnownClients
from wsgen.clients.module_documents import describe_modules
from wsgen.commit.project_lock import project_lock
from wsgen.diagnostics import Diagnostic, Span, has_errors, in_order
from wsgen.errors import ConfigError, ToolError
from wsgen.pipeline.context import Options
from wsgen.pipeline.drafts import imported_by
from wsgen.pipeline.sources import load_modules
from wsgen.result import ClientResult, RunResult, State
from wsgen.settings.config import LANGUAGES, ClientSettings, Config
from wsgen.source import ModuleSource

TIMEOUT = 60.0


def with_clients(
    result: RunResult, sources: Sequence[ModuleSource], config: Config, options: Options
) -> RunResult:
    """Return `result`, that of a run over all modules of a project, with its clients.

    They are made of what the sources declare now. If a source is invalid or the models cannot be imported, the
    clients fail and keep their files.

    Raises FilesError if the lock cannot be had, ToolError if that says nothing of what is wrong.
    """
    if not config.clients:
        return result
    declared = [source for source in sources if source.files]
    known = KnownClients(declared, config)
    if known.are_all_current():
        clients = tuple(_ended(config, State.CURRENT))
        return replace(result, clients=clients)
    loaded, wrong = load_modules(declared, config)
    if has_errors(wrong):  # which the run has reported
        return replace(result, clients=tuple(_ended(config, State.FAILED)))
    packages = {name for item in loaded.values() if item.spec for name in imported_by(item.spec)}
    depends = known.depend_on(packages)
    try:
        described, found = describe_modules(loaded, config, TIMEOUT)
    except (ConfigError, ToolError) as error:
        if not has_errors(error.diagnostics):
            raise
        described, found = None, error.diagnostics
    diagnostics: list[Diagnostic] = [*result.diagnostics, *found]
    made: list[ClientResult] = []
    ending = Ending(options.write, "wsgen render", force=options.force, texts=options.texts)
    if described is None and has_errors(found):
        failed = tuple(_ended(config, State.FAILED))
        return replace(result, diagnostics=in_order(diagnostics), clients=failed)
    with project_lock(config) if options.write else nullcontext():
        for settings in config.clients:
            if described is None:
                client, more = _without_routes(settings, ending)
            else:
                client, more = make_client(described, settings, ending)
            made.append(client)
            diagnostics += more
            is_current = client.state in (State.CURRENT, State.WRITTEN) and not more
            if is_current and (options.write or config.cache.is_dir()):
                known.remember(settings, packages, depends)
    return replace(result, diagnostics=in_order(diagnostics), clients=tuple(made))


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


def _without_routes(
    settings: ClientSettings, ending: Ending
) -> tuple[ClientResult, tuple[Diagnostic, ...]]:
    """Remove a client, since no module declares anything; without `write`, it is stale if it has files."""
    client, found = remove_client(settings, ending)
    if client.state is not State.REMOVABLE:
        return client, found
    reason = "no module declares a route or a command"
    message = f"the {LANGUAGES[settings.language]} client is not current: {reason}"
    help_text = f"Run `{ending.command}` to remove it."
    drift = Diagnostic("WSG703", message, Span(settings.output), help=help_text)
    return replace(client, state=State.STALE, reason=reason), (drift,)


def _ended(config: Config, state: State) -> Iterator[ClientResult]:
    for settings in config.clients:
        yield ClientResult(settings.language, settings.output, state)
