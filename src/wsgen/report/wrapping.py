"""Wrap lines for a terminal, which would break them within words."""

import re

# Compiled when they are needed, which is on a terminal.
_COLOUR = r"\x1b\[\d+m"
_WORDS = "( *)([^ ]+)"
_WORDS_OF_SHELL = r"""( *)((?:'[^']*'|"[^"]*"|[^ '"])+)"""
_LEAST = 20
"""A terminal with fewer columns is not wrapped for: hardly a word would fit."""


def wrapped(line: str, width: int | None, *, indent: int = 4) -> str:
    """Return `line` in lines of at most `width` columns; None is for a stream that is no terminal.

    It is broken at spaces only, so that a longer word has a line of its own. All lines but the first begin with
    `indent` more spaces than the first. Colours take no room. A command, which begins with `$`, is continued as
    in a shell, so that it can be copied.
    """
    if width is None or width < _LEAST or columns(line) <= width:
        return line
    text = line.lstrip(" ")
    margin = " " * min(len(line) - len(text), width // 2)
    words, end = (_WORDS_OF_SHELL, " \\") if text.startswith("$ ") else (_WORDS, "")
    lines, current = [], margin
    for gap, word in re.findall(words, text):
        if current.strip() and columns(current) + len(gap) + columns(word) + len(end) > width:
            lines.append(current + end)
            current = margin + " " * indent + word
        else:
            current += gap + word
    return "\n".join([*lines, current])


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    if "\x1b" in text:
        text = re.sub(_COLOUR, "", text)
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # only needed on a terminal

    return sum(1 + (east_asian_width(char) in "WF") - bool(combining(char)) for char in text)
