"""References in a document: JSON pointers to its other parts, and expressions for Python types."""

import ast
import importlib
import re
from typing import Any, Union
from urllib.parse import quote, unquote

_ALLOWED = "-._~!$&'()*+,;=:@?"  # allowed in a fragment, besides letters and digits
_IMPORTED = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_][\w.]*)")
_BUILTINS: dict[str, Any] = {  # classes that take type arguments have no common static type
    kind.__name__: kind
    for kind in (bool, bytes, dict, float, frozenset, int, list, set, str, tuple)
}


def pointer_to(*parts: str) -> str:
    """Return the reference to the value at these keys, as the fragment of a URL."""
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in parts)
    return "#/" + "/".join(quote(part, safe=_ALLOWED) for part in escaped)


def name_in(reference: str) -> str:
    """Return the last key of a reference."""
    return unquote(reference.rpartition("/")[2]).replace("~1", "/").replace("~0", "~")


def resolve_type(expression: str) -> Any:  # a type expression has no common static type
    """Return the type of an expression such as `list[trading_api.models:Bar] | None`.

    Its modules are imported, but nothing is evaluated. Raises ImportError or AttributeError for a name that
    cannot be found, ValueError for an invalid expression, and whatever else a module raises when it is
    imported.
    """
    names: list[tuple[str, str]] = []

    def placeholder(match: re.Match[str]) -> str:
        names.append((match[1], match[2]))
        return f"_{len(names) - 1}"

    try:
        tree = ast.parse(_IMPORTED.sub(placeholder, expression).strip(), mode="eval")
    except SyntaxError as error:
        raise ValueError(f"not a type expression: {expression!r}") from error
    return _build(tree.body, names, expression)


def _build(node: ast.expr, names: list[tuple[str, str]], expression: str) -> Any:  # as above
    match node:
        case ast.Constant(value=None):
            return None
        case ast.Constant(value=value) if value is ...:
            return ...
        case ast.Name(id=name) if name in _BUILTINS:
            return _BUILTINS[name]
        case ast.Name(id=name) if re.fullmatch(r"_\d+", name) and int(name[1:]) < len(names):
            return _imported(*names[int(name[1:])])
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            # Not `|`, which some metaclasses and forward references do not support.
            return Union[_build(left, names, expression), _build(right, names, expression)]  # noqa: UP007
        case ast.Subscript(value=base, slice=ast.Tuple(elts=items)):
            args = tuple(_build(item, names, expression) for item in items)
            return _build(base, names, expression)[args]
        case ast.Subscript(value=base, slice=item):
            return _build(base, names, expression)[_build(item, names, expression)]
    raise ValueError(f"not a type expression: {expression!r}")


def _imported(module: str, name: str) -> Any:  # as above
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def failed_module(error: BaseException) -> str:
    """Return the module whose import raised `error` in `resolve_type`, an empty text if none did."""
    part = error.__traceback__
    while part is not None:
        frame = part.tb_frame
        if frame.f_code is _imported.__code__ and "found" not in frame.f_locals:
            return str(frame.f_locals["module"])
        part = part.tb_next
    return ""
