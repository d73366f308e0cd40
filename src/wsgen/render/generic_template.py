"""A Python file with one generic class -> a template in segments, by its syntax tree."""

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.errors import GenerationError
from wsgen.newer_syntax import as_older_syntax
from wsgen.render.generic import Gap, GenericTemplate, Role
from wsgen.render.generic_names import Places, Use, bindings, bound_by, uses

_TYPING = frozenset({"typing", "typing_extensions"})
_RELATIVE = re.compile(r"from\s*\.[\s.]*[\w.]*\s*import")
_PARENTHESES = re.compile(r"(?:\s|,|#[^\n]*)*\)")

Edit = tuple[int, int, str | Gap]
Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class _Generic:
    """The generic class: its parameters, and the stretch of `[Req, Data]` in PEP 695 syntax."""

    node: ast.ClassDef
    parameters: tuple[str, ...]
    base: ast.expr | None = None
    brackets: tuple[int, int] | None = None


@lru_cache(maxsize=32)
def parse_template(
    path: Path, text: str, roots: tuple[Path, ...] = (), *, home: tuple[str, ...] | None = None
) -> GenericTemplate:
    """Return the template in `text`, read from `path`; `roots` are the folders that modules import from;
    `home` is the package of the template where it cannot be told from `path`.

    Raises GenerationError, with the place, if it is no Python, has no generic class or several, or if
    the class has other than two type parameters.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    older = as_older_syntax(text) or text
    tree = _parse(path, older)
    places = Places(older)
    generic = _generic_class(path, tree, places, text)
    if len(generic.parameters) != 2:
        message = (
            f"`{generic.node.name}` has {len(generic.parameters)} type parameters; "
            "a router has two types, request and data"
        )
        raise _error("WSG423", message, _span(path, generic.node))
    return _template(path, text, tree, places, generic, list(home or _package(path, roots)))


def _template(
    path: Path, text: str, tree: ast.Module, places: Places, generic: _Generic, package: list[str]
) -> GenericTemplate:
    start, end = places.of(generic.node)
    start = min([start, *(places.of(node)[0] for node in generic.node.decorator_list)])
    found = list(uses(tree, places))
    roles = dict(zip(generic.parameters, (Role.REQUEST, Role.DATA), strict=True))
    dropped = _dropped(places, generic, text)
    for node in tree.body:
        name = _assigned(node)
        if name in roles and not _used_elsewhere(name, node, found, places, (start, end)):
            dropped.append(places.lines(node))
    edits: list[Edit] = [_renaming(generic.node, places), *_exports(tree, places, generic)]
    kept: list[Use] = []
    for use in found:
        if _within(use.start, use.end, dropped):
            continue
        if use.name == generic.node.name:
            edits.append((use.start, use.whole, Gap(Role.CLASS)))
        elif use.name in roles and start <= use.start < end:
            edits.append((use.start, use.end, Gap(roles[use.name], use.grouped)))
        else:
            kept.append(use)
    names = {use.name for use in kept} | _exported(tree)
    before = {use.name for use in found} | _words(text, generic.brackets)
    unused = before - names
    dropped += _unused_imports(tree, places, unused)
    edits += [(first, last, "") for first, last in dropped]
    edits += _absolute_imports(path, tree, places, package)
    modules = tuple(
        _absolute(node, package) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    )
    place = _place_of_imports(tree, places)
    edits.append((place, place, Gap(Role.IMPORTS)))
    imported = {
        bound_by(alias)
        for node in ast.walk(tree)
        if isinstance(node, Import)
        for alias in node.names
    }
    bound = {
        (node.module, alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
        for alias in node.names
        if alias.asname in (None, alias.name) and alias.name not in unused
    }
    taken = (names | set(bindings(tree)) | (imported - unused)) - {generic.node.name}
    return GenericTemplate(
        path, _segments(text, edits), frozenset(taken), frozenset(bound), modules
    )


def _parse(path: Path, text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            # Remarks on the template's code are for the project's linter, not for us.
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        message = f"{path.name} is not valid Python: {error.msg}"
        raise _error("WSG420", message, Span(path, line, column, line, column)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"{path.name} cannot be parsed: {error}"
        raise _error("WSG420", message, Span(path)) from error


def _generic_class(path: Path, tree: ast.Module, places: Places, text: str) -> _Generic:
    names = {
        bound_by(alias)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in _TYPING
        for alias in node.names
        if alias.name == "Generic"
    }
    found = []
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        brackets = _brackets(text, places.of(node)[0])
        if brackets is not None:
            found.append(_Generic(node, brackets[0], brackets=brackets[1]))
        for base in node.bases:
            if isinstance(base, ast.Subscript) and _is_generic(base.value, names):
                items = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
                found.append(_Generic(node, tuple(map(ast.unparse, items)), base))
    if not found:
        message = f"{path.name} has no generic class, such as `class WsRouter(Generic[_TRequest, _TData])`"
        raise _error("WSG421", message, Span(path))
    if len(found) > 1:
        message = f"{path.name} has several generic classes: " + " and ".join(
            f"`{item.node.name}`" for item in found
        )
        notes = tuple(Note("another is here", _span(path, item.node)) for item in found[1:])
        raise _error("WSG422", message, _span(path, found[0].node), notes)
    return found[0]


def _is_generic(node: ast.expr, names: Collection[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return (
            node.attr == "Generic" and isinstance(node.value, ast.Name) and node.value.id in _TYPING
        )
    return isinstance(node, ast.Name) and node.id in names


def _brackets(text: str, start: int) -> tuple[tuple[str, ...], tuple[int, int]] | None:
    """Return the type parameters behind the class name at `start`, and the stretch they take."""
    places = Places(text[start:])
    names: list[str] = []
    depth, opening, previous = 0, 0, ""
    tokens = tokenize.generate_tokens(io.StringIO(text[start:]).readline)
    for number, token in enumerate(tokens):
        if number == 2:
            if token.string != "[":
                return None
            opening = start + _offset(places, token.start)
        if number >= 2:
            depth += (token.string in ("[", "(", "{")) - (token.string in ("]", ")", "}"))
            if depth == 0:
                return tuple(names), (opening, start + _offset(places, token.end))
            if depth == 1 and token.type == tokenize.NAME and previous in ("[", ","):
                names.append(token.string)
            if token.type not in (tokenize.NL, tokenize.COMMENT):
                previous = token.string
    return None


def _offset(places: Places, place: tuple[int, int]) -> int:
    return places.at(place[0], 0) + place[1]


def _dropped(places: Places, generic: _Generic, text: str) -> list[tuple[int, int]]:
    if generic.brackets is not None:
        return [generic.brackets]
    node, base = generic.node, generic.base
    items = sorted(
        [places.of(item) for item in node.bases]
        + [
            (places.of(word.value)[0] - len(f"{word.arg}="), places.of(word.value)[1])
            for word in node.keywords
        ]
    )
    gone = places.of(base) if base is not None else (0, 0)
    if len(items) > 1:
        return list(_without(items, {gone}))
    opening = text.index("(", places.of(node)[0])
    closing = _PARENTHESES.match(text, gone[1])
    return [(opening, closing.end() if closing else gone[1])]


def _without(
    items: Sequence[tuple[int, int]], gone: Collection[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield the stretches to cut from a list with commas so that the items `gone` are left out."""
    last = max(number for number, item in enumerate(items) if item not in gone)
    for number, item in enumerate(items[:last]):
        if item in gone:
            yield item[0], items[number + 1][0]
    if last + 1 < len(items):
        yield items[last][1], items[-1][1]


def _assigned(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) and isinstance(node.value, ast.Call) else None


def _used_elsewhere(
    name: str, node: ast.stmt, found: list[Use], places: Places, inside: tuple[int, int]
) -> bool:
    here = [inside, places.of(node)]
    return any(use.name == name and not _within(use.start, use.end, here) for use in found)


def _renaming(node: ast.ClassDef, places: Places) -> Edit:
    start = places.text.index(node.name, places.of(node)[0] + len("class"))
    return start, start + len(node.name), Gap(Role.CLASS)


def _exports(tree: ast.Module, places: Places, generic: _Generic) -> Iterator[Edit]:
    """Yield the class's entries in `__all__`, the one place where a string is a name."""
    for constant in _export_items(tree):
        if constant.value == generic.node.name:
            start, end = places.of(constant)
            yield start + 1, end - 1, Gap(Role.CLASS)


def _export_items(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            yield from (item for item in ast.walk(node) if isinstance(item, ast.Constant))


def _exported(tree: ast.Module) -> set[str]:
    return {str(item.value) for item in _export_items(tree)}


def _words(text: str, stretch: tuple[int, int] | None) -> set[str]:
    return set(re.findall(r"\w+", text[stretch[0] : stretch[1]])) if stretch else set()


def _unused_imports(
    tree: ast.Module, places: Places, unused: Collection[str]
) -> Iterator[tuple[int, int]]:
    for node in tree.body:
        if not isinstance(node, Import):
            continue
        gone = {places.of(alias) for alias in node.names if bound_by(alias) in unused}
        if len(gone) == len(node.names):
            yield places.lines(node)
        elif gone:
            yield from _without([places.of(alias) for alias in node.names], gone)


def _absolute_imports(
    path: Path, tree: ast.Module, places: Places, package: list[str]
) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        if node.level > len(package):
            message = f"a relative import of {path.name} leads out of its package"
            raise _error("WSG424", message, _span(path, node))
        match = _RELATIVE.match(places.text, places.of(node)[0])
        if match:
            yield match.start(), match.end(), f"from {_absolute(node, package)} import"


def _absolute(node: ast.ImportFrom, package: list[str]) -> str:
    kept = package[: len(package) - node.level + 1] if node.level else []
    if kept and not any(kept):
        return "." * len(kept) + (node.module or "")  # A home that is itself relative.
    return ".".join([*kept, *([node.module] if node.module else [])])


def _package(path: Path, roots: tuple[Path, ...]) -> list[str]:
    holding = [
        root for root in roots if path.is_relative_to(root) and not (root / "__init__.py").is_file()
    ]
    if holding:
        root = max(holding, key=lambda folder: len(folder.parts))
        return list(path.parent.relative_to(root).parts)
    parts: list[str] = []
    folder = path.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return parts


def _place_of_imports(tree: ast.Module, places: Places) -> int:
    for node in reversed(tree.body):
        if isinstance(node, Import):
            return places.lines(node)[1]
    return places.lines(tree.body[0])[1] if ast.get_docstring(tree) is not None else 0


def _within(start: int, end: int, stretches: Collection[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in stretches)


def _segments(text: str, edits: list[Edit]) -> tuple[str | Gap, ...]:
    segments: list[str | Gap] = []
    position = 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[0] < edit[1], -edit[1])):
        if start < position:
            continue  # Part of a stretch that is gone as a whole.
        segments += [text[position:start], new]
        position = end
    return tuple(item for item in [*segments, text[position:]] if item != "")


def _span(path: Path, node: ast.stmt) -> Span:
    return Span(path, node.lineno, node.col_offset + 1, node.lineno, node.col_offset + 1)


def _error(code: str, message: str, span: Span, notes: tuple[Note, ...] = ()) -> GenerationError:
    advice = "Correct the template, or leave out `template` to use the built-in one."
    return GenerationError(message, [Diagnostic(code, message, span, advice, notes=notes)])
