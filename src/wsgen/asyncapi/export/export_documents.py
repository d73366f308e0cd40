"""Turn ModuleSpecs into AsyncAPI documents: assemble, fill, convert and check them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wsgen.asyncapi.export.assemble import Exportable, Json, assemble
from wsgen.asyncapi.export.document_settings import Settings
from wsgen.asyncapi.export.export_problems import (
    alike,
    clashes,
    collisions,
    take_out_refused,
    without_server,
    wrong_examples,
)
from wsgen.asyncapi.export.failed_types import failed_types
from wsgen.asyncapi.export.older_versions import convert
from wsgen.asyncapi.export.payload_schemas import fill_documents
from wsgen.asyncapi.export.perspective import for_clients
from wsgen.diagnostics import Diagnostic, Severity, has_errors, in_order
from wsgen.environment import Environment

TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Exported:
    """Documents by name (`asyncapi` for all modules in one, else the module's name), and diagnostics."""

    documents: Mapping[str, Json]
    diagnostics: tuple[Diagnostic, ...]


def export_documents(
    modules: Sequence[Exportable],
    *,
    settings: Settings,
    root: Path,
    sources: Sequence[Path],
    environment: Environment,
    version: str = "3.1",
    perspective: str = "server",
    per_module: bool = False,
    timeout: float = TIMEOUT,
) -> Exported:
    """Return the documents of `modules` in `version` ("3.1", "3.0" or "2.6").

    They describe the server, or a client of it, as `perspective` says ("server" or "client").
    Models are imported by a process of the interpreter of `environment`, for at most `timeout` seconds. Each
    failure is a diagnostic at the line of the source that names the type. If there is one, no documents are
    returned.

    Raises ToolError if that interpreter cannot import any models.
    """
    listed = [item for item in modules if not item.spec.is_empty]
    if not listed:
        return Exported({}, ())
    stubs: dict[str, list[Json]] = {}
    for item in listed:
        name = item.spec.full_name if per_module else "asyncapi"
        stubs.setdefault(name, []).append(json.loads(item.stub))
    found = collisions(listed)
    if not found and not per_module:
        found = clashes(listed, stubs.get("asyncapi", []))
    if found:
        return Exported({}, in_order(found))
    drafts = [assemble(parts, settings, per_module=per_module) for parts in stubs.values()]
    filled = fill_documents(
        drafts, sources=sources, root=root, environment=environment, timeout=timeout
    )
    if filled.failures or filled.mismatches:
        problems = [
            *failed_types(listed, filled.failures),
            *wrong_examples(listed, filled.mismatches),
        ]
        return Exported({}, in_order(problems))
    documents: dict[str, Json] = {}
    problems = list(alike(listed))
    for name, document in zip(stubs, filled.documents, strict=True):
        problems.extend(wrong_examples(listed, take_out_refused(document, listed)))
        problems.extend(_check(name, document))
        if perspective == "client":
            document = for_clients(
                document, pathname=version != "2.6"
            )  # where it has no such field
        documents[name] = convert(document, version)
    if perspective == "client" and not settings.servers:
        problems.append(without_server())
    return Exported({} if has_errors(problems) else documents, in_order(problems))


def _check(name: str, document: Json) -> list[Diagnostic]:
    """Return what is wrong with a document that wsgen made; its settings are not checked elsewhere."""
    from wsgen.asyncapi.validation.validate import validate_text

    found = validate_text(Path(f"{name}.json"), json.dumps(document, indent=2).encode())
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
