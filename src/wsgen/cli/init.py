"""`wsgen init`: start a module where it belongs in the project, and say how to serve it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from wsgen.cli.command import Command, started_in
from wsgen.cli.console import echo
from wsgen.environment import has_package
from wsgen.files import real
from wsgen.report.display import display_path, printable
from wsgen.scaffold import Started, start_module
from wsgen.scaffold.applications import Application, serve_command
from wsgen.scaffold.project import Project

_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "fastapi": (("fastapi",),),
    '"uvicorn[standard]"': (("uvicorn",), ("websockets", "wsproto")),
    "wsgen-runtime": (("wsgen_runtime",),),
}
"""What is to be installed, unless one module of each group is there."""


@click.command(
    cls=Command,
    examples={
        "wsgen init market": "a module in the package of the project",
        "wsgen init market --path src/shop/modules": "in this folder",
        "wsgen init market --models shop.schemas": "with models that you have",
    },
)
@click.argument("module", default="example")
@click.option("--path", metavar="DIR", help="The folder of modules.  [default: the package]")
@click.option(
    "--models", metavar="NAME", help="The Python module of your models.  [default: a new one]"
)
def init(module: str, path: str | None, models: str | None) -> int:
    """Start MODULE: write its ws.yaml, models and a service into the package of the project.

    In an empty folder, write a project around it that can be served. Nothing that exists is changed, except that
    settings are added to pyproject.toml and a line to .gitattributes.
    """
    started = start_module(module, Path.cwd(), path, models)
    for word, files in (
        ("wrote   ", started.written),
        ("extended", started.extended),
        ("kept    ", started.kept),
    ):
        for file in sorted(files):
            echo(f"{word} {display_path(file)}")
    for line in _next_steps(started):
        echo(line)
    return 0


def _next_steps(started: Started) -> Iterator[str]:
    """Yield what to do next: lines to add to an application that was there, and how to serve it."""
    application = started.application
    yield ""
    if not started.has_models:
        yield "Name a request and an update of your models in ws.yaml first."
    if started.is_as_written and not (application and started.is_served):
        where, indentation = "where your application is made", ""
        if application is not None:
            where = f"to {display_path(application.file)}, below `{application.name} = ...`"
            indentation = application.indentation
        yield f"Add {where}{', in its function' if indentation else ''}:"
        yield ""
        yield from (f"    {indentation}{line}".rstrip() for line in _lines_to_add(started))
        yield ""
    if started.left_out:
        yield from started.left_out
        yield ""
    root, here = started.project.root, started_in(click.get_current_context())
    yield "Next:" if real(here) == root else f"Next, in {display_path(root, here)}:"
    yield ""
    environment = started.project.environment
    missing = [
        name
        for name, groups in _NEEDED.items()
        if not all(any(has_package(environment, each) for each in group) for group in groups)
    ]
    if missing:
        yield f"    pip install {' '.join(missing)}"
    yield "    wsgen render"
    if application is not None and (command := _command(application, started.project)):
        yield f"    {printable(command)}"
        yield f"    http://127.0.0.1:8000{started.endpoint}"


def _command(application: Application, project: Project) -> str | None:
    return serve_command(application, project.root, project.import_folders)


def _lines_to_add(started: Started) -> Iterator[str]:
    names, application = started.names, started.application
    yield "from wsgen_runtime import WsApp"
    yield f"from {started.service} import {names.service}"
    yield f"from {started.generated} import {names.router}"
    yield ""
    title = started.package.rpartition(".")[2]
    yield f'ws_app = WsApp(title="{title}", routers=[{names.router}(service={names.service}())])'
    name = "app" if application is None else application.name
    if application is not None and application.framework == "Starlette":
        yield f'{name}.routes.extend(ws_app.routes("{started.endpoint}"))'
        yield f"# and {name} = Starlette(lifespan=ws_app.lifespan, ...)"
    else:
        yield f'{name}.include_router(ws_app.router("{started.endpoint}"))'
