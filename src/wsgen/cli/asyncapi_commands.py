"""`wsgen asyncapi export|validate|html`: make, check and show AsyncAPI documents."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import click

from wsgen.cli.chosen_project import project_of, project_root, write_in_project
from wsgen.cli.command import Group
from wsgen.cli.console import echo, show_report
from wsgen.cli.options import (
    format_option,
    module_option,
    paths_argument,
    quiet_option,
    report_option,
)
from wsgen.diagnostics import Diagnostic, Span, has_errors, in_order
from wsgen.errors import FilesError
from wsgen.files import bytes_of
from wsgen.report.display import display_path
from wsgen.result import RunResult

_VERSIONS = ("3.1", "3.0", "2.6")
_timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long importing the models may take.",
)


@click.group(cls=Group)
def asyncapi() -> None:
    """Export, validate and show AsyncAPI documents."""


@asyncapi.command(
    examples={
        "wsgen asyncapi export -o asyncapi.yaml": "one document of all modules",
        "wsgen asyncapi export -o asyncapi.yaml --check": "in CI",
        "wsgen asyncapi export -o docs --per-module": "a document for each module",
    },
)
@paths_argument
@module_option
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="File or folder.  [default: stdout]"
)
@click.option("--per-module", is_flag=True, help="One document for each module.")
@click.option(
    "--version",
    type=click.Choice(_VERSIONS),
    default="3.1",
    show_default=True,
    help="Of AsyncAPI.",
)
@click.option(
    "--format",
    "notation",
    type=click.Choice(("yaml", "json")),
    help="Of the document.  [default: by the name of the file, else yaml]",
)
@click.option("--check", "check_only", is_flag=True, help="Write nothing; fail if not current.")
@report_option("--report")
@quiet_option
@_timeout_option
def export(
    paths: tuple[Path, ...],
    modules: tuple[str, ...],
    output: Path | None,
    per_module: bool,
    version: str,
    notation: str | None,
    check_only: bool,
    form: str,
    quiet: bool,
    timeout: float,
) -> int:
    """Write the AsyncAPI document of the modules below PATH."""
    from wsgen.asyncapi.export.document_files import format_document

    if check_only and output is None:
        raise click.UsageError("--check needs --output: the document to compare with")
    if form != "text" and output is None:
        raise click.UsageError(f"--report {form} needs --output: the document goes to stdout too")
    notation = notation or ("json" if output is not None and output.suffix == ".json" else "yaml")
    documents, found = _documents(paths, modules, version, per_module=per_module, timeout=timeout)
    texts = {name: format_document(document, notation) for name, document in documents.items()}
    if output is None and len(texts) > 1:
        raise click.UsageError("several documents need --output: a folder")
    talks = form == "text" and not quiet
    if texts and output is not None:
        files = _files(texts, output, notation, per_module=per_module)
        if check_only:
            found = (*found, *_drift(files))
        else:
            for file, text in files.items():
                if write_in_project(file, text.encode()) and talks:
                    echo(f"wrote {display_path(file)}")
    elif texts:
        click.echo(next(iter(texts.values())), nl=False)
    if output is not None and per_module and not modules and not has_errors(found):
        found = (*found, *_left_over(paths, output, remove=not check_only, talks=talks))
    show_report(RunResult((), found), form, project_root())
    return 1 if has_errors(found) else 0


@asyncapi.command(
    examples={
        "wsgen asyncapi validate asyncapi.yaml": "any document, 2.0 to 3.1",
    },
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@quiet_option
def validate(files: tuple[Path, ...], form: str, quiet: bool) -> int:
    """Check AsyncAPI documents, 2.0 to 3.1, YAML or JSON."""
    from wsgen.asyncapi.validation.validate import validate_files

    found = validate_files(files)
    show_report(RunResult((), found), form, project_root())
    failed = has_errors(found)
    if form == "text" and not quiet and not failed:
        noun = "document" if len(files) == 1 else "documents"
        echo(f"{len(files)} {noun} valid" + (f", {len(found)} warnings" if found else ""))
    return 1 if failed else 0


@asyncapi.command(
    examples={
        "wsgen asyncapi html -o asyncapi.html": "the page of all modules",
    },
)
@paths_argument
@module_option
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="The file.")
@click.option("--url", help="Where the page's console connects to.")
@format_option
@quiet_option
@_timeout_option
def html(
    paths: tuple[Path, ...],
    modules: tuple[str, ...],
    output: Path,
    url: str | None,
    form: str,
    quiet: bool,
    timeout: float,
) -> int:
    """Write one self-contained page: the reference and a live console."""
    if find_spec("wsgen_runtime") is None:
        raise click.UsageError("the page is that of the runtime: pip install 'wsgen[runtime]'")
    documents, found = _documents(paths, modules, "3.1", per_module=False, timeout=timeout)
    for document in documents.values():
        # This is the only import of the runtime in wsgen: the page is the one that the runtime serves.
        from wsgen_runtime.documents.page import PageAssetsMissingError, render_page

        try:
            text = render_page(document, url=url)
        except PageAssetsMissingError as error:
            raise FilesError(str(error)) from error
        if write_in_project(output, text.encode()) and form == "text" and not quiet:
            echo(f"wrote {display_path(output)}")
    show_report(RunResult((), found), form, project_root())
    return 1 if has_errors(found) else 0


def _documents(
    paths: Sequence[Path],
    names: Sequence[str],
    version: str,
    *,
    per_module: bool,
    timeout: float,
) -> tuple[Mapping[str, dict[str, object]], tuple[Diagnostic, ...]]:
    """Return the documents of the modules below `paths`, by name, and all diagnostics."""
    from wsgen.asyncapi.export.assemble import Exportable
    from wsgen.asyncapi.export.document_settings import read_settings
    from wsgen.asyncapi.export.export_documents import export_documents
    from wsgen.outputs.channels.stub import render_channels
    from wsgen.pipeline.drafts import is_native
    from wsgen.pipeline.nothing_found import with_reason_for_nothing
    from wsgen.pipeline.sources import as_result, find_modules, load_modules

    config = project_of(paths)
    settings = read_settings(config.asyncapi, config.file)
    loaded, found = load_modules(find_modules(paths, names, config), config)
    found = with_reason_for_nothing(as_result(loaded, found), paths, config, gate=True).diagnostics
    if has_errors(found):
        return {}, in_order((*config.warnings, *found))
    modules = [
        Exportable(
            item.spec,
            render_channels(item.spec, config.security_schemes, native=is_native(source, config)),
            item.positions,
        )
        for source, item in loaded.items()
        if item.spec is not None
    ]
    exported = export_documents(
        modules,
        settings=settings,
        root=config.root,
        sources=config.sources,
        environment=config.environment,
        version=version,
        per_module=per_module,
        timeout=timeout,
    )
    return exported.documents, in_order((*config.warnings, *found, *exported.diagnostics))


def _files(
    texts: Mapping[str, str], output: Path, form: str, *, per_module: bool
) -> dict[Path, str]:
    if per_module or output.is_dir() or output.suffix not in (".json", ".yaml", ".yml"):
        return {output / f"{name}.{form}": text for name, text in texts.items()}
    return dict.fromkeys((output,), next(iter(texts.values())))


def _drift(files: Mapping[Path, str]) -> list[Diagnostic]:
    found = []
    for file, text in files.items():
        # Git may have checked out the file with the line ends of this machine.
        if (bytes_of(file) or b"").replace(b"\r\n", b"\n") == text.encode():
            continue
        what = "is not current" if file.is_file() else "does not exist"
        message = f"the document {display_path(file)} {what}"
        help_text = "Run `wsgen asyncapi export` with the same options, without --check."
        span = Span(file, 1, 1, 1, 1)
        found.append(Diagnostic("WSG662", message, span, help=help_text))
    return found


def _left_over(
    paths: Sequence[Path], folder: Path, *, remove: bool, talks: bool
) -> list[Diagnostic]:
    """Remove the documents of modules that no longer exist, or return diagnostics for them."""
    from wsgen.asyncapi.export.document_files import left_over
    from wsgen.asyncapi.export.document_settings import read_settings
    from wsgen.pipeline.sources import find_modules, load_modules

    config = project_of(paths)
    sources = {*find_modules(paths, (), config), *find_modules((), (), config)}
    loaded, _ = load_modules(list(sources), config)
    if any(item.spec is None for item in loaded.values()):
        return []  # What another module is called is not known.
    specs = [item.spec for item in loaded.values() if item.spec is not None]
    names = {spec.full_name for spec in specs if not spec.is_empty}
    found = []
    for file in left_over(folder, names, read_settings(config.asyncapi, config.file).title):
        if remove:
            file.unlink(missing_ok=True)
            if talks:
                echo(f"removed {display_path(file)}")
            continue
        message = f"the document {display_path(file)} belongs to a module that no longer exists"
        help_text = (
            "Run `wsgen asyncapi export` with the same options, without --check, to remove it."
        )
        place = Span(file, 1, 1, 1, 1)
        found.append(Diagnostic("WSG662", message, place, help=help_text))
    return found
