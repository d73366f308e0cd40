"""Find the documents of modules that no longer exist, among files that may be anybody's."""

import json
from collections.abc import Collection
from pathlib import Path

from wsgen.asyncapi.export.output_files import OutputFiles, Subject
from wsgen.asyncapi.validation.document_reader import read_document
from wsgen.files import bytes_of
from wsgen.load.sourcetext import UnreadableError

_MARKS = (b"x-router", b"x-command")


def left_over(output: OutputFiles, modules: Collection[Subject], title: str) -> list[Path]:
    """Return the files of `output` that were exported for modules other than `modules`, sorted.

    Such a file has the name that its own module gives it, and describes routers or commands. The title of each
    document starts with the project's `title`, so that documents of another project are not touched. The
    document of another version of the API is not left over while its module exists.
    """
    names = {module.name for module in modules}
    current = {_stem_of(module, output) for module in modules}
    found = []
    for file in sorted(output.candidates()):
        stem = file.with_suffix("")
        subject = None if stem in current else _subject_of(file, title)
        if subject and subject.name not in names and _stem_of(subject, output) == stem:
            found.append(file)
    return found


def _stem_of(subject: Subject, output: OutputFiles) -> Path | None:
    """Return the file of the document without its suffix, None if no file can have the name."""
    try:
        return output.file_of(subject).with_suffix("")
    except ValueError:
        return None


def _subject_of(file: Path, title: str) -> Subject | None:
    """Return the module that `file` describes if it is a document of one module of this project."""
    data = (bytes_of(file) or b"") if file.is_file() else b""
    if not any(mark in data for mark in _MARKS):
        return None
    try:
        # JSON is also YAML, but the JSON parser reads it a hundred times faster.
        is_json = data.startswith(b"{")
        document = json.loads(data) if is_json else read_document(file, data).value
        said, version = document["info"]["title"], document["info"]["version"]
        ((_, channel),) = document["channels"].items()
        name = channel["x-module"]
    except (ValueError, UnreadableError, RecursionError, TypeError, LookupError, AttributeError):
        return None
    if not (isinstance(name, str) and isinstance(said, str) and said.startswith(title)):
        return None
    module = said.removeprefix(title).strip()
    if name == module:
        return Subject(name, module, str(version))
    return Subject(name, module, name[len(module) + 1 :]) if name.startswith(f"{module}-") else None
