"""Find the line of a project's template that a line of a generated file was made from."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from wsgen.diagnostics import Span
from wsgen.files import lines_of
from wsgen.source import Template

_SAYS_SOMETHING = re.compile(r"\w")
"""A line with nothing but brackets, say, is in a template too often to be told apart."""


class TemplateLines:
    """Finds lines of templates, each of which is read once."""

    def __init__(self) -> None:
        self._lines = lru_cache(maxsize=None)(lines_of)
        self._found = lru_cache(maxsize=256)(self._all)

    def place(self, template: Template, text: str, line: int) -> Span | None:
        """Return the place in `template` that `line` of a file with `text` comes from, None if it is not known.

        The file may have been formatted since it was made.
        """
        if (number := self._found(template, text).get(line)) is None:
            return None
        written = self._lines(template.path)[number - 1].rstrip()
        start = len(written) - len(written.lstrip()) + 1
        return Span(template.path, number, start, number, len(written) + 1)

    def _all(self, template: Template, text: str) -> dict[int, int]:
        """Return the line of the template for each line of `text` where it is known, both counted from 1."""
        lines = [line.strip() for line in self._lines(template.path)]
        return {made + 1: line + 1 for made, line in _pairs(lines, text, template.varies)}


def _pairs(lines: Sequence[str], text: str, varies: str) -> Iterator[tuple[int, int]]:
    """Yield the numbers of lines of `text` and of the template's `lines` that belong together.

    Lines that are alike, in their order, lie between others that only differ in what varies.
    """
    made = [line.strip() for line in text.splitlines()]
    patterns = [_pattern(line, varies) for line in lines]
    for tag, start, end, first, last in SequenceMatcher(None, lines, made, False).get_opcodes():
        if tag == "equal":
            yield from zip(range(first, last), range(start, end), strict=True)
            continue
        for number in range(first, last):
            for candidates in (range(start, end), range(len(lines))):
                found = [
                    line
                    for line in candidates
                    if (pattern := patterns[line]) and pattern.fullmatch(made[number])
                ]
                if len(found) == 1:
                    yield number, found[0]
                    break


@lru_cache(maxsize=4096)
def _pattern(line: str, varies: str) -> re.Pattern[str] | None:
    """Return the pattern of the lines that are made from `line`, None if that says too little."""
    parts = re.split(varies, line)
    if not any(map(_SAYS_SOMETHING.search, parts)):
        return None
    return re.compile(".*?".join(map(re.escape, parts)))
