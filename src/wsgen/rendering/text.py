"""Text from a spec as Python source: literals and docstrings that stay text whatever they hold."""

import textwrap
import unicodedata

WIDTH = 79
"""The narrowest line length in common use: what fits needs no reformatting, whatever the project's is."""


def literal(text: str) -> str:
    """Return `text` as a double-quoted string literal of printable characters."""
    return '"' + _escaped(text).replace('"', '\\"') + '"'


def docstring(text: str, indent: int = 0) -> str:
    """Return `text` as a docstring for code indented by `indent` spaces, quotes included.

    Lines that are too long are wrapped; a single word that is too long gets a `noqa` for that rule only.
    """
    lines = wrapped(_normal(text), WIDTH - indent - len('""""""'))
    margin = " " * indent
    if len(lines) == 1:
        body = f'"""{_in_docstring(lines[0])}"""'
    else:
        rest = (f"{margin}{_in_docstring(line)}" if line else "" for line in lines[1:])
        body = "\n".join([f'"""{_in_docstring(lines[0])}', *rest, f'{margin}"""'])
    too_long = any(len(line) > WIDTH for line in (margin + body).splitlines())
    return f"{body}  # noqa: E501" if too_long else body


def _normal(text: str) -> list[str]:
    """Return the lines of `text` without tabs, trailing spaces and common indentation."""
    lines = [line.rstrip() for line in text.expandtabs(4).strip().splitlines()] or [""]
    rest = textwrap.dedent("\n".join(lines[1:])).split("\n") if len(lines) > 1 else []
    return [lines[0].strip(), *rest]


def wrapped(lines: list[str], width: int) -> list[str]:
    """Return `lines` broken so that each has at most `width` characters, single words apart."""
    made: list[str] = []
    for line in lines:
        if len(line) <= width:
            made.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())][: width // 2]
        made.extend(
            textwrap.wrap(
                line.strip(),
                width,
                initial_indent=indent,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    return made


def _in_docstring(line: str) -> str:
    """Escape `line` so that no quotes in it, or at its end, close the docstring."""
    head = line.rstrip('"')
    closing = '\\"' * (len(line) - len(head))
    return _escaped(head).replace('"""', '\\"\\"\\"') + closing


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
