"""The clients that the settings of a project name: part of each run over the whole project."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

from wsgen.clients.client_files import Ending, make_client, remove_client
from wsgen.clients.known_clients import KnownClients
from wsgen.clients.left_over import forget_folder, left_over, remember_folder
from wsgen.clients.module_documents import describe_modules
from wsgen.commit.project_lock import project_lock
from wsgen.diagnostics import Diagnostic, Span, has_errors, in_order
from wsgen.errors import ConfigError, ToolError
from wsgen.pipeline.context import Options
from wsgen.pipeline.drafts import imported_by
from wsgen.pipeline.sources import load_modules
from wsgen.report.display import display_path
from wsgen.result import ClientResult, RunResult, State
from wsgen.settings.config import LANGUAGES, ClientSettings, Config
from wsgen.source import ModuleSource

TIMEOUT = 60.0


def with_clients(
    result: RunResult, sources: Sequence[ModuleSource], config: Config, options: Options
) -> RunResult:
    """Return `result`, that of a run over all modules of a project, with its clients.

    They are made of what the sources declare now. If a source is invalid or the models cannot be imported, the
    clients fail and keep their files. Clients that the settings no longer name are removed, unless others fail.

    Raises FilesError if the lock cannot be had, ToolError if that says nothing of what is wrong.
    """
    if config.clients:
        result = _with_named(result, sources, config, options)
    states = {client.state for client in result.clients}
    if State.FAILED in states:
        return result
    # Where nothing has changed, what this machine knows is enough: it has made the clients.
    known = options.write and bool(states) and states == {State.CURRENT}
    if found := left_over(config, thorough=not known):
        result = _without(found, result, config, options)
    return result


def _with_named(
    result: RunResult, sources: Sequence[ModuleSource], config: Config, options: Options
) -> RunResult:
    """Return `result` with the clients that the settings name; for the rest see `with_clients`."""
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
                remember_folder(settings, config)
    return replace(result, diagnostics=in_order(diagnostics), clients=tuple(made))


def _without(
    found: Iterable[ClientSettings], result: RunResult, config: Config, options: Options
) -> RunResult:
    """Return `result` after removing the clients `found`, which the settings no longer name.

    In a run that does not write, they are stale.
    """
    clients, diagnostics = list(result.clients), list(result.diagnostics)
    ending = Ending(options.write, "wsgen render", force=options.force, texts=options.texts)
    with project_lock(config) if options.write else nullcontext():
        for settings in found:
            client, more = remove_client(settings, ending)
            if client.state is State.REMOVABLE:
                client, more = _left_over(client, config)
                if config.cache.is_dir():
                    remember_folder(settings, config)
            elif client.state is State.REMOVED:
                forget_folder(settings, config)
            clients.append(client)
            diagnostics += more
    return replace(result, diagnostics=in_order(diagnostics), clients=tuple(clients))


def _left_over(client: ClientResult, config: Config) -> tuple[ClientResult, tuple[Diagnostic, ...]]:
    """Return the result of a client that would be removed as stale, and why it is."""
    reason = "the settings no longer name its folder"
    message = f"the {LANGUAGES[client.language]} client is left over: {reason}"
    where = (
        f"the settings of {display_path(config.root)}" if config.file is None else config.file.name
    )
    help_text = f"Run `wsgen render` to remove it, or put its `path` back into {where}."
    drift = Diagnostic("WSG703", message, Span(client.output), help=help_text)
    return replace(client, state=State.STALE, reason=reason), (drift,)


def without_clients(result: RunResult, config: Config, *, force: bool, write: bool) -> RunResult:
    """Return `result`, that of removing the packages of all modules, after removing the clients too.

    They are those that the settings name, and those that the settings no longer name.
    """
    ending = Ending(write, "wsgen clean", force=force)
    clients: list[ClientResult] = []
    diagnostics = list(result.diagnostics)
    for settings in (*config.clients, *left_over(config, thorough=True)):
        client, found = remove_client(settings, ending)
        if client.state is State.REMOVED:
            forget_folder(settings, config)
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
