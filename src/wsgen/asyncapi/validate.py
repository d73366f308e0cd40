"""Any AsyncAPI document, 2.0 to 3.1, ours or not -> everything that is wrong with it."""

from collections.abc import Iterable
from pathlib import Path

from wsgen.asyncapi.document import Document, UnreadableDocumentError, read_document
from wsgen.diagnostics import Diagnostic, in_order
from wsgen.files import unwaiting

_KNOWN = "2.0.0 to 2.6.0, 3.0.0 and 3.1.0"


def validate_files(paths: Iterable[Path]) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the documents at `paths`, sorted."""
    return in_order(item for path in paths for item in validate_file(path))


def validate_file(path: Path) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the document at `path`, sorted; a file that cannot be read is a finding."""
    try:
        with open(path, "rb", opener=unwaiting) as stream:
            data = stream.read()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        return (Diagnostic("WSG600", message, help=f"Correct the path: {path}"),)
    return validate_text(path, data)


def validate_text(path: Path, data: bytes) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the document in `data`, sorted; `path` names it in the findings."""
    try:
        document = read_document(path, data)
    except UnreadableDocumentError as error:
        return (error.diagnostic,)
    try:
        return in_order((*document.diagnostics, *_check(document)))
    except RecursionError:
        message = "the document's schemas are nested too deeply to be checked"
        return (Diagnostic("WSG600", message, document.key_span(()), help="Flatten them."),)


def _check(document: Document) -> list[Diagnostic]:
    from wsgen.asyncapi.addresses import check_addresses
    from wsgen.asyncapi.examples import check_examples
    from wsgen.asyncapi.official import VERSIONS, check_official
    from wsgen.asyncapi.operations import check_operations
    from wsgen.asyncapi.references import check_references

    value = document.value
    version = value.get("asyncapi") if isinstance(value, dict) else None
    if version not in VERSIONS or not isinstance(version, str):
        span = document.value_span(("asyncapi",))
        what = "no AsyncAPI document" if version is None else f"unsupported version {version!r}"
        advice = f"Start it with `asyncapi:` and a version; known are {_KNOWN}."
        return [Diagnostic("WSG601", what, span, help=advice)]
    major = int(version[0])
    return [
        *check_official(document, version),
        *check_references(document),
        *check_operations(document, major),
        *check_addresses(document, major),
        *check_examples(document),
    ]
