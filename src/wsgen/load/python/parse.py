"""Bytes of a Python file -> syntax tree and text. The file is parsed, never imported and never run."""

import ast
import io
import re
import sys
import tokenize
import warnings
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.load.sourcetext import SourceText, UnreadableError, decode_utf8, unreadable
from wsgen.syntax.newer_syntax import as_older_syntax

# Codecs that Python accepts in a coding comment, but that no editor saves and that cost quadratic time.
_REFUSED = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})


def parse_python(path: Path, data: bytes) -> tuple[SourceText, ast.Module]:
    """Return the text and the tree of the Python file `path` with the bytes `data`.

    Statements `type X = ...` are read on each version of Python. On versions without them they are read as
    assignments to the name `type` + underscores + X at the same position.

    Raises UnreadableError if it is not Python, not in its encoding, or nested too deeply.
    """
    source = SourceText(path, _decode(path, data))
    null = source.text.find("\0")
    if null >= 0:
        message = "the file holds a null byte"
        raise unreadable("WSG201", message, source.span(null, null + 1), "Remove it.")
    try:
        return source, _parse(source.text)
    except SyntaxError as error:
        if sys.version_info < (3, 12) and (older := as_older_syntax(source.text)) is not None:
            try:
                return source, _parse(older)
            except (SyntaxError, RecursionError, MemoryError):
                pass  # What Python says of the text itself is what its author can use.
        raise _syntax_error(source, error) from error
    except (RecursionError, MemoryError) as error:
        place = source.span(0, 0)
        help_text = "Split the longest expression of the file."
        raise unreadable("WSG202", f"{path.name} is nested too deeply", place, help_text) from error


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        # Remarks on the user's code (escapes such as "\d") are for the user's linter, not for us.
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _decode(path: Path, data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        place = Span(path, 1, 1, 1, 1)
        if re.search(rb"coding[:=]", data[:512]):
            message = f"{path.name} cannot be decoded: {error.msg}"
            raise unreadable("WSG201", message, place, "Save the file as UTF-8.") from error
        # Only the first lines are looked at for the encoding; find the first bad byte.
        text = decode_utf8(path, data)
        raise unreadable("WSG201", str(error), SourceText(path, text).span(0, 0), "") from error
    if encoding in ("utf-8", "utf-8-sig"):
        return decode_utf8(path, data)
    if encoding in _REFUSED:
        message = f"encoding `{encoding}` is not supported"
        raise unreadable("WSG201", message, Span(path, 1, 1, 1, 1), "Save the file as UTF-8.")
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError, ValueError) as error:
        message = f"{path.name} is not `{encoding}`, as it says"
        help_text = "Save the file as UTF-8 and remove the coding comment."
        raise unreadable("WSG201", message, Span(path, 1, 1, 1, 1), help_text) from error


def _syntax_error(source: SourceText, error: SyntaxError) -> UnreadableError:
    line = error.lineno or 1
    start = source.at(line, 0) + max(error.offset or 1, 1) - 1
    problem = error.msg or "invalid syntax"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    help_text = f"Correct the syntax; it is read as Python {version}."
    message = f"the file is not valid Python: {problem}"
    return unreadable("WSG200", message, source.span(start, start + 1), help_text)
