"""Wrap lines for a terminal, which would break them within words."""

import re
from unicodedata import combining, east_asian_width

_COLOUR = re.compile(r"\x1b\[\d+m")
_LEAST = 20
"""A terminal with fewer columns is not wrapped for: hardly a word would fit."""


def wrapped(line: str, width: int | None, *, indent: int = 4) -> str:
    """Return `line` in lines of at most `width` columns; None is for a stream that is no terminal.

    It is broken at spaces only, so that a longer word has a line of its own. All lines but the first begin with
    `indent` more spaces than the first. Colours take no room. A command, which begins with `$`, stays whole, so
    that it can be copied.
    """
    if width is None or width < _LEAST or columns(line) <= width or line.lstrip().startswith("$ "):
        return line
    text = line.lstrip(" ")
    margin = " " * min(len(line) - len(text), width // 2)
    lines, current = [], margin
    for gap, word in re.findall(r"( *)([^ ]+)", text):
        if current.strip() and columns(current) + len(gap) + columns(word) > width:
            lines.append(current)
            current = margin + " " * indent + word
        else:
            current += gap + word
    return "\n".join([*lines, current])


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    if text.isascii():
        return len(text)
    return sum(1 + (east_asian_width(char) in "WF") - bool(combining(char)) for char in text)
