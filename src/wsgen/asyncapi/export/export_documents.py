"""ModuleSpecs -> AsyncAPI documents: assembled, filled, converted, and checked as anybody's would be."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wsgen.asyncapi.export.assemble import assemble
from wsgen.asyncapi.export.document_settings import Settings
from wsgen.asyncapi.export.example_mismatches import refused_examples
from wsgen.asyncapi.export.older_versions import convert
from wsgen.asyncapi.export.payload_schemas import Failure, Mismatch, fill_documents
from wsgen.diagnostics import Diagnostic, Note, Severity, Span, has_errors, in_order
from wsgen.model import ModuleSpec
from wsgen.source import Positions

# JSON, taken apart by what it is known to hold.
Json = dict[str, Any]

TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Exportable:
    """A module to export: its spec, the text of its stub, and where its source says what."""

    spec: ModuleSpec
    stub: str
    positions: Positions


@dataclass(frozen=True, slots=True)
class Exported:
    """Documents by name: `asyncapi` for all modules in one, else the module's; and what was found."""

    documents: Mapping[str, Json]
    diagnostics: tuple[Diagnostic, ...]


def export_documents(
    modules: Sequence[Exportable],
    *,
    settings: Settings,
    root: Path,
    sources: Sequence[Path],
    version: str = "3.1",
    per_module: bool = False,
    timeout: float = TIMEOUT,
) -> Exported:
    """Return the documents of `modules` in `version` ("3.1", "3.0" or "2.6").

    Models are imported by a process of its own, for at most `timeout` seconds. What fails is a diagnostic at the
    line of the source that names the type, and then there are no documents.
    """
    listed = [item for item in modules if item.spec.routers]
    if not listed:
        return Exported({}, ())
    stubs: dict[str, list[Json]] = {}
    for item in listed:
        name = document_name(item.spec) if per_module else "asyncapi"
        stubs.setdefault(name, []).append(json.loads(item.stub))
    if found := _collisions(listed):
        return Exported({}, in_order(found))
    drafts = [
        assemble(parts, settings, title=_title(name, parts), per_module=per_module)
        for name, parts in stubs.items()
    ]
    filled = fill_documents(drafts, sources=sources, root=root, timeout=timeout)
    if filled.failures or filled.mismatches:
        problems = [*_blame(listed, filled.failures), *_mismatches(listed, filled.mismatches)]
        return Exported({}, in_order(problems))
    documents: dict[str, Json] = {}
    problems = []
    for name, document in zip(stubs, filled.documents, strict=True):
        problems.extend(_check(name, document))
        problems.extend(_mismatches(listed, refused_examples(document)))
        documents[name] = convert(document, version)
    return Exported({} if has_errors(problems) else documents, in_order(problems))


def document_name(spec: ModuleSpec) -> str:
    """Return the name of the document of one module."""
    return f"{spec.name}-{spec.version}" if spec.version else spec.name


def _title(name: str, stubs: Sequence[Json]) -> str:
    title: str = stubs[0]["info"]["title"] if len(stubs) == 1 else "WebSocket API"
    return title or name


def _collisions(modules: Sequence[Exportable]) -> list[Diagnostic]:
    names: dict[str, Exportable] = {}
    addresses: dict[str, Exportable] = {}
    found = []
    for item in modules:
        name, address = document_name(item.spec), item.spec.endpoint
        for seen, value, key in ((names, name, "module"), (addresses, address, "endpoint")):
            other = seen.setdefault(value, item)
            if other is item:
                continue
            if key == "module":
                message = f"two modules have the name `{name}`"
            else:
                first = document_name(other.spec)
                message = f"modules `{first}` and `{name}` have the same endpoint, `{value}`"
            advice = f"Give one of the modules another `{key}:`."
            notes = (Note("the other one is here", place),) if (place := _place(other, key)) else ()
            span = _place(item, key)
            found.append(Diagnostic("WSG663", message, span, help=advice, module=name, notes=notes))
            break  # Modules of one name have one endpoint too, unless they say otherwise.
    return found


def _place(item: Exportable, key: str) -> Span | None:
    """Return where a module says `key`, else where its first router is declared."""
    return item.positions.get(key) or item.positions.get(item.spec.routers[0].class_name)


def _blame(modules: Sequence[Exportable], failures: Mapping[str, Failure]) -> list[Diagnostic]:
    """Return a diagnostic at each place that names a type that failed."""
    found = []
    told: set[str] = set()
    for item in modules:
        for router in item.spec.routers:
            for field, ref in (("request", router.request), ("data", router.data)):
                failure = failures.get(str(ref))
                if failure is None:
                    continue
                key = f"{router.class_name}.{field}"
                span = item.positions.get(key) or item.positions.get(router.class_name)
                message = f"no schema for `{ref}`: {failure.text}"
                # What Python said may be the same for many types of one module: once is enough.
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
            message = f"the models cannot be imported: {failure.text}"
            advice = "Install wsgen where the models are importable."
            output = failure.output or None
            found.append(Diagnostic(failure.code, message, help=advice, output=output))
    return found


def _mismatches(
    modules: Sequence[Exportable], mismatches: Iterable[Mismatch]
) -> Iterator[Diagnostic]:
    """Yield a diagnostic at the value of each example that is wrong."""
    named = {
        (document_name(item.spec), router.route): (item, router)
        for item in modules
        for router in item.spec.routers
    }
    for mismatch in mismatches:
        item, router = named[mismatch.channel, mismatch.route]
        route = [router.class_name, "examples", str(mismatch.index), mismatch.part]
        route += [str(key) for key in mismatch.loc]
        while ".".join(route) not in item.positions and len(route) > 1:
            route.pop()
        where = ".".join(map(str, (mismatch.part, *mismatch.loc)))
        kind = router.request if mismatch.part == "request" else router.data
        yield Diagnostic(
            "WSG665",
            f"example of `{mismatch.route}`: `{where}`: {mismatch.text}",
            item.positions.get(".".join(route)),
            help=f"Write it as `{kind}` has it.",
            module=item.spec.name,
        )


_ADVICE = {
    "WSG660": "Correct the type, or name the folder it is importable from in `sources`.",
    "WSG661": "Use types that pydantic can describe as JSON Schema.",
}


def _check(name: str, document: Json) -> list[Diagnostic]:
    """Return what is wrong with our own document: the settings are part of it, and nobody checked them."""
    from wsgen.asyncapi.validation.validate import validate_made

    found = validate_made(Path(f"{name}.json"), json.dumps(document, indent=2).encode())
    return [
        replace(
            item,
            code="WSG664",
            message=f"[tool.wsgen.asyncapi] makes an invalid document: {item.message}",
            span=None,
            notes=(),
        )
        for item in found
        if item.severity is Severity.ERROR
    ]
