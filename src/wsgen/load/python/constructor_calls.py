"""What a Python file says where it builds its routers: `route=` and `tags=` of `X(...)` calls."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wsgen.diagnostics import Diagnostic, Note, Severity, Span
from wsgen.load.declaration import Argument, Fields
from wsgen.load.sentences import problems_of
from wsgen.syntax.text_ranges import SourceText


@dataclass(frozen=True, slots=True)
class Given:
    """What the calls of one class give it, without what is wrong, and the positions of all of it."""

    fields: Fields = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)


def calls(
    arguments: Sequence[Argument], classes: frozenset[str], found: list[Diagnostic]
) -> dict[str, Given]:
    """Return what `arguments` give each of `classes`; of several calls the first counts.

    Wrong routes and tags are errors, calls that disagree warnings, both appended to `found`.
    """
    given: dict[str, Given] = {}
    counting: dict[tuple[str, str], Argument] = {}
    for item in arguments:
        name, key = item.class_name, item.key
        if name not in classes:
            continue
        first = counting.setdefault((name, key), item)
        if first.value != item.value:
            found.append(
                Diagnostic(
                    "WSG210",
                    f"calls of `{name}` give it different values of `{key}`",
                    item.span,
                    help="Make the calls agree; until then the first one counts.",
                    severity=Severity.WARNING,
                    notes=(Note("this one counts", first.span),),
                )
            )
        elif first is item:
            wrong = problems_of(("routers", name, key), item.value)
            found.extend(problem.at(item.span) for problem in wrong)
            before = given.get(name, Given())
            fields = before.fields if wrong else {**before.fields, key: item.value}
            given[name] = Given(fields, {**before.spans, key: item.span})
    return given


def arguments_of(
    source: SourceText, nodes: Sequence[ast.AST], classes: frozenset[str], package: str | None
) -> tuple[Argument, ...]:
    """Return the literal routes and tags in calls of `classes` among all `nodes` of a file, in order.

    A class that the file imports from elsewhere than the generated `package` is another of the same name.
    """
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    foreign = {
        alias.asname or alias.name
        for node in imports
        for alias in node.names
        if package is not None and (node.module or "").split(".")[-1] != package
    }
    renamed = {
        alias.asname: alias.name
        for node in imports
        for alias in node.names
        if alias.asname and alias.name in classes
    }
    found = []
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        name = renamed.get(called, called)
        if name in classes and called not in foreign:
            for keyword in node.keywords:
                if (value := _literal(keyword)) is not None:
                    span = source.span_of(keyword.value)
                    found.append(Argument(name, str(keyword.arg), value, span))
    return tuple(sorted(found, key=lambda item: (item.span.line, item.span.column)))


def _literal(keyword: ast.keyword) -> str | tuple[str, ...] | None:
    match keyword:
        case ast.keyword(arg="route", value=ast.Constant(value=str(text))):
            return text
        case ast.keyword(arg="tags", value=ast.List(elts=items) | ast.Tuple(elts=items)):
            tags = [item.value for item in items if isinstance(item, ast.Constant)]
            texts = tuple(tag for tag in tags if isinstance(tag, str))
            return tuple(dict.fromkeys(texts)) if len(texts) == len(items) else None
    return None
