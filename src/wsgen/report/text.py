"""Show diagnostics to people: position, message, the source line with carets, and the help."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from wsgen.diagnostics import Diagnostic, Severity, Span
from wsgen.files import lines_of
from wsgen.report.display import display_path, inert, printable
from wsgen.report.wrapping import wrapped

Style = Callable[[str, str], str]
"""Colour a text: `style(text, "red")`; without a terminal it returns the text unchanged."""

_WIDTH = 160
"""How much of a line of a source is shown where there is no terminal."""
_GUTTER = 8
_SPACE = "\0"
"""Stands for a space of a path while lines are wrapped: terminals recognise only whole paths."""
_OUTPUT_LINES = 40
_lines = lru_cache(maxsize=64)(lines_of)


def plain(text: str, _colour: str) -> str:
    """Return `text` without colour."""
    return text


def format_text(
    diagnostics: Iterable[Diagnostic], *, style: Style = plain, width: int | None = None
) -> str:
    """Return `diagnostics` as text, a blank line between them; empty if there are none.

    Lines are wrapped to the `width` of a terminal, in columns, if it is for one.

    Control characters in texts of sources and tools are escaped, so that no terminal executes them.
    """
    _lines.cache_clear()  # a file may have changed since the last report
    text = "\n".join(_entry(item, style, width) for item in diagnostics)
    return "\n".join(map(inert, text.split("\n"))) if "::" in text or "##[" in text else text


def _entry(item: Diagnostic, style: Style, width: int | None) -> str:
    colour = "red" if item.severity is Severity.ERROR else "yellow"
    label = style(f"{item.severity.value}[{item.code}]", colour)
    place = f"{style(_place(item.span), 'bold')}: " if item.span else ""
    lines = [wrapped(f"{place}{label}: {printable(item.message)}", width)]
    if item.span:
        lines.extend(_excerpt(item.span, style, colour, width))
    for note in item.notes:
        text = f"{printable(note.message)}: {_place(note.span)}"
        lines.append(wrapped(f"  {style('note:', 'cyan')} {text}", width, indent=6))
        lines.extend(_excerpt(note.span, style, "cyan", width))
    if item.output:
        said = item.output.strip().splitlines()
        shown = (f"    {printable(line.expandtabs())}" for line in said[:_OUTPUT_LINES])
        lines.extend(wrapped(line, width) for line in shown)
        if len(said) > _OUTPUT_LINES:
            lines.append(f"    ... and {len(said) - _OUTPUT_LINES} lines more")
    if item.help:
        text = f"  {style('help:', 'cyan')} {printable(item.help)}"
        lines.append(wrapped(text, width, indent=6))
    return "\n".join(lines).replace(_SPACE, " ") + "\n"


def _place(span: Span) -> str:
    path = printable(display_path(span.path)).replace(" ", _SPACE)
    try:
        if span.path.is_dir():
            return path
    except OSError:  # a folder around it cannot be searched
        pass
    return f"{path}:{span.line}:{span.column}"


def _excerpt(span: Span, style: Style, colour: str, width: int | None) -> list[str]:
    """Return the source line and carets below it; nothing if the span is a point at a file's start."""
    if (span.line, span.column) == (1, 1) and span.end_column <= 1:
        return []
    lines = _lines(span.path)
    if not 0 < span.line <= len(lines):
        return []
    source = lines[span.line - 1]
    start = min(span.column - 1, len(source))
    end = span.end_column - 1 if span.end_line == span.line else len(source)
    end = max(start + 1, min(end, max(len(source), start + 1)))
    room = _WIDTH if width is None else max(width - _GUTTER, _GUTTER)
    offset = max(0, start - room // 2) if len(source) > room else 0
    shown = "".join(
        " " if char == "\t" else char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for char in source[offset : offset + room]
    )
    carets = "^" * min(end - start, room - (start - offset))
    gutter = style(f"{span.line:>5} |", "blue")
    blank = style("      |", "blue")
    return [f"{gutter} {shown}", f"{blank} {' ' * (start - offset)}{style(carets, colour)}"]
