"""Map a place in a generated file back to the line of the source that it comes from."""

import re
from collections.abc import Mapping
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.files import read_text
from wsgen.quality.mirror import StagedModule
from wsgen.quality.problems import Problem

_NAME = re.compile(r"[^\W\d]\w*")


def source_span(problem: Problem, module: StagedModule, files: Mapping[str, str]) -> Span | None:
    """Return the place in `ws.yaml` or `ws.py` that `problem` comes from, as closely as can be told.

    A type whose name the tool mentions, or that stands in the line it found, is the one to blame;
    else the router as a whole; else the file. `files` holds the module's texts that the tool read.
    """
    name = Path(problem.path).name
    router = module.routers.get(name)
    if router is None:
        return _whole_file(module)
    missing = problem.missing
    if missing is not None and (span := _naming(missing, router, module)) is not None:
        return span
    lines = files.get(name, "").splitlines()
    line = lines[problem.line - 1] if problem.line <= len(lines) else ""
    spans = {field: module.positions.get(f"{router}.{field}") for field in ("request", "data")}
    names = {field: _names_at(span) for field, span in spans.items() if span}
    for text in (problem.message, line):
        said = set(_NAME.findall(text))
        blamed = [field for field, own in names.items() if said & (own - _shared(names, field))]
        if len(blamed) == 1:
            return spans[blamed[0]]
    return module.positions.get(router) or _whole_file(module)


def _naming(name: str, router: str, module: StagedModule) -> Span | None:
    """Return the place that names the module `name`: the router's own type, or `models` for all of them."""
    parts = set(name.split("."))
    for key in (f"{router}.request", f"{router}.data", "models"):
        span = module.positions.get(key)
        if span is not None and parts <= _names_at(span):
            return span
    return None


def _shared(names: Mapping[str, set[str]], field: str) -> set[str]:
    """Return the names that `field` has in common with the other field."""
    return set().union(*(own for other, own in names.items() if other != field))


def _whole_file(module: StagedModule) -> Span | None:
    first = min(module.positions.values(), key=lambda span: span.sort_key, default=None)
    return Span(first.path) if first else None


def _names_at(span: Span) -> set[str]:
    """Return the names in the stretch of the source; none if it cannot be read any more."""
    try:
        lines = read_text(span.path).splitlines()
    except (OSError, ValueError):
        return set()
    last = max(span.line, span.end_line)
    stretch = lines[span.line - 1 : last]
    if not stretch:
        return set()
    if (span.end_line, span.end_column) > (span.line, span.column):
        stretch[-1] = stretch[-1][: span.end_column - 1]
    stretch[0] = stretch[0][span.column - 1 :]
    return set(_NAME.findall("\n".join(stretch)))
