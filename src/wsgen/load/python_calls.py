"""What a Python file says where it builds its routers: `route=` and `tags=` of `X(...)` calls."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wsgen.diagnostics import Diagnostic, Note, Severity, Span
from wsgen.load.naming import check_route, check_tag
from wsgen.load.sourcetext import SourceText


@dataclass(frozen=True, slots=True)
class Given:
    """What the calls of one class give it, with the places; None where they are silent."""

    route: str | None = None
    tags: tuple[str, ...] | None = None
    spans: Mapping[str, Span] = field(default_factory=dict)


def calls(
    source: SourceText,
    nodes: Sequence[ast.AST],
    classes: frozenset[str],
    found: list[Diagnostic],
) -> dict[str, Given]:
    """Return what calls among all `nodes` of a file give each of `classes`.

    Only literal values are read, and of several the first counts.

    Wrong routes and tags are errors, calls that disagree warnings, both appended to `found`.
    """
    renamed = {
        alias.asname: alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname and alias.name in classes
    }
    values: dict[tuple[str, str], tuple[str | tuple[str, ...], Span]] = {}
    for name, keyword in _keywords(nodes, classes, renamed):
        value = _literal(keyword)
        if value is None:
            continue
        start = source.index(keyword.value.lineno, keyword.value.col_offset)
        last = keyword.value.end_lineno or keyword.value.lineno
        end = source.index(last, keyword.value.end_col_offset or 0)
        span = source.span(start, end)
        key = (name, str(keyword.arg))
        first, place = values.setdefault(key, (value, span))
        if first != value:
            found.append(
                Diagnostic(
                    "WSG210",
                    f"calls of `{name}` give it different {key[1]}",
                    span,
                    help="The first call counts; say it in ws.yaml to decide.",
                    severity=Severity.WARNING,
                    notes=(Note("this one counts", place),),
                )
            )
    return _checked(values, found)


def _keywords(
    nodes: Sequence[ast.AST], classes: frozenset[str], renamed: Mapping[str, str]
) -> list[tuple[str, ast.keyword]]:
    """Return the keywords of calls of `classes`, in the order of the file."""
    pairs = []
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        func = node.func
        called = (
            func.id
            if isinstance(func, ast.Name)
            else func.attr
            if isinstance(func, ast.Attribute)
            else ""
        )
        name = renamed.get(called, called)
        if name in classes:
            pairs += [(name, keyword) for keyword in node.keywords]
    return sorted(pairs, key=lambda pair: (pair[1].value.lineno, pair[1].value.col_offset))


def _literal(keyword: ast.keyword) -> str | tuple[str, ...] | None:
    value = keyword.value
    if keyword.arg == "route" and isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if keyword.arg == "tags" and isinstance(value, ast.List | ast.Tuple):
        tags = [item.value for item in value.elts if isinstance(item, ast.Constant)]
        texts = tuple(tag for tag in tags if isinstance(tag, str))
        return tuple(dict.fromkeys(texts)) if len(texts) == len(value.elts) else None
    return None


def _checked(
    values: Mapping[tuple[str, str], tuple[str | tuple[str, ...], Span]],
    found: list[Diagnostic],
) -> dict[str, Given]:
    given: dict[str, Given] = {}
    for (name, key), (value, span) in values.items():
        before = given.get(name, Given())
        route, tags = before.route, before.tags
        if isinstance(value, str):
            problems = [check_route(value)]
            route = None if problems[0] else value
        else:
            problems = [check_tag(tag) for tag in value]
            tags = value
        found.extend(
            Diagnostic(problem[0], problem[1], span, help=problem[2])
            for problem in filter(None, problems)
        )
        given[name] = Given(route, tags, {**before.spans, key: span})
    return given
