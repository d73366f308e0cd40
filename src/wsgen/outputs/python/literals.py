"""Text as Python literals and calls, in lines that are short enough for the line length of any project.

Formatters join lines where there is room. The code that is returned follows `before`, on a line that is
indented by `indent` spaces.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

WIDTH = 60
"""The line length of generated code, which is within the limit of any project."""

_CERTAIN = re.compile(
    "[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3]"
)
"""Characters whose width all tools agree about, which excludes combining characters and emoji."""


def literal(text: str) -> str:
    """Return `text` as a double-quoted string literal of printable characters."""
    return '"' + escaped(text).replace('"', '\\"') + '"'


def literal_lines(text: str, width: int) -> list[str]:
    """Return string literals of at most `width` columns that Python joins to `text`.

    Characters whose width tools disagree about are escaped.
    """
    characters = (literal(char)[1:-1] if _CERTAIN.match(char) else _escape(char) for char in text)
    return [f'"{part}"' for part in cut(characters, width - len('""'))]


def string(text: str, *, indent: int, before: str) -> str:
    """Return `text` as a literal, in parentheses and on several lines if it is too long for one line."""
    if _fits(line := literal(text), indent, before):
        return line
    margin = " " * indent
    lines = literal_lines(text, WIDTH - indent - 4)
    return "\n".join(["(", *(f"{margin}    {line}" for line in lines), f"{margin})"])


def string_tuple(texts: Sequence[str], *, indent: int, before: str) -> str:
    """Return a tuple of literals."""
    comma = "," if len(texts) == 1 else ""
    if _fits(line := f"({', '.join(map(literal, texts))}{comma})", indent, before):
        return line
    width = WIDTH - indent - 4 - len(",")
    joint = f"\n{' ' * indent}    "
    return _exploded("(", [joint.join(literal_lines(text, width)) for text in texts], ")", indent)


def string_list(texts: Sequence[str], *, before: str) -> str:
    """Return a list of literals, for a line without indentation."""
    items = [literal(text) for text in texts]
    if _fits(line := f"[{', '.join(items)}]", 0, before):
        return line
    return _exploded("[", items, "]", 0)


def call(opening: str, items: Sequence[str], closing: str, *, indent: int, before: str = "") -> str:
    """Return `items` in brackets: all on one line, or on a line between the brackets, or each on its own line."""
    inner = ", ".join(items)
    if _fits(line := f"{opening}{inner}{closing}", indent, before):
        return line
    if (
        indent + 4 + columns(inner) <= WIDTH
    ):  # Without a trailing comma, so that formatters may join it.
        return f"{opening}\n{' ' * indent}    {inner}\n{' ' * indent}{closing}"
    return _exploded(opening, items, closing, indent)


def columns(text: str) -> int:
    """Return the largest number of columns that any tool counts for `text`."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def cut(parts: Iterable[str], width: int) -> Iterator[str]:
    """Yield the text of `parts` in lines of at most `width` columns; none of the parts is wider."""
    line, used = "", 0
    for part in parts:
        wide = columns(part)
        if used + wide > width:
            yield line
            line, used = "", 0
        line += part
        used += wide
    yield line


def escaped(text: str) -> str:
    """Escape backslashes and characters that are not printable; emoji and letters of all scripts stay."""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(
        "\\\\" if char == "\\" else char if _printable(char) else _escape(char) for char in text
    )


def _fits(line: str, indent: int, before: str) -> bool:
    return indent + columns(before) + columns(line) + len(",") <= WIDTH


def _exploded(opening: str, items: Sequence[str], closing: str, indent: int) -> str:
    margin = " " * indent
    return f"{opening}\n" + "".join(f"{margin}    {item},\n" for item in items) + margin + closing


def _printable(char: str) -> bool:
    # Format characters such as bidirectional overrides could disguise code. The joiner within emoji and words is
    # harmless.
    return char.isprintable() or char == "\u200d" or unicodedata.category(char) == "Mn"


def _escape(char: str) -> str:
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )
