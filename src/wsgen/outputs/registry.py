"""The registered outputs: those that render a module's package together, and the clients."""

from wsgen.manifest import digest, is_package_path
from wsgen.model import ModuleSpec
from wsgen.outputs.channels.stub import render_stub
from wsgen.outputs.clients.contract import ClientOutput
from wsgen.outputs.clients.typescript.client_files import render_typescript, runtime_files
from wsgen.outputs.contract import Output, RenderContext, RenderedFile, language_of
from wsgen.outputs.python.package import render_python

OUTPUTS: dict[str, Output] = {
    "python": render_python,
    "channels": render_stub,
}

CLIENTS: dict[str, ClientOutput] = {
    "typescript": render_typescript,
}
"""The clients by language, each made of a whole document."""


def render_package(module: ModuleSpec, context: RenderContext) -> dict[str, RenderedFile]:
    """Return the files of a module's package by path, in the order in which they are to be written.

    Raises GenerationError if a template of the project cannot be used.
    """
    files: dict[str, RenderedFile] = {}
    for name, render in OUTPUTS.items():
        for path, file in render(module, context).items():
            refused = not is_package_path(path) or path in files
            if refused or file.language is not language_of(path):
                raise ValueError(f"the output `{name}` must not render a file called {path!r}")
            files[path] = file
    return dict(sorted(files.items(), key=lambda item: (item[1].rank, item[0])))


def files_of_runtime() -> dict[str, str]:
    """Return the digests of the files that clients get as they are."""
    return {name: digest(text.encode()) for name, text in (runtime_files() or {}).items()}


def forget_templates() -> None:
    """Let the templates of projects be read again, since they may have changed since the last run."""
    from wsgen.outputs.python import jinja_templates

    jinja_templates.forget_templates()
