"""Text from a spec as Python source: literals and docstrings that stay text whatever they hold."""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator

from wsgen.outputs.python.filling import MAX_INDENT, columns, filled

WIDTH = 60
"""The narrowest line length that generated code is made for: what fits into it fits into all wider ones."""

_WORD = re.compile(r"\S* *")
_CHARACTER = re.compile(r"\\u.{4}|\\U.{8}|\\x..|\\.|.")
_CERTAIN = re.compile(
    "[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3]"
)
"""Characters for which all tools count as many columns: no combining ones, no emoji."""


def literal(text: str) -> str:
    """Return `text` as a double-quoted string literal of printable characters."""
    return '"' + _escaped(text).replace('"', '\\"') + '"'


def literal_lines(text: str, width: int) -> list[str]:
    """Return string literals of at most `width` columns that Python joins to `text`.

    Characters that tools count differently are escaped, so that the tools agree about what fits.
    """
    characters = (literal(char)[1:-1] if _CERTAIN.match(char) else _escape(char) for char in text)
    return [f'"{part}"' for part in _cut(characters, width - len('""'))]


def fits_docstring(line: str, indent: int) -> bool:
    """Return whether `line` fits between the quotes of a docstring, in code indented by `indent` spaces."""
    return columns(_escaped_line(line)) <= WIDTH - indent - 2 * len('"""')


def docstring(text: str, indent: int = 0) -> str:
    """Return `text` as a docstring for code indented by `indent` spaces, quotes included.

    Paragraphs are filled to lines of WIDTH columns. Other lines that are longer go on in the next one after a
    backslash. Single words that are longer stay whole: linters allow them on a line of their own.
    """
    margin, quotes, width = " " * indent, '"""', WIDTH - indent
    lines = filled(_normal(text), width, width - len(quotes)) or [""]
    head = lines.pop(0)
    # Formatters add spaces between quotes and quotes, each in its own way.
    beside = not head.startswith('"') and columns(head) <= width - len(quotes)
    if not lines and beside and not head.endswith('"') and columns(head) <= width - 6:
        return f"{quotes}{head}{quotes}"
    if not beside or not lines:
        lines.insert(0, head)
        head = ""
    rest = (_folded(margin + line) if line else "" for line in lines)
    return "\n".join([quotes + head, *rest, margin + quotes])


def _normal(text: str) -> list[str]:
    """Return the lines of `text`, escaped, without tabs and common indentation."""
    lines = text.expandtabs(4).strip().splitlines() or [""]
    rest = textwrap.dedent("\n".join(lines[1:])).split("\n") if len(lines) > 1 else []
    return [_escaped_line(line) for line in (lines[0], *rest)]


def _folded(line: str) -> str:
    """Return `line`, too long and not a single word, on several lines that Python reads as one."""
    text = line.lstrip()
    if columns(line) <= WIDTH or (" " not in text and len(line) - len(text) <= MAX_INDENT + 4):
        return line
    width = WIDTH - len("\\")
    parts: list[str] = []
    for word in _WORD.findall(line):
        parts += [word] if columns(word) <= width else _CHARACTER.findall(word)
    return "\\\n".join(_cut(parts, width))


def _cut(parts: Iterable[str], width: int) -> Iterator[str]:
    """Yield the text of `parts`, none of which is wider, in lines of at most `width` columns."""
    line, used = "", 0
    for part in parts:
        wide = columns(part)
        if used + wide > width:
            yield line
            line, used = "", 0
        line += part
        used += wide
    yield line


def _escaped_line(line: str) -> str:
    """Return a line of a docstring: no quotes in it may close the docstring.

    Formatters do not agree about an escaped quote before the closing ones, where ruff's D200 may move it.
    """
    text = _escaped(line).replace('"""', '\\"\\"\\"')
    return f"{text[:-2]}\\x22" if line.endswith('"""') and text.endswith('\\"\\"') else text


def _escaped(text: str) -> str:
    """Escape backslashes and whatever is not printable; emoji and letters of all scripts stay."""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(
        "\\\\" if char == "\\" else char if _printable(char) else _escape(char) for char in text
    )


def _printable(char: str) -> bool:
    # Format characters such as bidirectional overrides could make code look like other code; the joiner
    # inside emoji and scripts is harmless.
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
