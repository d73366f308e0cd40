"""Expressions of TypeScript types: text, with what is needed to combine it with others."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Type(NamedTuple):
    """An expression; a `union` needs parentheses in an intersection, and it or an `intersection` in an array."""

    text: str
    is_union: bool = False
    is_intersection: bool = False


UNKNOWN = Type("unknown")
NEVER = Type("never")
NULL = Type("null")


def union(members: Iterable[Type]) -> Type:
    """Return the type of values of any of `members`."""
    kept = {item.text: item for item in members if item != NEVER}
    if UNKNOWN.text in kept:
        return UNKNOWN
    if not kept:
        return NEVER
    if len(kept) == 1:
        return next(iter(kept.values()))
    return Type(" | ".join(kept), is_union=True)


def intersection(members: Iterable[Type]) -> Type:
    """Return the type of values of all of `members`."""
    kept = {item.text: item for item in members if item != UNKNOWN}
    if not kept:
        return UNKNOWN
    if len(kept) == 1:
        return next(iter(kept.values()))
    texts = (f"({item.text})" if item.is_union else item.text for item in kept.values())
    return Type(" & ".join(texts), is_intersection=True)


def array(item: Type) -> Type:
    """Return the type of lists of `item`."""
    compound = item.is_union or item.is_intersection
    return Type(f"({item.text})[]" if compound else f"{item.text}[]")


def tuple_of(items: Sequence[Type], needed: int, rest: Type | None) -> Type:
    """Return the type of lists that begin with `items`, at least `needed` of them; `rest` are those after."""
    texts = [
        item.text
        if index < needed
        else f"({item.text})?"
        if item.is_union or item.is_intersection
        else f"{item.text}?"
        for index, item in enumerate(items)
    ]
    if rest is not None:
        texts.append(f"...{array(rest).text}")
    return Type(f"[{', '.join(texts)}]")


def indented(text: str) -> str:
    """Return `text` with all lines but the first one level deeper, and without spaces at their ends."""
    return text.replace("\n", "\n  ").replace("\n  \n", "\n\n")
