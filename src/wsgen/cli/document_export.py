"""Make the documents of a project as `wsgen asyncapi export` is asked for them, and keep its files current."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wsgen.cli.chosen_project import project_of, write_in_project
from wsgen.cli.console import echo
from wsgen.diagnostics import Diagnostic, Span, has_errors, in_order
from wsgen.files import bytes_of
from wsgen.names import did_you_mean
from wsgen.report.display import display_path

if TYPE_CHECKING:  # only the commands that make documents need them
    from wsgen.asyncapi.export.output_files import OutputFiles, Subject

_AGAIN = "Run `wsgen asyncapi export` with the same options, without --check"


@dataclass(frozen=True, slots=True)
class Choices:
    """Which documents to make: of which modules, in which version, and from whose perspective."""

    paths: tuple[Path, ...]
    modules: tuple[str, ...]
    version: str = "3.1"
    perspective: str = "server"
    per_module: bool = False
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Made:
    """Documents by name, what each describes, and all diagnostics."""

    documents: Mapping[str, dict[str, object]]
    subjects: tuple["Subject", ...]
    diagnostics: tuple[Diagnostic, ...]


def make_documents(choices: Choices) -> Made:
    """Return the documents of the modules that are chosen; none if there are errors. Raises WsgenError."""
    from wsgen.asyncapi.export.assemble import subject_of
    from wsgen.asyncapi.export.document_settings import read_settings
    from wsgen.asyncapi.export.loaded_modules import export_modules
    from wsgen.pipeline.nothing_found import with_reason_for_nothing
    from wsgen.pipeline.sources import as_result, find_modules, load_modules

    config = project_of(choices.paths)
    settings = read_settings(config.asyncapi, config.file)
    loaded, found = load_modules(find_modules(choices.paths, choices.modules, config), config)
    result = with_reason_for_nothing(as_result(loaded, found), choices.paths, config, gate=True)
    found = in_order((*config.warnings, *result.diagnostics))
    if has_errors(found):
        return Made({}, (), found)
    exported = export_modules(
        loaded,
        config,
        version=choices.version,
        perspective=choices.perspective,
        per_module=choices.per_module,
        timeout=choices.timeout,
    )
    specs = {item.spec.full_name: item.spec for item in loaded.values() if item.spec is not None}
    subjects = [subject_of(specs.get(name), settings) for name in exported.documents]
    return Made(exported.documents, tuple(subjects), in_order((*found, *exported.diagnostics)))


def files_of(output: Path, notation: str, *, per_module: bool) -> "OutputFiles":
    """Return the files that `--output` means. Raises UsageError for a path that means none."""
    from wsgen.asyncapi.export import output_files

    placeholders = output_files.placeholders_in(str(output))
    known = [f"{{{name}}}" for name in output_files.PLACEHOLDERS]
    for name in placeholders:
        if name not in output_files.PLACEHOLDERS:
            otherwise = f"Known are {' and '.join(known)}."
            help_text = did_you_mean(f"{{{name}}}", known, otherwise)
            raise click.UsageError(f"--output has the unknown placeholder {{{name}}}. {help_text}")
    rest = str(output)
    for name in known:
        rest = rest.replace(name, "")
    if "{" in rest or "}" in rest:
        raise click.UsageError(
            f"--output has a brace without the other. Known are {' and '.join(known)}."
        )
    is_file = output.suffix in output_files.SUFFIXES
    if placeholders and not is_file:
        raise click.UsageError("--output has placeholders: end it with .json, .yaml or .yml")
    if placeholders:
        return output_files.NamePattern(str(output))
    if per_module or output.is_dir() or not is_file:
        return output_files.Folder(output, notation)
    return output_files.OneFile(output)


def print_document(made: Made, notation: str) -> None:
    """Print the only document, if there is one. Raises UsageError if there are several."""
    from wsgen.asyncapi.export.document_files import format_document

    if len(made.documents) > 1:
        raise click.UsageError("several documents need --output: a folder")
    for document in made.documents.values():
        click.echo(format_document(document, notation), nl=False)


def keep_documents(
    made: Made,
    choices: Choices,
    files: "OutputFiles",
    notation: str,
    *,
    check_only: bool,
    talks: bool,
) -> tuple[Diagnostic, ...]:
    """Write the documents that differ, and remove those of modules that no longer exist; return all diagnostics.

    With `check_only`, nothing is written or removed, and each such document is a diagnostic. Raises FilesError.
    """
    from wsgen.asyncapi.export.document_files import format_document

    places = {subject.name: _file_of(subject, files) for subject in made.subjects}
    if shared := _shared(places):
        return in_order((*made.diagnostics, *shared))
    found = list(made.diagnostics)
    for name, document in made.documents.items():
        file, text = places[name], format_document(document, notation)
        if check_only:
            found += _drift(file, text)
        elif write_in_project(file, text.encode()) and talks:
            echo(f"wrote {display_path(file)}")
    if choices.per_module and not choices.modules and not has_errors(made.diagnostics):
        found += _left_over(choices.paths, files, remove=not check_only, talks=talks)
    return in_order(found)


def _file_of(subject: "Subject", files: "OutputFiles") -> Path:
    try:
        return files.file_of(subject)
    except ValueError as error:
        raise click.UsageError(f"{error}: choose another --output") from error


def _shared(places: Mapping[str, Path]) -> list[Diagnostic]:
    """Return a diagnostic for each module whose document would have the file of another one, on some disk."""
    taken: dict[str, str] = {}
    found = []
    for name, file in places.items():
        first = taken.setdefault(os.fspath(file).lower(), name)
        if first != name:
            same = places[first] == file
            which = (
                f"the same file, {display_path(file)}" if same else "files that differ in case only"
            )
            message = f"the documents of `{first}` and `{name}` have {which}"
            help_text = (
                "Put both {module} and {version} into --output, or use --per-module with a folder."
            )
            if not same:
                help_text = (
                    "Give one of the modules another `module:`: on some disks, it is one file."
                )
            found.append(Diagnostic("WSG663", message, help=help_text, module=name))
    return found


def _drift(file: Path, text: str) -> list[Diagnostic]:
    # Git may have checked out the file with the line ends of this machine.
    if (bytes_of(file) or b"").replace(b"\r\n", b"\n") == text.encode():
        return []
    what = "is not current" if file.is_file() else "does not exist"
    message = f"the document {display_path(file)} {what}"
    return [Diagnostic("WSG662", message, Span(file, 1, 1, 1, 1), help=f"{_AGAIN}.")]


def _left_over(
    paths: tuple[Path, ...], files: "OutputFiles", *, remove: bool, talks: bool
) -> list[Diagnostic]:
    """Remove the documents of modules that no longer exist, or return diagnostics for them."""
    from wsgen.asyncapi.export.assemble import subject_of
    from wsgen.asyncapi.export.document_settings import read_settings
    from wsgen.asyncapi.export.left_over import left_over
    from wsgen.pipeline.sources import find_modules, load_modules

    config = project_of(paths)
    settings = read_settings(config.asyncapi, config.file)
    sources = {*find_modules(paths, (), config), *find_modules((), (), config)}
    loaded, _ = load_modules(list(sources), config)
    if any(item.spec is None for item in loaded.values()):
        return []  # What another module is called is not known.
    specs = [item.spec for item in loaded.values() if item.spec is not None]
    subjects = [subject_of(spec, settings) for spec in specs if not spec.is_empty]
    found = []
    for file in left_over(files, subjects, settings.title):
        if remove:
            file.unlink(missing_ok=True)
            if talks:
                echo(f"removed {display_path(file)}")
            continue
        message = f"the document {display_path(file)} belongs to a module that no longer exists"
        place = Span(file, 1, 1, 1, 1)
        found.append(Diagnostic("WSG662", message, place, help=f"{_AGAIN}, to remove it."))
    return found
