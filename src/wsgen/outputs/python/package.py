"""The Python files of a package: for each router, for the commands, and the `__init__.py` that exports them."""

from collections.abc import Callable
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import GenerationError, refuse
from wsgen.files import read_text
from wsgen.model import COMMANDS_FILE, ModuleSpec, RouterSpec
from wsgen.outputs.contract import Language, RenderContext, RenderedFile
from wsgen.source import Template


def render_python(module: ModuleSpec, context: RenderContext) -> dict[str, RenderedFile]:
    """Render routers, commands and exports.

    Routers are made from the project's generic class if the context has one, else from a Jinja2 template.

    Raises GenerationError, with all that is wrong, if a template of the project cannot be used.
    """
    from wsgen.outputs.python.commands import render_commands
    from wsgen.outputs.python.jinja_templates import project_template
    from wsgen.outputs.python.routers import render_exports, render_router

    if context.template is not None and context.template.is_file():
        files = _specialised(module, context.template, context)
    else:
        template = project_template("router.py.jinja", context.templates)
        files = _each(
            module, lambda router: render_router(router, module, context), template=template
        )
    if module.commands:
        template = project_template("commands.py.jinja", context.templates)
        text = render_commands(module, context)
        files[COMMANDS_FILE] = RenderedFile(text, Language.PYTHON, template=template)
    template = project_template("__init__.py.jinja", context.templates)
    exports = render_exports(module, context)
    return {**files, "__init__.py": RenderedFile(exports, Language.PYTHON, 1, template)}


def _specialised(
    module: ModuleSpec, template: Path, context: RenderContext
) -> dict[str, RenderedFile]:
    """Return the file of each router, made from the project's generic class."""
    from wsgen.outputs.python.generic.parsing import parse_template
    from wsgen.outputs.python.generic.specialise import specialise

    try:
        text = read_text(template, "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"the template {template.name} cannot be read: {error}"
        help_text = "Make it a readable file in UTF-8."
        raise refuse(Diagnostic("WSG420", message, Span(template), help=help_text)) from error
    parsed = parse_template(template, text, context.sources)
    return _each(module, lambda router: specialise(parsed, router, context), template=parsed.origin)


def _each(
    module: ModuleSpec, render: Callable[[RouterSpec], str], *, template: Template | None
) -> dict[str, RenderedFile]:
    """Return the file of each router; raises GenerationError with what is wrong with any of them."""
    files = {}
    wrong: list[Diagnostic] = []
    for router in module.routers:
        try:
            files[router.file_name] = RenderedFile(
                render(router), Language.PYTHON, template=template
            )
        except GenerationError as error:
            wrong += error.diagnostics
    if wrong:
        raise refuse(*dict.fromkeys(wrong))
    return files
