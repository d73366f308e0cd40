"""What the operating system refused to write, as an error that names the next step."""

import errno
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import FilesError

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_IN_THE_WAY = {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EINVAL, errno.ELOOP}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_MOVE = "Move what is there out of the way, then run wsgen again."
_WRITABLE = "Make the folder writable, or render where it is and ship the result."


def unwritable(
    file: Path, error: OSError, *, what: str | None = None, writable: str = _WRITABLE
) -> FilesError:
    """Return the error that `file` could not be written; `what` begins its message.

    `writable` is the advice where permission is missing.
    """
    message = f"{what or f'cannot write {file}'}: {error.strerror or error}"
    advice = what_to_do(error, writable=writable)
    return FilesError(message, [Diagnostic("WSG405", message, Span(file), help=advice)])


def what_to_do(error: OSError, *, writable: str = _WRITABLE, in_the_way: str = _MOVE) -> str:
    """Return the next step after `error`.

    That is `writable` where permission is missing, and `in_the_way` where something else is in the place.
    """
    if error.errno in _FULL:
        return "Free some space on that disk, then run wsgen again."
    if error.errno in _IN_THE_WAY:
        return in_the_way
    if error.errno in _FORBIDDEN:
        return writable
    return "Check that disk and its file system, then run wsgen again."
