"""Bytes of a Python file -> syntax tree and text. The file is parsed, never imported and never run."""

import io
import re
import sys
import tokenize
from pathlib import Path

from wsgen.diagnostics import Span
from wsgen.load.sourcetext import UnreadableError, decode_utf8, unreadable
from wsgen.syntax.python_text import PythonText, parse_text
from wsgen.syntax.text_ranges import SourceText

# Codecs that Python accepts in a coding comment, but that no editor saves and that cost quadratic time.
_REFUSED = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})


def parse_python(path: Path, data: bytes) -> PythonText:
    """Return the text and the tree of the Python file `path` with the bytes `data`.

    Raises UnreadableError if it is not Python, not in its encoding, or nested too deeply.
    """
    text = decode_python(path, data)
    null = text.find("\0")
    if null >= 0:
        place = SourceText(path, text).span(null, null + 1)
        raise unreadable("WSG201", "the file holds a null byte", place, "Remove it.")
    try:
        return parse_text(path, text)
    except SyntaxError as error:
        raise _syntax_error(SourceText(path, text), error) from error
    except (RecursionError, MemoryError) as error:
        place = Span(path, 1, 1, 1, 1)
        help_text = "Split the longest expression of the file."
        raise unreadable("WSG202", f"{path.name} is nested too deeply", place, help_text) from error


def decode_python(path: Path, data: bytes) -> str:
    """Return the text of the Python file `path` with the bytes `data`, in the encoding that it declares.

    Raises UnreadableError if it cannot be decoded.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        place = Span(path, 1, 1, 1, 1)
        if re.search(rb"coding[:=]", data[:512]):
            message = f"{path.name} cannot be decoded: {error.msg}"
            raise unreadable("WSG201", message, place, "Save the file as UTF-8.") from error
        # Only the first lines are looked at for the encoding; find the first bad byte.
        decode_utf8(path, data)
        raise unreadable("WSG201", str(error), place, "") from error
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
    line = min(error.lineno or 1, len(source.ends))
    start = source.starts[line - 1] + max(error.offset or 1, 1) - 1
    problem = error.msg or "invalid syntax"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    help_text = f"Correct the syntax; it is read as Python {version}."
    message = f"the file is not valid Python: {problem}"
    return unreadable("WSG200", message, source.span(start, start + 1), help_text)
