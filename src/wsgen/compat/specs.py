"""The `RouterSpec` of the founding code, and the aliases of a `ws.py` as such specs, in the order of the file."""

import ast
import os
from pathlib import Path
from typing import NamedTuple

from wsgen.errors import GenerationError
from wsgen.files import read_file
from wsgen.load.python.aliases import read_aliases
from wsgen.load.python.parse import parse_python
from wsgen.load.sourcetext import UnreadableError
from wsgen.report.text import format_text


class RouterSpec(NamedTuple):
    """The spec of one router: names as written, types by their bare names."""

    class_name: str
    request_type: str
    data_type: str
    module_name: str


def parse_router_specs_from_file(
    file_path: str | os.PathLike[str], module_name: str
) -> list[RouterSpec]:
    """Return a spec for each alias of `WsRouter[Request, Data]` in a file, in the order of the file.

    `WsRouter` is recognised by its name, imported or not, and the types need not be imported. Aliases with one
    type or more than two are left out.

    Raises OSError if the file cannot be read, GenerationError, a RuntimeError, if it is not valid Python.
    """
    path = Path(file_path)
    try:
        aliases = read_aliases(parse_python(path, read_file(path)))
    except UnreadableError as error:
        detail = format_text(error.diagnostics)
        message = f"Failed to parse {path.name} for module '{module_name}': {detail}"
        raise GenerationError(message, error.diagnostics) from error
    return [
        RouterSpec(name, _text(types[0]), _text(types[1]), module_name)
        for name, _, types in aliases
        if len(types) == 2
    ]


def _text(node: ast.expr) -> str:
    """Return the type `node` as one line, without quotes around it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.strip()
    return ast.unparse(node)
