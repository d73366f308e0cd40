"""The imports of a template: relative ones become absolute, and there is a place for those of the types."""

import ast
import re
from collections.abc import Iterator

from wsgen.diagnostics import Diagnostic
from wsgen.outputs.python.generic.template import (
    Placeholder,
    PlaceholderEdit,
    Role,
    TemplateFile,
    mistake,
)
from wsgen.syntax.module_names import absolute_module
from wsgen.syntax.python_text import PythonText
from wsgen.syntax.scopes import Import
from wsgen.syntax.text_ranges import Edit

_RELATIVE = re.compile(r"from((?:[\s\w.]|\\\n)*?)\bimport\b")
_HEAD = re.compile(r"(?:#!.*\n)?(?:#.*?coding[:=][ \t]*[-\w.]+.*\n)?")
_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NEXT = re.compile(r"(?:[ \t\f;]|\\\n)*")


def absolute(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
    """Return the full name of the module that `node` imports from."""
    kept = package[: len(package) - node.level + 1] if node.level else ()
    if kept and not any(kept):
        return "." * len(kept) + (node.module or "")  # The package is itself relative.
    return absolute_module(node, package) or ""


def relative_imports(file: TemplateFile, found: list[Diagnostic]) -> Iterator[Edit]:
    """Yield the edits that make imports absolute; append those that leave the package to `found`."""
    for node in ast.walk(file.source.tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        start, end = file.source.places.of(node)
        if node.level > len(file.package):
            message = f"a relative import of {file.path.name} leads out of its package"
            help_text = (
                "Write the import with its full name, or name the importable folder in `sources`."
            )
            place = file.span((start, end))
            found.append(mistake("WSG424", message, place, help_text))
        elif match := _RELATIVE.match(file.source.text, start):
            yield match.start(1), match.end(1), f" {absolute(node, file.package)} "


def head_of(text: str) -> int:
    """Return the end of the lines that must stay first: `#!` and the encoding."""
    match = _HEAD.match(text)
    return match.end() if match else 0


def other_encoding(text: str) -> tuple[int, str] | None:
    """Return the line and the name of the encoding that a text declares, None for UTF-8."""
    for number, line in enumerate(text.split("\n", 2)[:2], 1):
        found = _CODING.match(line)
        if found and found[1].lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
            return number, found[1]
    return None


def place_for_imports(source: PythonText, before: int) -> Iterator[PlaceholderEdit]:
    """Yield the placeholder for further imports, after the last import that precedes the offset `before`."""
    body, places = source.tree.body, source.places
    documented = ast.get_docstring(source.tree, clean=False) is not None
    anchor = body[0] if documented else None
    for node in body:
        if isinstance(node, Import) and places.of(node)[1] <= before:
            anchor = node
    placeholder = Placeholder(Role.IMPORTS)
    if anchor is None:
        first = body[0]
        decorators = first.decorator_list if isinstance(first, ast.ClassDef) else []
        start = min([places.of(first)[0], *(places.of(item)[0] for item in decorators)])
        start = places.line(start)[0]
        yield start, start, placeholder
        return
    _, end = places.of(anchor)
    behind = _NEXT.match(source.text, end)
    following = behind.end() if behind else end
    if ";" in source.text[end:following] and source.text[following] not in "#\n":
        # The statement after the semicolon may need the imports already.
        yield end, following, "\n"
        yield following, following, placeholder
    else:
        place = places.line(end)[1]
        yield place, place, placeholder
