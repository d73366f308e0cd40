"""Parse a Python file with one generic class into a template."""

import ast
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import refuse
from wsgen.outputs.python.generic.generic_class import find_generic_class
from wsgen.outputs.python.generic.placeholders import (
    TemplateUses,
    header_cuts,
    named_placeholders,
    placeholders,
)
from wsgen.outputs.python.generic.taken_names import names_of
from wsgen.outputs.python.generic.template import (
    GenericTemplate,
    Placeholder,
    PlaceholderEdit,
    Role,
    TemplateFile,
    mistake,
)
from wsgen.outputs.python.generic.template_imports import (
    absolute,
    head_of,
    other_encoding,
    place_for_imports,
    relative_imports,
)
from wsgen.syntax.cuts import without_statements
from wsgen.syntax.module_names import package_around
from wsgen.syntax.python_text import PythonText, parse_text
from wsgen.syntax.quoted_types import TypingNames
from wsgen.syntax.text_ranges import Cover
from wsgen.syntax.unused_imports import cuts_in_imports, with_unused_imports
from wsgen.syntax.uses import uses


@lru_cache(maxsize=32)
def parse_template(
    path: Path, text: str, roots: tuple[Path, ...] = (), *, home: tuple[str, ...] | None = None
) -> GenericTemplate:
    """Return the template in `text`, which was read from `path`.

    `roots` are the folders that modules are importable from. `home` is the package of the template, if it
    cannot be derived from `path`.

    Raises GenerationError, with the places, if the text is not Python, if it does not contain exactly one generic
    class, or if that class cannot be specialised.
    """
    source = _parse(path, text)
    try:
        package = home or package_around(path, roots) or ()
        return _template(TemplateFile(path, package, source, TypingNames(source.tree)))
    except RecursionError as error:
        raise refuse(mistake("WSG420", f"{path.name} is nested too deeply", Span(path))) from error


def _template(file: TemplateFile) -> GenericTemplate:
    wrong: list[Diagnostic] = []
    source, generic = file.source, find_generic_class(file)
    template = TemplateUses(file, generic, uses(source, generic.brackets))
    cuts = header_cuts(file, generic)
    removal = with_unused_imports(
        source, template.found, generic.declarations, replaced=[*cuts, *template.replaced]
    )
    cuts += cuts_in_imports(source, removal)
    gone = Cover([*map(source.places.of, removal.statements), *cuts])
    filled = list(placeholders(template, gone, wrong))
    replaced = {use for use, _ in filled}
    kept = [
        use for use in template.found if use not in replaced and not gone.holds(use.start, use.end)
    ]
    first = min((use.start for use in replaced), default=source.places.of(generic.node)[0])
    head = head_of(source.text)
    edits: list[PlaceholderEdit] = [
        (head, head, Placeholder(Role.HEADER)),
        *(edit for _, edit in filled),
    ]
    edits += named_placeholders(template, wrong)
    edits += [(start, end, "") for start, end in cuts]
    edits += without_statements(source.tree, source.places, removal.statements, removal.hollow)
    edits += relative_imports(file, wrong)
    edits += place_for_imports(source, first)
    if wrong:
        raise refuse(*wrong)
    segments = _segments(source.text, edits)
    used = {
        item.number for item in segments if isinstance(item, Placeholder) and item.role is Role.TYPE
    }
    imports = (node for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom))
    return GenericTemplate(
        path=file.path,
        name=generic.node.name,
        place=file.span(generic.node),
        parameters=generic.parameters,
        segments=segments,
        names=names_of(file, gone, replaced, kept, generic.node.name),
        modules=tuple(absolute(node, file.package) for node in imports),
        numbers=tuple(sorted(used)),
    )


def _parse(path: Path, text: str) -> PythonText:
    if other := other_encoding(text):
        line, name = other
        message = f"{path.name} says that it is written in `{name}`"
        help_text = "Save it as UTF-8 and remove that line."
        raise refuse(mistake("WSG420", message, Span(path, line, 1, line, 1), help_text))
    try:
        return parse_text(path, text)
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        message = f"{path.name} is not valid Python: {error.msg}"
        place = Span(path, line, column, line, column)
        raise refuse(mistake("WSG420", message, place)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"{path.name} cannot be parsed: {error}"
        raise refuse(mistake("WSG420", message, Span(path))) from error


def _segments(text: str, edits: Iterable[PlaceholderEdit]) -> tuple[str | Placeholder, ...]:
    segments: list[str | Placeholder] = []
    position = 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[0] < edit[1], -edit[1])):
        if start >= position:
            segments += [text[position:start], new]
            position = end
        elif start == end:
            segments.append(new)  # An insertion within a range that is removed is kept.
    segments.append(text[position:])
    return tuple(item for item in segments if item != "")
