"""Python 3.12 syntax -> what older parsers read, every character staying where it is.

wsgen runs on Python 3.11 too, whose parser knows neither `type X = ...` nor type parameters.
"""

import io
import re
import tokenize
from collections.abc import Iterator

_NEWER = re.compile(r"\b(?:type[ \t]+\w+\s*[=\[]|(?:class|def)[ \t]+\w+\[)")
_OPENERS = frozenset({":", ";"})
_LAYOUT = frozenset({tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE, tokenize.ENCODING})
_IGNORED = frozenset({tokenize.COMMENT, tokenize.NL})


def as_older_syntax(text: str) -> str | None:
    """Return `text` with its `type X` joined by underscores, `type_X`, and type parameters blanked.

    None if it has neither, or cannot be split into tokens. Joining keeps length and meaning of a statement
    to an older parser: an assignment, in the same place.
    """
    if not _NEWER.search(text):
        return None
    try:
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type not in _IGNORED
        ]
    except (tokenize.TokenError, SyntaxError):
        return None
    edited = [list(line) for line in io.StringIO(text)]
    for start, end, fill in _edits(tokens):
        if start[0] != end[0]:
            _blank(edited, start, end)
        else:
            for column in range(start[1], end[1]):
                edited[start[0] - 1][column] = fill
    return "".join("".join(line) for line in edited)


_Place = tuple[int, int]


def _edits(tokens: list[tokenize.TokenInfo]) -> Iterator[tuple[_Place, _Place, str]]:
    """Yield stretches to overwrite, with the character to fill them."""
    for number, token in enumerate(tokens[:-2]):
        following, after = tokens[number + 1], tokens[number + 2]
        if token.type != tokenize.NAME or following.type != tokenize.NAME:
            continue
        statement = number == 0 or (
            tokens[number - 1].type in _LAYOUT or tokens[number - 1].string in _OPENERS
        )
        is_type = token.string == "type" and statement and after.string in ("=", "[")
        if is_type and token.end[0] == following.start[0]:
            yield token.end, following.start, "_"
        if after.string == "[" and (is_type or token.string in ("class", "def")):
            closing = _closing(tokens, number + 2)
            if closing is not None:
                yield after.start, closing.end, " "


def _closing(tokens: list[tokenize.TokenInfo], opening: int) -> tokenize.TokenInfo | None:
    """Return the bracket that closes the one at index `opening`."""
    depth = 0
    for token in tokens[opening:]:
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if depth == 0:
                return token
    return None


def _blank(lines: list[list[str]], start: _Place, end: _Place) -> None:
    """Overwrite a stretch of several lines with spaces; a backslash keeps them one statement."""
    for number in range(start[0], end[0] + 1):
        line = lines[number - 1]
        first = start[1] if number == start[0] else 0
        last = end[1] if number == end[0] else len("".join(line).rstrip("\r\n"))
        for column in range(first, last):
            line[column] = " "
        if number < end[0] and last > first:
            line[last - 1] = "\\"
