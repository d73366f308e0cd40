"""Report a run that has looked at nothing: it says nothing about the project, and a gate must not pass by it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Severity, Span, in_order
from wsgen.result import RunResult, State
from wsgen.settings.config import Config
from wsgen.source import is_yaml


def with_reason_for_nothing(
    result: RunResult, paths: Sequence[Path], config: Config, *, gate: bool
) -> RunResult:
    """Return `result` with a diagnostic if no module below `paths`, or the configured ones, declares anything.

    That is an error if the run is a `gate`, and otherwise a warning.
    """
    if not result.ok or any(module.state is not State.EMPTY for module in result.modules):
        return result
    severity = Severity.ERROR if gate else Severity.WARNING
    from wsgen.discovery.why_none import DECLARE_ROUTER, why_none  # hardly ever needed

    if not result.modules:
        places = tuple(paths) or config.paths
        found = why_none(places, config, given=bool(paths), severity=severity)
    else:
        files = [file for module in result.modules for file in module.source.files]
        if any(map(is_yaml, files)):  # says itself that it has no routers
            return result
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        found = Diagnostic(
            "WSG413",
            f"the sources declare no router: {config.relative(files[0])}{more}",
            Span(files[0]),
            help=DECLARE_ROUTER,
            severity=severity,
        )
    return replace(result, diagnostics=in_order((*result.diagnostics, found)))
