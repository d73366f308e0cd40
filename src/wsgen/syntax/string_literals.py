"""String literals as they are written: the range of each character, and the expressions in f-strings."""

import io
import re
import tokenize
from collections.abc import Iterator

from wsgen.syntax.text_ranges import Places, TextRange

_OPENING = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
_CHARACTER = re.compile(
    r"\\(?:\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)|.", re.DOTALL
)
_SIMPLE = frozenset("\\'\"abfnrtvxuUN01234567")
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def characters(written: str, value: str) -> list[TextRange] | None:
    """Return the range of each character of `value` in the literal `written`, or in several adjacent literals.

    Return None if it cannot be determined.
    """
    found: list[TextRange] = []
    for prefix, start, end in _pieces(written):
        if "r" in prefix:
            found += [(number, number + 1) for number in range(start, end)]
            continue
        for match in _CHARACTER.finditer(written, start, end):
            first, last = match.span()
            if last - first == 1 or written[first + 1] in _SIMPLE:
                found.append((first, last))
            elif written[first + 1] != "\n":
                # An unknown escape is two characters.
                found += [(first, first + 1), (first + 1, last)]
    return found if len(found) == len(value) else None


def fields(written: str) -> Iterator[tuple[int, str]]:
    """Yield the expressions in the braces of an f-string, each with the offset of its start.

    This is needed before Python 3.12, whose trees do not have reliable positions for them.
    """
    for prefix, start, end in _pieces(written):
        if "f" in prefix:
            yield from _fields(written, start, end, raw="r" in prefix)


def _pieces(written: str) -> Iterator[tuple[str, int, int]]:
    """Yield the prefix of each literal in lower case, and the offsets of the start and end of its content."""
    wrapped = f"({written}\n)"  # Several literals may be on lines of their own.
    places = Places(wrapped)
    try:
        for token in tokenize.generate_tokens(io.StringIO(wrapped).readline):
            opening = _OPENING.match(token.string) if token.type == tokenize.STRING else None
            if opening:
                start = places.of_token(token.start) - 1
                quotes = len(opening[2])
                yield opening[1].lower(), start + opening.end(), start + len(token.string) - quotes
    except (tokenize.TokenError, SyntaxError):
        return


def _fields(text: str, start: int, end: int, *, raw: bool) -> Iterator[tuple[int, str]]:
    at = start
    while at < end:
        if text[at : at + 2] in ("{{", "}}"):
            at += 2
        elif not raw and text.startswith("\\N{", at):
            at = text.find("}", at) + 1 or end
        elif text[at] != "{":
            at += 1
        else:
            stop = _end_of_expression(text, at + 1, end)
            yield at + 1, _without_equals(text[at + 1 : stop])
            while stop < end and text[stop] not in ":}":
                stop += 1
            if text[stop : stop + 1] == ":":
                closing = _end_of_spec(text, stop + 1, end)
                yield from _fields(text, stop + 1, closing, raw=raw)
                stop = closing
            at = stop + 1


def _end_of_expression(text: str, at: int, end: int) -> int:
    depth, quote = 0, ""
    while at < end:
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif not depth and (char in ":}" or (char == "!" and text[at + 1] != "=")):
            return at
        else:
            depth += _BRACKETS.get(char, 0)
        at += 1
    return end


def _end_of_spec(text: str, at: int, end: int) -> int:
    depth = 0
    for number in range(at, end):
        if text[number] == "}" and not depth:
            return number
        depth += _BRACKETS.get(text[number], 0)
    return end


def _without_equals(expression: str) -> str:
    """Return an expression without the `=` of `{x=}`."""
    shown = re.fullmatch(r"(.*[^=!<>])=\s*", expression, re.DOTALL)
    return shown[1] if shown else expression
