"""Map a position in a generated file to the range in the source that it comes from."""

import re
from collections.abc import Mapping
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.files import lines_of
from wsgen.model import TYPE_FIELDS
from wsgen.quality.mirror import StagedModule
from wsgen.quality.problems import Problem

_NAME = re.compile(r"[^\W\d]\w*")


def source_span(problem: Problem, module: StagedModule, files: Mapping[str, str]) -> Span | None:
    """Return the range in `ws.yaml` or `ws.py` that `problem` comes from, as exactly as possible.

    It is that of the type or declared error whose name is in the message or in the line of the problem, else that
    of the router, else the whole file. `files` holds the texts of the module that the tool has read.
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
    spans = {key: module.positions.get(key) for key in _named_keys(router, module)}
    names = {field: _names_at(span) for field, span in spans.items() if span}
    for text in (problem.message, line):
        mentioned = set(_NAME.findall(text))
        matching = [
            field for field, own in names.items() if mentioned & (own - _shared(names, field))
        ]
        if len(matching) == 1:
            return spans[matching[0]]
    return module.positions.get(router) or _whole_file(module)


def _named_keys(owner: str, module: StagedModule) -> list[str]:
    """Return the keys of the types of a router, or of all commands and, where they are first, of their errors."""
    if owner != "commands":
        return [f"{owner}.{field}" for field in TYPE_FIELDS]
    ends = (".request", ".response")
    keys = [key for key in module.positions if key.startswith("commands.")]
    errors = {key.rpartition(".")[2]: key for key in reversed(keys) if ".errors." in key}
    return [*(key for key in keys if key.endswith(ends)), *errors.values()]


def _naming(name: str, router: str, module: StagedModule) -> Span | None:
    """Return the range that names the module `name`: a type of the router, or `models` for all types."""
    parts = set(name.split("."))
    for key in (*_named_keys(router, module), "models"):
        span = module.positions.get(key)
        if span is not None and parts <= _names_at(span):
            return span
    return None


def _shared(names: Mapping[str, set[str]], field: str) -> set[str]:
    """Return the names that `field` has in common with other fields."""
    return set().union(*(own for other, own in names.items() if other != field))


def _whole_file(module: StagedModule) -> Span | None:
    first = min(module.positions.values(), key=lambda span: span.sort_key, default=None)
    return Span(first.path) if first else None


def _names_at(span: Span) -> set[str]:
    """Return the names in a range of the source; none if the source can no longer be read."""
    inside = list(lines_of(span.path)[span.line - 1 : max(span.line, span.end_line)])
    if not inside:
        return set()
    if (span.end_line, span.end_column) > (span.line, span.column):
        inside[-1] = inside[-1][: span.end_column - 1]
    inside[0] = inside[0][span.column - 1 :]
    return set(_NAME.findall("\n".join(inside)))
