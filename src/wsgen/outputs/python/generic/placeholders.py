"""Find the parts of a generic class that become placeholders: uses of its type parameters and of its name."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wsgen.diagnostics import Diagnostic
from wsgen.outputs.python.generic.generic_class import GenericClass
from wsgen.outputs.python.generic.template import (
    Placeholder,
    PlaceholderEdit,
    Role,
    TemplateFile,
    mistake,
)
from wsgen.syntax.cuts import bracketed, without
from wsgen.syntax.python_text import PythonText
from wsgen.syntax.scopes import file_statements
from wsgen.syntax.string_literals import characters
from wsgen.syntax.text_ranges import Cover, TextRange
from wsgen.syntax.uses import Use, exports

_NAME = re.compile(r"class(?:[ \t\f]|\\\n)+(\w+)")
_COMMA = re.compile(r"\s*,")


@dataclass(frozen=True, slots=True)
class TemplateUses:
    """The file of a template, its generic class and the uses of names in it."""

    file: TemplateFile
    generic: GenericClass
    found: Sequence[Use]

    def parameter(self, use: Use) -> int | None:
        """Return the number of the type parameter that `use` refers to, None for any other name."""
        names, (start, end) = self.generic.parameters, self.generic.scope
        known = use.name in names and start <= use.start and use.end <= end
        return names.index(use.name) if known else None

    @property
    def replaced(self) -> list[TextRange]:
        """Return the ranges in which type parameters and the class itself are used."""
        name = self.generic.node.name
        return [
            (use.start, use.end)
            for use in self.found
            if use.name == name or self.parameter(use) is not None
        ]


def placeholders(
    template: TemplateUses, gone: Cover, wrong: list[Diagnostic]
) -> Iterator[tuple[Use, PlaceholderEdit]]:
    """Yield each use that becomes a placeholder, except those that are `gone`; append mistakes to `wrong`."""
    aliases = _aliases(template)
    file, generic = template.file, template.generic
    for use in template.found:
        if gone.holds(use.start, use.end):
            continue
        number = template.parameter(use)
        if number is not None:
            if use.stored:
                message = f"`{use.name}` is assigned here, but it is a type parameter"
                place = file.span((use.start, use.end))
                wrong.append(mistake("WSG425", message, place, "Give one of the two another name."))
            yield use, (use.start, use.end, Placeholder(Role.TYPE, number, use.grouped))
            continue
        is_class = use.name == generic.node.name
        expected = generic.parameters if is_class else aliases.get(use.name)
        if expected is not None and use.arguments and not _repeats(use, expected, file.source):
            wrong.append(_other_arguments(template, use))
        if is_class:
            yield use, (use.start, use.whole, Placeholder(Role.CLASS))
        elif expected is not None and use.arguments:
            yield use, (use.end, use.whole, "")


def named_placeholders(
    template: TemplateUses, wrong: list[Diagnostic]
) -> Iterator[PlaceholderEdit]:
    """Yield the placeholder for the name of the class, and the edits of `__all__`."""
    source, generic = template.file.source, template.generic
    if match := _NAME.match(source.text, source.places.of(generic.node)[0]):
        yield *match.span(1), Placeholder(Role.CLASS)
    for item in exports(source.tree):
        start, end = source.places.of(item)
        written = characters(source.text[start:end], str(item.value))
        if item.value == generic.node.name and written:
            yield start + written[0][0], start + written[-1][1], Placeholder(Role.CLASS)
        elif generic.brackets is None and item.value in generic.parameters:
            message = (
                f"`__all__` exports the type parameter `{item.value}`, which routers do not have"
            )
            place = template.file.span(item)
            wrong.append(mistake("WSG425", message, place, "Remove it from `__all__`."))


def header_cuts(file: TemplateFile, generic: GenericClass) -> list[TextRange]:
    """Return the ranges that make the class generic: its brackets, or `Generic[...]` among its bases."""
    if generic.brackets is not None:
        return [(generic.brackets.start, generic.brackets.end)]
    cuts: list[TextRange] = []
    text, places = file.source.text, file.source.places
    match = _NAME.match(text, places.of(generic.node)[0])
    opening = text.index("(", match.end() if match else 0)
    items, closing = bracketed(text, opening)
    for base in generic.node.bases:
        if not isinstance(base, ast.Subscript):
            continue
        start, end = places.of(base)
        member = file.typing.member(base.value)
        if member == "Protocol":
            cuts.append((places.of(base.value)[1], end))
        elif member == "Generic":
            gone = [item for item in items if item[0] <= start and end <= item[1]]
            if len(items) > 1:
                cuts += without(places, items, gone)
            elif "#" not in text[opening:closing]:
                cuts.append((opening, closing + 1))
            else:
                comma = _COMMA.match(text, gone[0][1])
                cuts.append((gone[0][0], comma.end() if comma else gone[0][1]))
    return cuts


def _aliases(template: TemplateUses) -> Mapping[str, tuple[str, ...]]:
    """Return the aliases of the file that are generic, with the type parameters that they use."""
    used = [use for use in template.found if template.parameter(use) is not None]
    found = {}
    for node, _ in file_statements(template.file.source.tree) if used else ():
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name), *_], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if not isinstance(value, ast.Call):
                start, end = template.file.source.places.of(value)
                inside = [use.name for use in used if start <= use.start and use.end <= end]
                if inside:
                    found[name] = tuple(dict.fromkeys(inside))
    return found


def _repeats(use: Use, expected: tuple[str, ...], source: PythonText) -> bool:
    """Return whether the subscript of `use` repeats the type parameters, so that it can be dropped."""
    follows = source.text[use.end : use.whole].lstrip(" \t\\\n").startswith("[")
    return use.arguments == expected and follows


def _other_arguments(template: TemplateUses, use: Use) -> Diagnostic:
    place = template.file.span((use.start, use.whole))
    message = (
        f"`{use.name}[{', '.join(use.arguments)}]` has other types than the parameters of "
        f"`{use.name}`, and the generated class is not generic"
    )
    help_text = f"Move `{use.name}` to another file and import it, or leave the types out."
    if use.name == template.generic.node.name:
        help_text = (
            f"Repeat the class's own parameters, or use a base of `{use.name}` that is imported."
        )
    return mistake("WSG427", message, place, help_text)
