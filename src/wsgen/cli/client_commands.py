"""`wsgen client typescript`: make a typed client, from the project or from any document."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from wsgen.cli.chosen_project import project_of, project_root
from wsgen.cli.command import Group
from wsgen.cli.console import show_clients, show_report, show_summary
from wsgen.cli.options import format_option, module_option, paths_argument, quiet_option
from wsgen.diagnostics import Diagnostic, has_errors, in_order
from wsgen.errors import GenerationError
from wsgen.files import real
from wsgen.result import ClientResult, RunResult, State
from wsgen.settings.config import ClientSettings, Config
from wsgen.settings.table import is_npm_name, is_whole_npm_name

if TYPE_CHECKING:  # which takes long to import
    from wsgen.clients.described import Described

_LANGUAGE = "typescript"


@click.group(cls=Group)
def client() -> None:
    """Make typed clients of the routes and commands."""


@client.command(
    examples={
        "wsgen client typescript -o web/src/feed": "of all modules",
        "wsgen client typescript -o web/src/feed --check": "in CI",
        "wsgen client typescript -o src/feed --from https://example.com/asyncapi.json": "without the backend",
    },
)
@paths_argument
@module_option
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="The folder of the client.  [default: `path` of [tool.wsgen.clients.typescript]]",
)
@click.option(
    "--from", "given", metavar="FILE|URL", help="Make it of this AsyncAPI document, of version 3."
)
@click.option("--check", "check_only", is_flag=True, help="Write nothing; fail if not current.")
@click.option("--force", is_flag=True, help="Replace generated files that were edited by hand.")
@click.option("--runtime", metavar="PACKAGE", help="Import the runtime from this npm package.")
@click.option("--open-enums", is_flag=True, help="Let enumerations take unknown values.")
@click.option("--react", is_flag=True, help="Add hooks of React.")
@click.option("--mock", is_flag=True, help="Add a mock for tests and stories.")
@click.option(
    "--zod", is_flag=True, help="Add schemas of zod 4, to check values when they come or go."
)
@click.option("--package", metavar="NAME", help="Add a package.json, to publish it by this name.")
@format_option
@quiet_option
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long importing the models, or a URL, may take.",
)
def typescript(
    paths: tuple[Path, ...],
    modules: tuple[str, ...],
    output: Path | None,
    given: str | None,
    check_only: bool,
    force: bool,
    runtime: str | None,
    open_enums: bool,
    react: bool,
    mock: bool,
    zod: bool,
    package: str | None,
    form: str,
    quiet: bool,
    timeout: float,
) -> int:
    """Write the TypeScript client of the modules below PATH."""
    from wsgen.clients.client_files import Ending, make_client
    from wsgen.clients.given_document import describe_given, without_secrets
    from wsgen.commit.project_lock import project_lock

    started = perf_counter()
    if given is not None and (paths or modules):
        raise click.UsageError("--from goes with neither PATH nor --module: it names the document")
    if output is None and (given is not None or paths or modules):
        part = (
            "the client in the settings is of all modules"
            if given is None
            else "name the folder of the client"
        )
        message = f"--output is missing: {part}"
        raise click.UsageError(message)
    config = project_of(paths)
    flags = {"open_enums": open_enums, "react": react, "mock": mock, "zod": zod}
    names = {"runtime": runtime, "package": package}
    settings = _settings(config, output, names, flags)
    try:
        described, found = (
            _of_project(config, paths, modules, timeout)
            if given is None
            else describe_given(given, timeout)
        )
    except GenerationError as error:
        described, found = None, error.diagnostics
    clients: tuple[ClientResult, ...] = (ClientResult(_LANGUAGE, settings.output, State.FAILED),)
    if described is not None:
        named = without_secrets(given) if given and "://" in given else given
        command = _command(output, named, paths, {"module": modules, **names, **flags})
        ending = Ending(not check_only, command, force=force)
        # A front end that has only a document is not a project of wsgen.
        locked = nullcontext() if check_only or given is not None else project_lock(config)
        with locked:
            client_made, more = make_client(described, settings, ending)
        clients, found = (client_made,), (*found, *more)
    result = RunResult((), in_order(found), clients)
    show_report(result, form, project_root())
    if form == "text" and not quiet:
        show_clients(result, verbose=False)
        show_summary(result, perf_counter() - started)
    return 1 if has_errors(result.diagnostics) else 0


def _settings(
    config: Config,
    output: Path | None,
    names: Mapping[str, str | None],
    flags: Mapping[str, bool],
) -> ClientSettings:
    """Return the settings of the client: those of the project if it has that folder, changed by options.

    Raises UsageError if no folder is named.
    """
    for option, is_name in (("runtime", is_npm_name), ("package", is_whole_npm_name)):
        name = names[option]
        if name is not None and not is_name(name):
            raise click.UsageError(f"--{option} is not the name of an npm package: {name}")
    named = next((item for item in config.clients if item.language == _LANGUAGE), None)
    if output is not None and (named is None or named.output != real(output)):
        named = ClientSettings(_LANGUAGE, real(output))
    if named is None:
        message = "--output is missing, and there is no [tool.wsgen.clients.typescript]"
        raise click.UsageError(message)
    given: dict[str, Any] = {name: True for name, is_given in flags.items() if is_given}
    given |= {option: name for option, name in names.items() if name is not None}
    return named._replace(**given)


def _of_project(
    config: Config, paths: tuple[Path, ...], modules: tuple[str, ...], timeout: float
) -> tuple[Described | None, tuple[Diagnostic, ...]]:
    """Return the document of the modules of a project, None if there are errors, and what is wrong."""
    from wsgen.clients.module_documents import describe_modules
    from wsgen.pipeline.nothing_found import with_reason_for_nothing
    from wsgen.pipeline.sources import as_result, find_modules, load_modules

    loaded, found = load_modules(find_modules(paths, modules, config), config)
    result = with_reason_for_nothing(as_result(loaded, found), paths, config, gate=True)
    found = (*config.warnings, *result.diagnostics)
    if has_errors(found):
        return None, found
    described, more = describe_modules(loaded, config, timeout)
    return described, (*found, *more)


def _command(
    output: Path | None, given: str | None, paths: tuple[Path, ...], others: Mapping[str, object]
) -> str:
    """Return the command that makes the same client: each option that is left out would change it."""
    words = ["wsgen", "client", "typescript", *map(str, paths)]
    words += ["-o", str(output)] if output is not None else []
    words += ["--from", given] if given is not None else []
    for name, value in others.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, tuple):
            words += [word for item in value for word in (option, str(item))]
        elif value is True:
            words.append(option)
        elif value:
            words += [option, str(value)]
    return shlex.join(words)
