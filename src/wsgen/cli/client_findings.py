"""What `wsgen doctor` finds of the clients of a project, as values: where each is, its state, and why."""

from collections.abc import Sequence
from typing import Any  # values that are printed, as text or as JSON

from wsgen.clients.left_over import has_clients
from wsgen.diagnostics import Diagnostic, Severity
from wsgen.pipeline.context import Options
from wsgen.report.display import display_path
from wsgen.result import ClientResult, RunResult, State
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

Values = dict[str, Any]

_NEVER = "it was never rendered"
_EXPECTED = frozenset({"WSG703"})
"""The codes of what `render` would change, which is not an error here."""


def find_clients(
    sources: Sequence[ModuleSource], config: Config
) -> tuple[list[Values], tuple[Diagnostic, ...]]:
    """Return the clients of a project, as schemas/report.schema.json describes them, and what is wrong there."""
    if not has_clients(config, thorough=True):
        return [], ()
    from wsgen.clients.configured import with_clients  # few projects have any

    result = with_clients(RunResult(()), sources, config, Options(write=False, texts=False))
    found = tuple(item for item in result.diagnostics if item.code not in _EXPECTED)
    errors = [item.message for item in found if item.severity is Severity.ERROR]
    why = errors[0] if errors else "a source is invalid"
    return [_client(client, config, why) for client in result.clients], found


def _client(client: ClientResult, config: Config, why: str) -> Values:
    """Return the values of a client; `why` is what is wrong if it cannot be made."""
    state, following, reason = client.state.value, "nothing", client.reason
    if client.state is State.FAILED:
        following, reason = "fail", why
    elif client.state is State.STALE:
        is_named = any(each.output == client.output for each in config.clients)
        goes = bool(client.changes) and all(change.after is None for change in client.changes)
        following = "remove" if goes or not is_named else "render"
        state = "missing" if reason == _NEVER else state
    return {
        "language": client.language,
        "project": display_path(config.root),
        "state": state,
        "reason": reason or None,
        "output": display_path(client.output),
        "next": following,
    }
