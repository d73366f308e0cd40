"""Report types that got no schema, at the lines of the sources that name them; modules that fail, once each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wsgen.asyncapi.export.assemble import Exportable
from wsgen.asyncapi.export.payload_schemas import Failure
from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.files import lines_of
from wsgen.model import TYPE_FIELDS, ModuleSpec, TypeRef

_ADVICE = {
    "WSG660": "Correct the type, or let `sources` or `python` in [tool.wsgen] name where it is importable.",
    "WSG661": "Use types that pydantic can describe as JSON Schema.",
}
_OF_MODULE = _ADVICE | {
    "WSG660": "Correct it, or let `sources` or `python` in [tool.wsgen] name where it is importable."
}
_NOTES = 3
"""How many other sources are named by place."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that names a type which failed."""

    item: Exportable
    ref: TypeRef
    span: Span | None


def failed_types(
    modules: Sequence[Exportable], failures: Mapping[str, Failure]
) -> list[Diagnostic]:
    """Return a diagnostic at each place that names a type that failed, and one for each module that did."""
    found: list[Diagnostic] = []
    told: set[str] = set()
    by_module: dict[str, list[_Place]] = {}
    for place in _places(modules):
        failure = failures.get(str(place.ref))
        if failure is None or (failure.help and found):  # the process has failed at one type
            continue
        if failure.module:
            by_module.setdefault(failure.module, []).append(place)
            continue
        # Many types of one module may have the same output of Python: show it once.
        output = None if failure.output in told else failure.output or None
        told.add(failure.output)
        message = f"`{place.ref}` has no JSON schema: {failure.text.rstrip('.')}"
        help_text = failure.help or _ADVICE[failure.code]
        name = place.item.spec.name
        found.append(
            Diagnostic(
                failure.code, message, place.span, help=help_text, module=name, output=output
            )
        )
    for module, places in by_module.items():
        found.append(_failed_module(module, places, failures[str(places[0].ref)]))
    for name, failure in failures.items():
        if not name:
            message = f"the models cannot be imported: {failure.text.rstrip('.')}"
            help_text = failure.help or "Let `python` in [tool.wsgen] name an interpreter that can."
            output = failure.output or None
            found.append(Diagnostic(failure.code, message, help=help_text, output=output))
    return found


def _failed_module(module: str, places: Sequence[_Place], failure: Failure) -> Diagnostic:
    """Return the diagnostic that a Python module cannot be imported, whose types are named at `places`.

    It is where a source has it as `models`, else at the first type.
    """
    by_source = {place.item.spec.full_name: place for place in reversed(places)}
    spans = {name: _models(place.item, module) or place.span for name, place in by_source.items()}
    first = places[0].item.spec
    types = len({str(place.ref) for place in places})
    which = f"{types} types have" if types > 1 else f"`{places[0].ref}` has"
    others = [name for name in spans if name != first.full_name][::-1]
    notes = [Note(f"`{name}` needs it too", span) for name in others if (span := spans[name])]
    more = f", needed by {len(spans)} modules" if len(notes) > _NOTES else ""
    message = f"`{module}` cannot be imported{more}, so that {which} no schema: {failure.text.rstrip('.')}"
    return Diagnostic(
        failure.code,
        message,
        spans[first.full_name],
        help=_OF_MODULE[failure.code],
        module=first.name,
        output=failure.output or None,
        notes=tuple(notes[:_NOTES]),
    )


def _models(item: Exportable, module: str) -> Span | None:
    """Return where a source says that the bare names of its types are those of `module`."""
    span = item.positions.get("models")
    if span is None:
        return None
    line = next(iter(lines_of(span.path)[span.line - 1 : span.line]), "")
    said = line[span.column - 1 : span.end_column - 1].strip("\"'")
    return span if said == module else None


def _places(modules: Sequence[Exportable]) -> Iterator[_Place]:
    """Yield all places that name a type."""
    for item in modules:
        for owner, field, ref in _types_of(item.spec):
            if ref is not None:
                span = item.positions.get(f"{owner}.{field}") or item.positions.get(owner)
                yield _Place(item, ref, span)


def _types_of(spec: ModuleSpec) -> Iterator[tuple[str, str, TypeRef | None]]:
    """Yield the types of all routers and commands, each with the key of its owner and its field."""
    for router in spec.routers:
        for field in TYPE_FIELDS:
            yield router.class_name, field, getattr(router, field)
    for command in spec.commands:
        yield f"commands.{command.class_name}", "request", command.request
        yield f"commands.{command.class_name}", "response", command.response
