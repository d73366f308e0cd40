"""`wsgen asyncapi export|validate|html`: make, check and show AsyncAPI documents."""

from importlib.util import find_spec
from pathlib import Path

import click

from wsgen.cli.chosen_project import project_root, write_in_project
from wsgen.cli.command import Group
from wsgen.cli.console import echo, show_report
from wsgen.cli.document_export import (
    Choices,
    files_of,
    keep_documents,
    make_documents,
    print_document,
)
from wsgen.cli.options import (
    format_option,
    module_option,
    paths_argument,
    quiet_option,
    report_option,
)
from wsgen.diagnostics import has_errors
from wsgen.errors import FilesError
from wsgen.report.display import display_path
from wsgen.result import RunResult

_VERSIONS = ("3.1", "3.0", "2.6")
_PERSPECTIVES = ("server", "client")
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
        'wsgen asyncapi export -o "docs/{module}_{version}.json"': "the same, with chosen names",
    },
)
@paths_argument
@module_option
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help=(
        "File or folder, or a file for each {module}; {version} is that of the module, such as v1, or else of "
        "the API.  [default: stdout]"
    ),
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
    "--perspective",
    type=click.Choice(_PERSPECTIVES),
    default="server",
    show_default=True,
    help="Whose sending and receiving to describe; generators of clients need `client`.",
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
    perspective: str,
    notation: str | None,
    check_only: bool,
    form: str,
    quiet: bool,
    timeout: float,
) -> int:
    """Write the AsyncAPI document of the modules below PATH."""
    if check_only and output is None:
        raise click.UsageError("--check needs --output: the document to compare with")
    if form != "text" and output is None:
        raise click.UsageError(f"--report {form} needs --output: the document goes to stdout too")
    notation = notation or ("json" if output is not None and output.suffix == ".json" else "yaml")
    files = None if output is None else files_of(output, notation, per_module=per_module)
    per_module = per_module or "{module}" in str(output)
    choices = Choices(paths, modules, version, perspective, per_module, timeout)
    made = make_documents(choices)
    if files is None:
        print_document(made, notation)
        found = made.diagnostics
    else:
        talks = form == "text" and not quiet
        found = keep_documents(made, choices, files, notation, check_only=check_only, talks=talks)
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
    made = make_documents(Choices(paths, modules, timeout=timeout))
    for document in made.documents.values():
        # This is the only import of the runtime in wsgen: the page is the one that the runtime serves.
        from wsgen_runtime.documents.page import PageAssetsMissingError, render_page

        try:
            text = render_page(document, url=url)
        except PageAssetsMissingError as error:
            raise FilesError(str(error)) from error
        if write_in_project(output, text.encode()) and form == "text" and not quiet:
            echo(f"wrote {display_path(output)}")
    show_report(RunResult((), made.diagnostics), form, project_root())
    return 1 if has_errors(made.diagnostics) else 0
