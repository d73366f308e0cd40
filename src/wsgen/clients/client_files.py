"""Render a client, compare its files with those in its folder and, in a run that writes, commit them.

Its folder has a manifest like that of a package: it says which files are the client's own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wsgen._version import __version__
from wsgen.clients.described import Described
from wsgen.clients.folder_of_client import check_folder, place_in
from wsgen.commit.apply import apply_plan
from wsgen.commit.plan import Plan, owns_anything, plan_commit
from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import FilesError, GenerationError
from wsgen.manifest import MANIFEST, Manifest, digest, read_manifest
from wsgen.outputs.clients.contract import ClientOptions, RenderedClient
from wsgen.outputs.registry import CLIENTS
from wsgen.pipeline.conflicts import changes_of, files_in_the_way
from wsgen.result import ClientResult, State
from wsgen.settings.config import LANGUAGES, ClientSettings

_SCHEMA = "#/"
"""What the names of types begin with among the inputs of a manifest."""
_MODELS = 5
"""How many models that changed are told by place."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What to do with a client: `write` commits, `force` overrides edits by hand, `texts` are kept in results.

    `command` makes the client again.
    """

    write: bool
    command: str
    force: bool = False
    texts: bool = False


def make_client(
    described: Described, settings: ClientSettings, ending: Ending
) -> tuple[ClientResult, tuple[Diagnostic, ...]]:
    """Return how the client of a document ends, and what is wrong; with `write`, its files are then there."""
    options = ClientOptions(described.title, **settings.options)
    rendered = CLIENTS[settings.language](described.document, options)
    found = [described.diagnostic(problem) for problem in rendered.problems]
    failed = ClientResult(settings.language, settings.output, State.FAILED)
    if not rendered.files:
        return failed, tuple(found)
    try:
        check_folder(settings)
        plan = plan_commit(
            settings.output, rendered.files, _manifest(rendered, settings), force=ending.force
        )
        changes = changes_of(plan, texts=ending.texts)
        if plan.is_empty:
            return _ended(failed, State.CURRENT), tuple(found)
        if plan.edited:
            return failed, (*found, *files_in_the_way(plan, f"{ending.command} --force"))
        reason = "it was never rendered" if not owns_anything(settings.output) else ""
        reason = reason or "its document has changed since"
        result = ClientResult(settings.language, settings.output, State.STALE, changes, reason)
        if ending.write:
            apply_plan(plan)
            return _ended(result, State.WRITTEN), tuple(found)
    except (FilesError, GenerationError) as error:
        return failed, (*found, *error.diagnostics)
    drift = _drift(described, settings, rendered, plan, ending.command)
    return result, (*found, *drift)


def remove_client(
    settings: ClientSettings, ending: Ending
) -> tuple[ClientResult, tuple[Diagnostic, ...]]:
    """Remove the files of a client, and nothing else from its folder; without `write`, find out what that is."""
    result = ClientResult(settings.language, settings.output, State.EMPTY)
    if not owns_anything(settings.output):
        return result, ()
    try:
        check_folder(settings)
        plan = plan_commit(settings.output, {}, None, force=ending.force)
        changes = changes_of(plan, texts=ending.texts)
        if plan.edited:
            conflicts = files_in_the_way(plan, f"{ending.command} --force")
            return _ended(result, State.FAILED), tuple(conflicts)
        if ending.write:
            apply_plan(plan)
    except (FilesError, GenerationError) as error:
        return _ended(result, State.FAILED), error.diagnostics
    state = State.REMOVED if ending.write else State.REMOVABLE
    return ClientResult(settings.language, settings.output, state, changes), ()


def _ended(result: ClientResult, state: State) -> ClientResult:
    return ClientResult(result.language, result.output, state, result.changes, result.reason)


def _manifest(rendered: RenderedClient, settings: ClientSettings) -> Manifest:
    """Return the manifest of a client. Its inputs are the schemas of its types, which are in no file."""
    outputs = {name: digest(text.encode()) for name, text in rendered.files.items()}
    options = json.dumps([settings.language, settings.options])
    inputs = {f"{_SCHEMA}{name}": kind.digest for name, kind in rendered.types.items()}
    found = Manifest(__version__, digest(options.encode()), inputs, outputs)
    found = replace(found, client=settings.language)
    if (root := settings.project) is None:
        return found
    place, project = place_in(root, settings.output), place_in(settings.output, root)
    return replace(found, package=place, project=project)


def _drift(
    described: Described,
    settings: ClientSettings,
    rendered: RenderedClient,
    plan: Plan,
    command: str,
) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each model that has changed, else one for the whole client."""
    help_text = f"Run `{command}` and commit what it writes."
    client = f"the {LANGUAGES[settings.language]} client"
    before = read_manifest(plan.output)
    known = before.inputs if before is not None else {}
    changed = [
        name
        for name, kind in rendered.types.items()
        if known.get(f"{_SCHEMA}{name}") != kind.digest
    ]
    told = False
    for name in changed[:_MODELS] if known else ():
        if span := described.model(name, rendered.types[name].owner):
            told = True
            message = f"{client} is not current: `{name}` has changed since"
            yield Diagnostic("WSG703", message, span, help=help_text)
    if told:
        return
    names = [*sorted(plan.texts), *sorted(plan.removals)] or [MANIFEST]
    message = f"{client} is not current; {', '.join(names)} would change"
    if before is None:
        message = f"{client} was never rendered"
    yield Diagnostic("WSG703", message, Span(plan.output), help=help_text)
