"""Diagnostics and results for programs: plain values, and one JSON document."""

import json
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from wsgen.diagnostics import Diagnostic, Span
from wsgen.report.display import display_path
from wsgen.result import ClientResult, ModuleResult, RunResult

_VERSION = 1
"""Of schemas/report.schema.json: a new one when a key goes away or changes its meaning."""


def format_json(
    result: RunResult,
    modules: Sequence[Mapping[str, object]] | None = None,
    further: Mapping[str, object] = MappingProxyType({}),
) -> str:
    """Return a run as one JSON object, which schemas/report.schema.json describes.

    `modules` take the place of those in `result`; `further` has more keys of the object.
    """
    if modules is None:
        modules = [_module(module) for module in result.modules]
    return json.dumps(
        {
            "version": _VERSION,
            "ok": result.ok,
            **further,
            "modules": modules,
            **(
                {"clients": [_client(client) for client in result.clients]}
                if result.clients
                else {}
            ),
            "diagnostics": _diagnostics(result.diagnostics),
        },
        indent=2,
    )


def _diagnostics(diagnostics: Iterable[Diagnostic]) -> list[dict[str, object]]:
    return [
        {
            "code": item.code,
            "severity": item.severity.value,
            "message": item.message,
            "location": _location(item.span),
            "help": item.help,
            "module": item.module,
            "step": item.step,
            "output": item.output,
            "notes": [
                {"message": note.message, "location": _location(note.span)} for note in item.notes
            ],
            "fix": item.fix and {"location": _location(item.fix.span), "text": item.fix.text},
        }
        for item in diagnostics
    ]


def _module(module: ModuleResult) -> dict[str, object]:
    source = module.source
    return {
        "name": source.name,
        "version": source.version,
        "state": module.state.value,
        "reason": module.reason or None,
        "sources": [display_path(file) for file in source.files],
        "output": display_path(source.output),
        "routers": [{"class": name, "route": route} for name, route in module.routers.items()],
        "commands": [{"name": name, "command": wire} for name, wire in module.commands.items()],
        "changes": [display_path(change.path) for change in module.changes],
    }


def _client(client: ClientResult) -> dict[str, object]:
    return {
        "language": client.language,
        "state": client.state.value,
        "reason": client.reason or None,
        "output": display_path(client.output),
        "changes": [display_path(change.path) for change in client.changes],
    }


def _location(span: Span | None) -> dict[str, object] | None:
    if span is None:
        return None
    return {
        "path": display_path(span.path),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
    }
