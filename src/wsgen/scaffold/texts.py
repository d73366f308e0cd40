"""Fill in the templates of the files that start a module."""

import json
from functools import cache
from pathlib import Path

import jinja2

_FOLDER = Path(__file__).parent / "templates"
_WIDTH = 88  # of black, and of ruff


def render_text(template: str, values: dict[str, object]) -> str:
    """Return the text of the file `template`, such as `models.py`, with `values` filled in."""
    return _environment().get_template(f"{template}.jinja").render(values)


def import_line(module: str, names: list[str]) -> str:
    """Return the import of `names`, as formatters write it: on one line, or each on its own."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  the values are names that have been checked, and TOML
    )
    environment.filters["toml"] = _toml
    return environment


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
