"""Validate any AsyncAPI document, version 2.0 to 3.1, whether wsgen made it or not."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from wsgen.asyncapi.validation.check_limits import (
    Budget,
    Tell,
    TooSlowError,
    UnfinishedError,
    told_by,
)
from wsgen.asyncapi.validation.document_reader import (
    MAX_BYTES,
    AsyncApiDocument,
    read_document,
)
from wsgen.diagnostics import Diagnostic, Span, in_order
from wsgen.files import unwaiting
from wsgen.load.sourcetext import UnreadableError
from wsgen.names import shortened

_KNOWN = "2.0.0 to 2.6.0, 3.0.0 and 3.1.0"
_LONGEST = 500
_SECONDS = 60.0
"""The time limit of one file, far above the limits of its checks, which stop by themselves."""


def validate_files(paths: Iterable[Path]) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the documents at `paths`, sorted; a file that cannot be read is a diagnostic.

    Each file is read and checked in a separate process.
    """
    found = (_bounded(partial(_tell_of_file, path), path) for path in paths)
    return in_order(itertools.chain.from_iterable(found))


def validate_text(path: Path, data: bytes) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the document in `data`, sorted; `path` names it in the diagnostics.

    It is checked in a separate process.
    """
    return in_order(_bounded(partial(tell_of_text, path, data), path))


def _bounded(check: Callable[[Tell], None], path: Path) -> Iterator[Diagnostic]:
    """Yield the diagnostics of `check`, which also reports the spans that it reaches in the file `path`."""
    place = Span(path, 1, 1, 1, 1)
    try:
        for item in told_by(check, _SECONDS):
            if isinstance(item, Diagnostic):
                yield item
            elif isinstance(item, Span):
                place = item
    except UnfinishedError as error:
        message = f"the document cannot be checked: {error}"
        help_text = "Simplify the value here; the document was checked up to this place."
        yield Diagnostic("WSG606", message, place, help=help_text)


def _tell_of_file(path: Path, tell: Tell) -> None:
    try:
        # A device may have no end: read at most the size of the largest document.
        with open(path, "rb", opener=unwaiting) as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        message = f"the file cannot be read: {reason}"
        tell(Diagnostic("WSG600", message, help=f"Correct the path: {path}"))
    else:
        tell_of_text(path, data, tell)


def tell_of_text(path: Path, data: bytes, tell_all: Tell) -> None:
    """Pass what is wrong with a document to `tell_all`, and the spans of the values that take long to check."""

    def tell(item: object) -> None:
        tell_all(_cut(item) if isinstance(item, Diagnostic) else item)

    try:
        document = read_document(path, data)
    except UnreadableError as error:
        for item in error.diagnostics:
            tell(item)
        return
    for item in document.diagnostics:
        tell(item)
    budget = Budget(each=30.0, left=40.0)
    for check in _checks(document, tell):
        try:
            for item in budget.spend(check):
                tell(item)
        except TooSlowError:
            message = "the document cannot be checked: it takes too long"
            tell(Diagnostic("WSG606", message, document.key_span(()), help="Split it."))
        except RecursionError:
            message = "the document's schemas are nested too deeply to be checked"
            tell(Diagnostic("WSG600", message, document.key_span(()), help="Flatten them."))


def _budget_of_examples() -> Budget:
    return Budget(each=2.0, left=10.0)


def _cut(item: Diagnostic) -> Diagnostic:
    """Return `item` with its texts shortened, since names in a document may be very long."""
    if len(item.message) <= _LONGEST and len(item.help or "") <= _LONGEST:
        return item
    help_text = shortened(item.help or "", _LONGEST) or None
    return replace(item, message=shortened(item.message, _LONGEST), help=help_text)


def _checks(document: AsyncApiDocument, tell: Tell) -> Iterator[Callable[[], list[Diagnostic]]]:
    from wsgen.asyncapi.validation.addresses import check_addresses
    from wsgen.asyncapi.validation.example_checks import check_examples
    from wsgen.asyncapi.validation.official_schemas import VERSIONS, check_official
    from wsgen.asyncapi.validation.operations import check_operations
    from wsgen.asyncapi.validation.references import check_references

    value = document.value
    version = value.get("asyncapi") if isinstance(value, dict) else None
    if version not in VERSIONS or not isinstance(version, str):
        span = document.value_span(("asyncapi",))
        what = (
            "this is not an AsyncAPI document"
            if version is None
            else f"version {version!r:.100} is not supported"
        )
        help_text = f"Start it with `asyncapi:` and a version; known are {_KNOWN}."
        tell(Diagnostic("WSG601", what, span, help=help_text))
        return
    major = int(version[0])
    yield partial(check_official, document, version)
    yield partial(check_references, document)
    yield partial(check_operations, document, major)
    yield partial(check_addresses, document, major)
    # Each example is a separate step.
    for item in check_examples(document, _budget_of_examples(), tell):
        tell(item)
