"""Read the bytes of a source file, and decode them."""

from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import WsgenError
from wsgen.files import read_file
from wsgen.syntax.text_ranges import SourceText

LIMIT = 1 << 20
"""The largest source that is read, in bytes."""


class UnreadableError(WsgenError):
    """A source cannot be read any further; the diagnostics say why."""


def unreadable(code: str, message: str, span: Span, help_text: str) -> UnreadableError:
    """Return the error for a source that cannot be read any further, with its only diagnostic."""
    return UnreadableError(message, [Diagnostic(code, message, span, help=help_text)])


def read_source(path: Path) -> bytes:
    """Return the bytes of `path`.

    Raises UnreadableError if it cannot be read or is larger than LIMIT.
    """
    place = Span(path, 1, 1, 1, 1)
    try:
        data = read_file(path, LIMIT + 1)
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}"
        raise unreadable("WSG101", message, place, _help_text(path)) from error
    if len(data) > LIMIT:
        message = f"{path.name} is larger than 1 MiB"
        help_text = "Split the module: a source of routers is a few kilobytes."
        raise unreadable("WSG102", message, place, help_text)
    return data


def _help_text(path: Path) -> str:
    if path.is_dir() or (path.exists() and not path.is_file()):
        return "Put a file there, or rename what is there: the name is that of a source."
    if path.is_symlink() and not path.exists():
        return "Correct the link, or remove it."
    return "Make the file readable."


def decode_utf8(path: Path, data: bytes) -> str:
    """Return `data` as text.

    Raises UnreadableError at the first byte that is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = SourceText(path, data[: error.start].decode("utf-8", "replace"))
        span = before.span(len(before.text), len(before.text))
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            message = f"{path.name} is UTF-16, not UTF-8"
        else:
            message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise unreadable("WSG103", message, span, "Save the file as UTF-8.") from error
