"""Remove the aliases from a ws.py, and change no character of its other code."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from wsgen.migrate.alias_dependencies import classes_needed
from wsgen.migrate.class_imports import flag_import, home_of, placed_import, shorter
from wsgen.migrate.python_file import PythonFile, Replacement
from wsgen.migrate.python_hints import comments_of, first_comment, saying
from wsgen.migrate.type_checking_guards import (
    find_guards,
    is_removable,
    with_branch,
    without_condition,
)
from wsgen.syntax.cuts import logical_lines, parts_of_line, without_lines
from wsgen.syntax.text_ranges import Edit
from wsgen.syntax.unused_imports import Removal, with_unused_imports
from wsgen.syntax.uses import uses


def without_aliases(
    file: PythonFile, package: str, *, told: Collection[str], kept: Collection[str], width: int
) -> str:
    """Return the text of `file` without its aliases, and without imports that nothing else needs.

    Classes that it still uses where no function imports them are imported from `package`, under
    `if TYPE_CHECKING:` if that is enough. Comments are kept unless their text is in `told`, and so are imports of
    the names in `kept`. New lines are at most `width` long if possible.

    Raises GenerationError if a class is evaluated before its package may exist.
    """
    shown, provided = _show_hidden_imports(file, package, width)
    needs = classes_needed(file, provided=provided)
    home = home_of(file, needs)
    flag = flag_import(file, needs, home)
    kept = {*kept, "TYPE_CHECKING"} if flag is not None else kept
    gone = with_unused_imports(
        file.source,
        (use for use in uses(file.source) if not use.stored),
        [*(stmt for _, stmt in file.aliases), *shown.instead],
        names=kept,
        kept=(home, flag),
    )
    new = placed_import(file, needs, home, gone, package=package, width=width)
    cut = _Cutter(file, gone, {**shown.instead, **new.instead}, told)
    edits = [*shown.edits, *new.edits, *shorter(file, gone, flag, width), *cut.edits()]
    return file.edited(edits)


def _show_hidden_imports(
    file: PythonFile, package: str, width: int
) -> tuple[Replacement, set[str]]:
    """Return how imports that the file hides from type checkers become visible to them.

    With it come the names that the top level of the file then imports.
    """
    edits: list[Edit] = []
    instead: dict[ast.stmt, str] = {}
    names: set[str] = set()
    for guard in find_guards(file.tree, {name for name, _ in file.aliases}):
        if is_removable(guard, file):
            instead[guard.stmt] = without_condition(guard, file, width)
        elif guard.top_level and not guard.negated:
            continue  # The import of all needed classes goes to the block for type checkers.
        else:
            branch = with_branch(guard, file, package=package, width=width)
            edits += branch.edits
            instead |= branch.instead
        names |= guard.names if guard.top_level else set()
    return Replacement(tuple(edits), instead), names


@dataclass(frozen=True, slots=True)
class _Piece:
    """Whole lines to remove, by number, and the lines that replace them."""

    first: int
    last: int
    stays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts statements out of a file, and keeps comments whose text is not kept elsewhere."""

    file: PythonFile
    gone: Removal
    instead: Mapping[ast.stmt, str]
    told: Collection[str]

    def edits(self) -> Iterator[Edit]:
        """Yield the edits that remove the statements."""
        pieces: list[_Piece] = []
        gone = self.gone.statements
        for line in logical_lines(self.file.tree, self.file.places, gone):
            leaving = [stmt for stmt in line if stmt in gone]
            if leaving and len(leaving) < len(line):
                yield from parts_of_line(line, gone, self.file.places)
            elif leaving and self.starts_line(line[0]):
                pieces += [self.piece(stmt) for stmt in line]
            elif leaving:
                text = self.substitute(line[0]) or "pass"
                yield self.file.places.of(line[0])[0], self.file.places.of(line[-1])[1], text
        for piece in self.joined(pieces):
            start = self.file.places.at(piece.first, 0)
            end = self.file.places.line(self.file.places.at(piece.last, 0))[1]
            yield without_lines(self.file.text, start, end, piece.stays)

    def starts_line(self, stmt: ast.stmt) -> bool:
        start, _ = self.file.places.of(stmt)
        return not self.file.text[self.file.places.line(start)[0] : start].strip()

    def piece(self, stmt: ast.stmt) -> _Piece:
        """Return the lines of `stmt` with its comments, and the part of them that is kept."""
        comments = comments_of(self.file.text)
        first, last = stmt.lineno, stmt.end_lineno or stmt.lineno
        is_alias = any(stmt is alias for _, alias in self.file.aliases)
        if is_alias or (isinstance(stmt, ast.If) and stmt not in self.instead):
            first = first_comment(comments, first)
        if isinstance(stmt, ast.If):
            last = self.end_of_block(stmt, comments)
        margin = " " * stmt.col_offset
        instead = self.substitute(stmt)
        found = (comments[line][0] for line in range(first, last + 1) if line in comments)
        stays = [
            f"{margin}{text}"
            for text in found
            if saying(text) and saying(text) not in self.told and text not in instead
        ]
        if instead:
            stays.append(f"{margin}{instead}")
        return _Piece(first, last, tuple(stays))

    def substitute(self, stmt: ast.stmt) -> str:
        """Return the text that replaces `stmt`."""
        return self.instead.get(stmt) or ("pass" if stmt in self.gone.hollow else "")

    def end_of_block(self, stmt: ast.If, comments: Mapping[int, tuple[str, bool]]) -> int:
        """Return the last line of `stmt` with the comments that are indented as its block is."""
        last = number = stmt.end_lineno or stmt.lineno
        lines = self.file.text.split("\n")
        while number < len(lines):
            line = lines[number]
            number += 1
            deeper = len(line) - len(line.lstrip()) > stmt.col_offset
            if number in comments and comments[number][1] and deeper:
                last = number
            elif line.strip():
                break
        return last

    def joined(self, pieces: list[_Piece]) -> list[_Piece]:
        """Return `pieces` in order; join those that only blank lines separate."""
        lines = self.file.text.split("\n")
        found: list[_Piece] = []
        for piece in sorted(pieces, key=lambda piece: (piece.first, piece.last)):
            between = lines[found[-1].last : piece.first - 1] if found else ["x"]
            if not any(line.strip() for line in between):
                before = found.pop()
                stays = (*before.stays, *between, *piece.stays)
                piece = _Piece(before.first, max(before.last, piece.last), stays)
            found.append(piece)
        return found
