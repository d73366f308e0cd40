"""The Jinja2 templates: those of the project take precedence over the built-in ones."""

from functools import cache, lru_cache
from pathlib import Path

import jinja2

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import GenerationError, refuse
from wsgen.outputs.python.docstrings import docstring
from wsgen.outputs.python.literals import literal
from wsgen.source import Template

BUILT_IN = Path(__file__).with_name("templates")


@cache
def _built_in() -> jinja2.Environment:
    return _environment(BUILT_IN)


@lru_cache(maxsize=8)
def _of_project(folder: Path) -> jinja2.Environment:
    return _environment(folder, BUILT_IN)


forget_templates = _of_project.cache_clear
"""Let the templates of projects be read again, since they may have changed since the last run."""


def _environment(*folders: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders, encoding="utf-8-sig"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,  # noqa: S701  the output is Python, for which `literal` and `docstring` escape
    )
    environment.filters.update(literal=literal, docstring=docstring)
    return environment


def load_template(name: str, folder: Path | None) -> jinja2.Template:
    """Return the template `name` in `folder`, or else the built-in one. It is read once in a run,
    a built-in one once in a process.

    Raises GenerationError with the place of the mistake if the project's template cannot be read.
    """
    try:
        return (_of_project(folder) if folder else _built_in()).get_template(name)
    except jinja2.TemplateSyntaxError as error:
        raise _broken(error, Path(error.filename or name), error.lineno) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(error, (folder or BUILT_IN) / name, 1) from error


def project_template(name: str, folder: Path | None) -> Template | None:
    """Return the project's template `name` in `folder`, None if the built-in one is used."""
    if folder is None or not (file := folder / name).is_file():
        return None
    return Template(file, r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")


def fill(template: jinja2.Template, values: dict[str, object]) -> str:
    """Return the text of `template` with `values`.

    Raises GenerationError with the line of the template if a name is undefined, or if anything else goes wrong
    while the template of a project runs.
    """
    try:
        return template.render(values)
    except Exception as error:  # a template is the project's code: it may raise anything
        line, trace = 1, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == template.filename:
                line = trace.tb_lineno
            trace = trace.tb_next
        raise _broken(error, Path(template.filename or ""), line) from error


def _broken(error: Exception, file: Path, line: int) -> GenerationError:
    message = f"the template {file.name} cannot be used: {error}"
    help_text = (
        "Correct the template; https://wsgen.github.io/wsgen/how-to/templates/ lists its values."
    )
    return refuse(Diagnostic("WSG404", message, Span(file, line), help=help_text))
