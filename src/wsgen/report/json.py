"""Diagnostics and results for programs: plain values, and one JSON document."""

import json
from collections.abc import Iterable

from wsgen.diagnostics import Diagnostic, Span
from wsgen.report.display import display_path
from wsgen.result import ModuleResult, RunResult


def format_json(result: RunResult) -> str:
    """Return a run as one JSON object: `modules`, `diagnostics` and whether all is `ok`."""
    return json.dumps(
        {
            "ok": result.ok,
            "modules": [_module(module) for module in result.modules],
            "diagnostics": diagnostics_as_values(result.diagnostics),
        },
        indent=2,
    )


def diagnostics_as_values(diagnostics: Iterable[Diagnostic]) -> list[dict[str, object]]:
    """Return `diagnostics` as JSON-ready dicts; lines and columns count from 1, ends are exclusive."""
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
        "changes": [display_path(change.path) for change in module.changes],
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
