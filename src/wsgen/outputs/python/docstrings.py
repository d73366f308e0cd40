"""Markdown text as docstrings: paragraphs are filled; lists, tables and code keep their lines."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile

from wsgen.outputs.python.literals import WIDTH, columns, cut, escaped

_WORD = re.compile(r"\S* *")
_CHARACTER = re.compile(r"\\u.{4}|\\U.{8}|\\x..|\\.|.")

_MAX_INDENT = 24
"""The deepest indentation of filled text, which leaves room for words."""

_FENCE = re.compile(r"(`{3,}|~{3,})")
_ITEM = re.compile(r"( *)([-*+•]|\d{1,9}[.)])( +|$)")
_KEPT = re.compile(
    r"[|>]|#{1,6}( |$)|</?[a-z][^>]*>$|<!--"  # tables, quotes, headings, HTML
    r"|\[[^\]]*\]:|:\w+[^:]*:( |$)|\.\.( |$)"  # references; fields and directives of reStructuredText
    r"|(-{3,}|={3,}|~{3,}|\*{3,}|_{3,})$"
)
_RULED = re.compile(r"(?=[-=~+|: ]+$).*(--|==|~~)")
_COLUMNS = re.compile(r"\S {3,}\S")
_MARK = re.compile(rf"([-*+•]|\d{{1,9}}[.)])$|{_FENCE.pattern}|{_KEPT.pattern}")


def docstring(text: str, indent: int = 0) -> str:
    """Return `text` as a docstring, with its quotes, for code that is indented by `indent` spaces.

    Paragraphs are filled to WIDTH columns. Other lines that are longer are continued after a backslash. A longer
    word is not broken, since linters allow it on a line of its own. It is a raw string if its backslashes need no
    other escapes, as pydocstyle's D301 asks for.
    """
    if "\\" in text:
        made = _docstring(text, indent, 'r"""')
        raw = made.replace("\\\\", "\\")
        if "\\" not in made.replace("\\\\", "") and '\\"""' not in raw:
            return raw
    return _docstring(text, indent, '"""')


def _docstring(text: str, indent: int, opening: str) -> str:
    margin, quotes, width = " " * indent, '"""', WIDTH - indent
    lines = filled(_normal(text), width, width - len(opening)) or [""]
    head = lines.pop(0)
    # Formatters differ in how they separate a quote in the text from the quotes of the docstring.
    beside = not head.startswith('"') and columns(head) <= width - len(opening)
    if (
        not lines
        and beside
        and not head.endswith('"')
        and columns(opening + head + quotes) <= width
    ):
        return f"{opening}{head}{quotes}"
    if not beside or not lines:
        lines.insert(0, head)
        head = ""
    rest = (_folded(margin + line) if line else "" for line in lines)
    return "\n".join([opening + head, *rest, margin + quotes])


def fits_docstring(line: str, indent: int) -> bool:
    """Return whether `line` fits between the quotes of a docstring that is indented by `indent` spaces."""
    return columns(_escaped_line(line)) <= WIDTH - indent - 2 * len('"""')


def filled(lines: list[str], width: int, first: int) -> list[str]:
    """Return `lines` with paragraphs filled to `width` columns, but the very first line to `first` columns.

    Lists keep their items; tables, fenced and indented code, headings, quotes and hard line breaks keep their
    lines. Only such lines and single words may be longer than `width`.
    """
    made: list[str] = []
    for block in _blocks(lines):
        if isinstance(block, str):
            if block or (made and made[-1]):
                made.append(block)
        else:
            made += _fill(block, width, width if made else first)
    return made


def _normal(text: str) -> list[str]:
    """Return the lines of `text`, escaped, without tabs and common indentation."""
    lines = text.expandtabs(4).strip().splitlines() or [""]
    rest = textwrap.dedent("\n".join(lines[1:])).split("\n") if len(lines) > 1 else []
    return [_escaped_line(line) for line in (lines[0], *rest)]


def _folded(line: str) -> str:
    """Return `line` on several lines that Python reads as one if it is too long and not a single word."""
    text = line.lstrip()
    if columns(line) <= WIDTH or (" " not in text and len(line) - len(text) <= _MAX_INDENT + 4):
        return line
    width = WIDTH - len("\\")
    parts: list[str] = []
    for word in _WORD.findall(line):
        parts += [word] if columns(word) <= width else _CHARACTER.findall(word)
    return "\\\n".join(cut(parts, width))


def _escaped_line(line: str) -> str:
    """Return a line of a docstring, in which no quotes close the docstring.

    A quote before the closing ones, where ruff's D200 may move it, is written as a number, since formatters
    disagree about escaped quotes there.
    """
    text = escaped(line).replace('"""', '\\"\\"\\"')
    return f"{text[:-2]}\\x22" if line.endswith('"""') and text.endswith('\\"\\"') else text


@dataclass(slots=True)
class _Paragraph:
    """The words of a paragraph; its first line starts with `start`, the others with as many spaces."""

    start: str
    words: list[str] = field(default_factory=list)


def _blocks(lines: list[str]) -> Iterator[_Paragraph | str]:
    """Yield paragraphs, and all other lines unchanged."""
    fence = ""
    content = 0  # The column where the text of the current list item begins.
    ruled, fresh = range(0), True
    open_: _Paragraph | None = None
    for number, line in enumerate(lines):
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        if fence:
            yield line.rstrip()
            if text.startswith(fence) and not text.strip(fence[0]):
                fence = ""
            continue
        if text and fresh:
            ruled, fresh = _ruled(lines, number), False
        item = _ITEM.match(line)
        opening = _FENCE.match(text)
        continued = open_ is not None
        # As in Markdown, only the number 1 can begin a list within a paragraph.
        if item and continued and not content and item[2][0].isdigit() and item[2][:-1] != "1":
            item = None
        kept = opening or number in ruled or _KEPT.match(text) or indent - content >= 4
        if open_ is not None and (not text or kept or item):
            yield open_
            open_ = None
        if not text:
            fresh = True
            yield ""
        elif kept:
            fence = opening[1] if opening else ""
            yield line.rstrip()
        elif item:
            margin = " " * min(indent, _MAX_INDENT)
            open_ = _Paragraph(f"{margin}{item[2]} ", line[item.end() :].split())
            content = item.end()
        elif open_ is not None:
            open_.words += text.split()
        else:
            content = min(content, indent)
            open_ = _Paragraph(" " * min(indent, _MAX_INDENT), text.split())
        if open_ is not None and (line.endswith("  ") or text.endswith("\\")):
            yield open_  # After a hard break the text continues on a new line.
            open_ = _Paragraph(" " * len(open_.start))
    if open_ is not None:
        yield open_


def _ruled(lines: list[str], start: int) -> range:
    """Return the lines from `start` to the next blank one if they are a table or an underlined heading."""
    block = list(takewhile(str.strip, islice(lines, start, None)))
    is_ruled = any(_RULED.match(line.strip()) or _COLUMNS.search(line) for line in block)
    return range(start, start + len(block)) if is_ruled else range(0)


def _fill(paragraph: _Paragraph, width: int, first: int) -> Iterator[str]:
    """Yield the lines of `paragraph`, the first of at most `first` columns, the others of at most `width`."""
    whole = paragraph.start + " ".join(paragraph.words)
    if columns(whole) <= first:
        if whole.strip():
            yield whole.rstrip()
        return
    margin = " " * len(paragraph.start)
    start, line, room = paragraph.start, list[str](), first
    used = columns(start)
    for word in paragraph.words:
        wide = columns(word)
        if line and used + wide > room:
            # A dash or a number at the start of a line would begin a list, so the word before it moves too.
            carried = [line.pop()] if _MARK.match(word) and len(line) > 1 else []
            yield start + " ".join(line)
            start, line, room = margin, carried, width
            used = len(margin) + sum(columns(each) + 1 for each in carried)
        elif not line and start.strip() and used + wide > room:
            yield start.rstrip()  # A word that is too long gets a line of its own.
            start, room, used = margin, width, len(margin)
        line.append(word)
        used += wide + 1
    if line or start.strip():
        yield (start + " ".join(line)).rstrip()
