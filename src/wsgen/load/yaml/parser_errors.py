"""What libyaml says about broken syntax, in words that name the next step."""

import re

import yaml

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.syntax.text_ranges import SourceText

_CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # what YAML calls printable
)
_BRACKET = "expected ',' or"

# Parts of the problems that libyaml and PyYAML's own parser report, with the message and the help to show.
_OUTSIDE = (
    "this does not belong to the mapping around it",
    "Indent the keys of one mapping alike; quote the whole of a text, not a part.",
)
_KNOWN: dict[str, tuple[str, str]] = {
    "mapping values are not allowed": (
        "a `:` is not allowed here, where no key can be",
        "Quote a text that contains `: `; indent the keys of one mapping alike.",
    ),
    _BRACKET: (
        "a `,` or a closing bracket is missing",
        "Close the bracket; quote a type with brackets of its own inside of brackets.",
    ),
    "expected '-' indicator": (
        "a list item has no `-`",
        "Start each item of this list with `- `, all indented alike.",
    ),
    "expected <block end>, but found '-'": (
        "a list item is not allowed here, where a key is expected",
        "Indent the keys of one mapping alike, and its list items alike.",
    ),
    "expected key": _OUTSIDE,
    "expected <block end>": _OUTSIDE,
    "expected ':'": ("a key has no `:`", "Write `key: value`, with a space after the colon."),
    "unexpected end of stream": ("a quote is never closed", "Close the quote."),
    "unexpected document indicator": (
        "a quote is never closed",
        "Close the quote before the document marker.",
    ),
    "unknown escape character": (
        "the escape in double quotes is unknown",
        "Double the backslash, or use single quotes.",
    ),
    "undefined tag handle": (
        "the tag is not supported",
        "Remove the tag; quote a text that starts with `!`.",
    ),
    "alphabetic or numeric character": (
        "`*` and `&` need a name",
        "Quote a text that starts with `*` or `&`.",
    ),
    "incompatible YAML document": (
        "the version of YAML is not supported",
        "Remove the %YAML line.",
    ),
}
_AT_OPENING = frozenset(
    {"expected ':'", "unexpected end of stream", "unexpected document indicator"}
)
_TABS = "Indent with spaces: YAML does not allow tabs there."


def explain(source: SourceText, error: yaml.YAMLError) -> Diagnostic:
    """Return the diagnostic for what made the YAML parser give up on `source`."""
    if bad := _CONTROL.search(source.text):
        message = f"character U+{ord(bad[0]):04X} is not allowed in YAML"
        span = source.span(bad.start(), bad.end())
        return Diagnostic("WSG100", message, span, help="Remove it.")
    problem, place = "it cannot be read", 0
    if isinstance(error, yaml.MarkedYAMLError):
        problem = error.problem or error.context or problem
        mark = error.problem_mark or error.context_mark
        place = mark.index if mark else 0
    span = source.span(place, place + 1)
    if tab := _tab_before(source, place):
        return Diagnostic("WSG104", "a tab is used for indentation", tab, help=_TABS)
    character = source.text[place : place + 1]
    if "cannot start any token" in problem and character:
        shown = "a backtick" if character == "`" else f"`{character}`"
        message = f"a value cannot start with {shown}"
        help_text = f"Quote a text that starts with {shown}."
        return Diagnostic("WSG100", message, span, help=help_text)
    for part, (message, help_text) in _KNOWN.items():
        if part in problem:
            opened = _opened(source, error)
            if part in _AT_OPENING and opened:
                return Diagnostic("WSG100", message, opened, help=help_text)
            notes = (Note("opened here", opened),) if part == _BRACKET and opened else ()
            return Diagnostic("WSG100", message, span, help=help_text, notes=notes)
    help_text = "Correct the syntax here, or quote the text."
    return Diagnostic("WSG100", f"the text is not valid YAML: {problem}", span, help=help_text)


def _opened(source: SourceText, error: yaml.YAMLError) -> Span | None:
    """Return where the quote, bracket or key starts that `error` finds no end of."""
    mark = error.context_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return source.span(mark.index, mark.index + 1) if mark else None


def _tab_before(source: SourceText, place: int) -> Span | None:
    """Return the tab in the indentation of the line at `place`, or of the line before it, if any."""
    number = source.span(place, place).line
    for line in (number, number - 1):
        if line < 1:
            continue
        start = source.starts[line - 1]
        text = source.text[start : source.starts[line]]
        blank = text[: len(text) - len(text.lstrip(" \t"))]
        if "\t" in blank and text.strip():
            at = start + blank.index("\t")
            return source.span(at, at + 1)
    return None
