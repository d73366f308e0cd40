"""Report types that got no schema, at the lines of the sources that name them."""

from collections.abc import Iterator, Mapping, Sequence

from wsgen.asyncapi.export.assemble import Exportable
from wsgen.asyncapi.export.payload_schemas import Failure
from wsgen.diagnostics import Diagnostic
from wsgen.model import TYPE_FIELDS, ModuleSpec, TypeRef

_ADVICE = {
    "WSG660": "Correct the type, or let `sources` or `python` in [tool.wsgen] name where it is importable.",
    "WSG661": "Use types that pydantic can describe as JSON Schema.",
}


def failed_types(
    modules: Sequence[Exportable], failures: Mapping[str, Failure]
) -> list[Diagnostic]:
    """Return a diagnostic at each place that names a type that failed."""
    found = []
    told: set[str] = set()
    for item in modules:
        for owner, field, ref in _types_of(item.spec):
            failure = failures.get(str(ref))
            if failure is not None:
                span = item.positions.get(f"{owner}.{field}") or item.positions.get(owner)
                message = f"`{ref}` has no JSON schema: {failure.text.rstrip('.')}"
                # Many types of one module may have the same output of Python: show it once.
                output = None if failure.output in told else failure.output or None
                told.add(failure.output)
                found.append(
                    Diagnostic(
                        failure.code,
                        message,
                        span,
                        help=_ADVICE[failure.code],
                        module=item.spec.name,
                        output=output,
                    )
                )
    for name, failure in failures.items():
        if not name:
            message = f"the models cannot be imported: {failure.text.rstrip('.')}"
            help_text = "Let `python` in [tool.wsgen] name an interpreter that can."
            output = failure.output or None
            found.append(Diagnostic(failure.code, message, help=help_text, output=output))
    return found


def _types_of(spec: ModuleSpec) -> Iterator[tuple[str, str, TypeRef | None]]:
    """Yield the types of all routers and commands, each with the key of its owner and its field."""
    for router in spec.routers:
        for field in TYPE_FIELDS:
            yield router.class_name, field, getattr(router, field)
    for command in spec.commands:
        yield f"commands.{command.class_name}", "request", command.request
        yield f"commands.{command.class_name}", "response", command.response
