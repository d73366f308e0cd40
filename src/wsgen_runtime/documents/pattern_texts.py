"""Makes texts that match a regular expression, the shortest first."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

_MOST_CHARACTERS = 64
_CATEGORIES = {
    "CATEGORY_DIGIT": "1",
    "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "a",
    "CATEGORY_WORD": "a",
    "CATEGORY_NOT_WORD": "-",
}
_TRIED = "aA1-_ .:/"
"""What may be none of the characters that a set excludes."""

# What the parser of `re` returns: pairs of an operator and an argument, which has no static type.
_Tree = Any


class _UnknownError(Exception):
    """No text is made of a part, such as a condition, or it would be too long."""


def texts_of(pattern: str) -> Iterator[str]:
    """Yield texts that match the whole of `pattern`, as Python reads it; each is longer than the one before.

    Nothing is yielded for a pattern that is wrong, or has parts that depend on what is around them.
    """
    last = None
    try:
        tree = import_module("re._parser").parse(pattern)
        for more in range(_MOST_CHARACTERS):
            text = _text(tree, more)
            if text == last:
                return
            last = text
            yield text
    except Exception:  # an error of `re`, whose parser also fails in other ways
        return


def _text(tree: _Tree, more: int) -> str:
    """Return a text for `tree`, in which what is repeated comes `more` times than it must if it may."""
    text = ""
    for operator, argument in tree:
        text += _part(str(operator), argument, more)
        if len(text) > _MOST_CHARACTERS:
            raise _UnknownError
    return text


def _part(operator: str, argument: _Tree, more: int) -> str:
    match operator:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return next(each for each in _TRIED if each != chr(argument))
        case "ANY":
            return "a"
        case "AT":
            return ""
        case "IN":
            return _member(argument)
        case "SUBPATTERN":
            return _text(argument[-1], more)
        case "BRANCH":
            return _text(argument[1][0], more)
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, most, repeated = argument
            times = min(int(most), int(least) + more)
            part = _text(repeated, more) if times else ""
            if len(part) * times > _MOST_CHARACTERS:
                raise _UnknownError
            return part * times
    raise _UnknownError


def _member(items: _Tree) -> str:
    """Return a character of a set."""
    (first, argument), *_ = items
    if str(first) != "NEGATE":
        return _first_of(str(first), argument)
    return next(each for each in _TRIED if not any(_is_in(each, *item) for item in items[1:]))


def _first_of(kind: str, argument: _Tree) -> str:
    if kind == "LITERAL":
        return chr(argument)
    if kind == "RANGE":
        low, high = argument
        return "1" if low <= ord("1") <= high else chr(low)
    return _CATEGORIES[str(argument)]


def _is_in(character: str, kind: object, argument: _Tree) -> bool:
    if str(kind) == "LITERAL":
        return character == chr(argument)
    if str(kind) == "RANGE":
        return bool(argument[0] <= ord(character) <= argument[1])
    is_kind = {"DIGIT": character.isdigit(), "SPACE": character.isspace()}
    is_kind["WORD"] = character.isalnum() or character == "_"
    name = str(argument).removeprefix("CATEGORY_")
    return is_kind[name.removeprefix("NOT_")] is not name.startswith("NOT_")
