"""Python code in lines that are short enough for every line length; formatters join them where there is room.

What is made here follows `before` on a line that is indented by `indent` spaces.
"""

from collections.abc import Sequence

from wsgen.outputs.python.filling import columns
from wsgen.outputs.python.literals import WIDTH, literal, literal_lines


def call(opening: str, items: Sequence[str], closing: str, *, indent: int, before: str = "") -> str:
    """Return `items` in brackets: on one line, or between them, or each on a line of its own."""
    inner = ", ".join(items)
    if _fits(line := f"{opening}{inner}{closing}", indent, before):
        return line
    if indent + 4 + columns(inner) <= WIDTH:  # Without a comma at its end: formatters may join it.
        return f"{opening}\n{' ' * indent}    {inner}\n{' ' * indent}{closing}"
    return _exploded(opening, items, closing, indent)


def string(text: str, *, indent: int, before: str) -> str:
    """Return `text` as a literal, in parentheses on several lines if it is too long for one."""
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


def _fits(line: str, indent: int, before: str) -> bool:
    return indent + columns(before) + columns(line) + len(",") <= WIDTH


def _exploded(opening: str, items: Sequence[str], closing: str, indent: int) -> str:
    margin = " " * indent
    return f"{opening}\n" + "".join(f"{margin}    {item},\n" for item in items) + margin + closing
