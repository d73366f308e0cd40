"""Rewrite Python 3.12 syntax so that older parsers read it, without moving any character.

wsgen runs on Python 3.11 too, whose parser knows neither `type X = ...` nor type parameters.
"""

import io
import re
import tokenize
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from wsgen.syntax.text_ranges import Places, TextRange

_NEWER = re.compile(r"\b(?:type[ \t]+\w+\s*[=\[]|(?:class|def)[ \t]+\w+[ \t]*\[)")
_OPENERS = frozenset({":", ";"})
_LAYOUT = frozenset({tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE, tokenize.ENCODING})
_IGNORED = frozenset({tokenize.COMMENT, tokenize.NL})
_Tokens = Sequence[tokenize.TokenInfo]


@dataclass(frozen=True, slots=True)
class TypeParameter:
    """One of `T`, `*Ts`, `**P`: its stars, and the ranges of its bound and default."""

    name: str
    stars: str = ""
    types: tuple[TextRange, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeParameters:
    """The brackets from `start` to `end` after the name in `class W[A, B: Base]`, `def` or `type`.

    `owner` is the offset of that keyword.
    """

    owner: int
    start: int
    end: int
    items: tuple[TypeParameter, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the parameters in order."""
        return tuple(item.name for item in self.items)


@dataclass(frozen=True, slots=True)
class NewerSyntax:
    """A text that older parsers can read, its type parameters, and the offsets of its `type X` statements.

    In the text each `type X` is joined by underscores, `type_X`, which makes the statement an assignment of the
    same length, and type parameters are blanked.
    """

    older: str
    parameters: tuple[TypeParameters, ...] = ()
    aliases: tuple[int, ...] = ()


def read_newer_syntax(text: str) -> NewerSyntax:
    """Return the newer syntax in `text`, and the text without it; none if `text` cannot be tokenized."""
    if not _NEWER.search(text):
        return NewerSyntax(text)
    try:
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type not in _IGNORED
        ]
    except (tokenize.TokenError, SyntaxError):
        return NewerSyntax(text)
    places = Places(text)
    edited, parameters, aliases = list(text), [], []
    for number, is_alias in _owners(tokens):
        owner, name = tokens[number], tokens[number + 1]
        if is_alias:
            aliases.append(places.of_token(owner.start))
            first, last = places.of_token(owner.end), places.of_token(name.start)
            edited[first:last] = "_" * (last - first)
        inside = next(_split(tokens[number + 3 :], {"]"}))
        closing = number + 3 + len(inside)
        if tokens[number + 2].string == "[" and closing < len(tokens):
            start = places.of_token(tokens[number + 2].start)
            end = places.of_token(tokens[closing].end)
            items = tuple(_parameters(inside, places))
            parameters.append(TypeParameters(places.of_token(owner.start), start, end, items))
            _blank(edited, start, end)
    return NewerSyntax("".join(edited), tuple(parameters), tuple(aliases))


def _owners(tokens: _Tokens) -> Iterator[tuple[int, bool]]:
    """Yield the indices of keywords that precede a name with type parameters, or begin a `type` statement."""
    for number, token in enumerate(tokens[:-2]):
        following, after = tokens[number + 1], tokens[number + 2]
        if token.type != tokenize.NAME or following.type != tokenize.NAME:
            continue
        statement = number == 0 or (
            tokens[number - 1].type in _LAYOUT or tokens[number - 1].string in _OPENERS
        )
        on_line = token.end[0] == following.start[0]
        is_type = token.string == "type" and statement and after.string in ("=", "[") and on_line
        if is_type or (token.string in ("class", "def") and after.string == "["):
            yield number, is_type


def _split(tokens: _Tokens, separators: Collection[str]) -> Iterator[_Tokens]:
    """Yield the tokens between `separators` that are not in brackets."""
    depth = 0
    part: list[tokenize.TokenInfo] = []
    for token in tokens:
        if token.string in separators and not depth:
            yield part
            part = []
            continue
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        part.append(token)
    yield part


def _parameters(tokens: _Tokens, places: Places) -> Iterator[TypeParameter]:
    """Yield the type parameters in the tokens between the brackets."""
    for item in _split(tokens, {","}):
        head, *types = _split(item, {":", "="})
        if head and head[-1].type == tokenize.NAME:
            *stars, name = (token.string for token in head)
            ranges = [
                (places.of_token(part[0].start), places.of_token(part[-1].end))
                for part in types
                if part
            ]
            yield TypeParameter(name, "".join(stars), tuple(ranges))


def _blank(text: list[str], start: int, end: int) -> None:
    """Overwrite a range with spaces; a backslash before each line end keeps the statement in one piece."""
    for number in range(start, end):
        if text[number] != "\n":
            text[number] = " "
        elif number > start:
            text[number - 1] = "\\"
