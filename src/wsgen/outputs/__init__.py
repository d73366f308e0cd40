"""ModuleSpec -> the texts of its package, by file name. Writes nothing."""

from collections.abc import Collection, Mapping
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import GenerationError
from wsgen.files import read_text
from wsgen.model import ModuleSpec
from wsgen.outputs.python.generic.specialise import Origin
from wsgen.source import Positions


def render_package(
    module: ModuleSpec,
    *,
    origin: str,
    sources: tuple[Path, ...],
    local: Collection[str],
    template: Path | None = None,
    templates: Path | None = None,
    positions: Positions | None = None,
    schemes: Mapping[str, object] | None = None,
    native: bool = True,
) -> Mapping[str, str]:
    """Return the files of a module's package: routers, `__init__.py` and `asyncapi.json`.

    `origin` names the source for the headers; `sources` are the folders that modules are importable from,
    `local` the project's own top-level packages; `template` is the project's generic class to specialise
    instead of filling a Jinja2 template; `templates` is a folder of Jinja2 templates that come before the
    built-in ones; `positions` are the places of what the sources say; `schemes` are the security schemes that
    routers name; routers are `native` if they speak the protocol of the runtime.

    Raises GenerationError, with all that is wrong, if a template of the project cannot be used.
    """
    from wsgen.outputs.channels.stub import render_channels
    from wsgen.outputs.python.routers import render_exports, render_router

    files = {"__init__.py": render_exports(module, origin=origin, templates=templates)}
    if template is not None and template.is_file():
        files |= _specialised(module, template, Origin(origin, positions or {}), sources, local)
    else:
        for router in module.routers:
            files[router.file_name] = render_router(
                router, module, origin=origin, local=local, templates=templates
            )
    files["asyncapi.json"] = render_channels(module, schemes or {}, native=native)
    return files


def forget_templates() -> None:
    """Read all Jinja2 templates anew: they may have changed since the last run."""
    from wsgen.outputs.python import jinja_templates as templating

    templating.forget_templates()


def _specialised(
    module: ModuleSpec,
    template: Path,
    origin: Origin,
    sources: tuple[Path, ...],
    local: Collection[str],
) -> dict[str, str]:
    from wsgen.outputs.python.generic.parsing import parse_template
    from wsgen.outputs.python.generic.specialise import specialise

    try:
        text = read_text(template, "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"the template {template.name} cannot be read: {error}"
        advice = "Make it a readable file in UTF-8."
        found = Diagnostic("WSG420", message, Span(template), help=advice)
        raise GenerationError(message, [found]) from error
    parsed = parse_template(template, text, sources)
    files = {}
    wrong: list[Diagnostic] = []
    for router in module.routers:
        try:
            files[router.file_name] = specialise(parsed, router, origin, local=local)
        except GenerationError as error:
            wrong += error.diagnostics
    if wrong:
        raise GenerationError(wrong[0].message, wrong)
    return files
