"""Correct in the YAML sources of modules what needs no decision: `--fix`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from wsgen.commit.single_file import write_file
from wsgen.diagnostics import Diagnostic, Fix
from wsgen.files import bytes_of
from wsgen.load.sourcetext import UnreadableError, read_source
from wsgen.load.yaml.reader import load_yaml
from wsgen.settings.config import Config
from wsgen.source import ModuleSource
from wsgen.syntax.text_ranges import SourceText, applied

_PASSES = 10
"""How often a file is read again, since a corrected key makes its value count."""


class Fixed(NamedTuple):
    """A file that was corrected, and the diagnostics that it no longer has."""

    path: Path
    diagnostics: tuple[Diagnostic, ...]


def fix_sources(sources: Iterable[ModuleSource], config: Config) -> Iterator[Fixed]:
    """Correct the YAML source of each of `sources`; yield those that have changed.

    Everything else in a file stays as it is, byte for byte.

    Raises FilesError if a file cannot be written, or is linked from outside of the project.
    """
    for source in sources:
        path = source.yaml_file
        if path not in source.files:
            continue
        try:
            before = read_source(path)
        except UnreadableError:
            continue  # which is reported when it is loaded
        data, diagnostics = corrected(path, before, config.models)
        if not diagnostics:
            continue
        if bytes_of(path) == before:
            write_file(
                path,
                data,
                config.root,
                locked=False,
                what=f"{config.relative(path)} cannot be corrected",
                writable="Make the folder writable, or edit the file yourself.",
            )
            yield Fixed(path, diagnostics)


def corrected(path: Path, data: bytes, models: str | None) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """Return the bytes `data` of the source at `path` with its fixes, and the diagnostics that these correct."""
    done: list[Diagnostic] = []
    found = _diagnostics(path, data, models)
    for _ in range(_PASSES):
        chosen = _apart(item for item in found if item.fix)
        if not chosen:
            break
        changed = _with_fixes(path, data, [item.fix for item in chosen if item.fix])
        found, before = _diagnostics(path, changed, models), found
        if not _are_gone(chosen, before, found):
            break
        data = changed
        done += chosen
    return data, tuple(done)


def _diagnostics(path: Path, data: bytes, models: str | None) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    load_yaml(path, data, models, found)
    return found


def _apart(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return those of `found` whose edits do not touch each other, the first of those that do."""
    chosen: list[Diagnostic] = []
    end = (0, 0)
    for item in sorted(found, key=lambda item: item.fix.span.sort_key if item.fix else ("", 0, 0)):
        span = item.fix.span if item.fix else None
        if span and (span.line, span.column) > end:
            chosen.append(item)
            end = (span.end_line, span.end_column)
    return chosen


def _with_fixes(path: Path, data: bytes, fixes: Iterable[Fix]) -> bytes:
    text = data.decode("utf-8")
    source = SourceText(path, text)
    mark = text[: len(text) - len(source.text)]
    edits = [
        (
            source.starts[fix.span.line - 1] + fix.span.column - 1,
            source.starts[fix.span.end_line - 1] + fix.span.end_column - 1,
            fix.text,
        )
        for fix in fixes
    ]
    return (mark + applied(source.text, edits)).encode("utf-8")


def _are_gone(
    fixed: Iterable[Diagnostic], before: Iterable[Diagnostic], after: Iterable[Diagnostic]
) -> bool:
    """Return whether the edits did what they were for; an alias, say, may need another meaning elsewhere."""
    expected = Counter(map(_kind, before)) - Counter(map(_kind, fixed))
    found = Counter(map(_kind, after))
    return all(found[kind] <= expected[kind] for kind in map(_kind, fixed))


def _kind(item: Diagnostic) -> tuple[str, str]:
    return item.code, item.message
