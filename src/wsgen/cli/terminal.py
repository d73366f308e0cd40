"""What a stream can show: colours, and how many columns."""

import os
from typing import TextIO

from wsgen.report.text import Style, plain

_ANSI = {
    "bold": 1,
    "red": 31,
    "green": 32,
    "yellow": 33,
    "blue": 34,
    "cyan": 36,
    "bright_black": 90,
}


def style_for(stream: TextIO) -> Style:
    """Return how to colour text for `stream`: with colour if it is a terminal.

    As https://no-color.org and https://force-color.org say, NO_COLOR and FORCE_COLOR count with any value that is
    not empty; as in Python itself, the first one wins.
    """
    forced = bool(os.environ.get("FORCE_COLOR"))
    dumb = os.environ.get("TERM") == "dumb" or not stream.isatty()
    if os.environ.get("NO_COLOR") or (dumb and not forced):
        return plain

    def style(text: str, colour: str) -> str:
        return f"\x1b[{_ANSI[colour]}m{text}\x1b[0m"

    return style


def width_of(stream: TextIO) -> int | None:
    """Return how many columns `stream` has, None if it is no terminal: then no line is wrapped."""
    if not stream.isatty():
        return None
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and int(told[:6]) > 0:
        return int(told[:6])
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80
