"""Write one file by itself, and say what to do if the operating system refuses it."""

import errno
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import FilesError
from wsgen.files import leads_out, leaves, real, replace, sweep

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_IN_THE_WAY = {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EINVAL, errno.ELOOP}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_MOVE = "Move what is there out of the way, then run wsgen again."
_WRITABLE = "Make the folder writable, or render where it is and ship the result."


def write_file(
    file: Path, data: bytes, root: Path | None, *, locked: bool, what: str, writable: str
) -> None:
    """Replace `file` atomically; if it is there, it keeps its permissions.

    A link stays a link, and what it leads to is written, unless it leads out of the project `root`. Nobody else
    writes to the folder meanwhile if the project is `locked`.

    Raises FilesError, with the file as it was; for `what` and `writable` see `unwritable`.
    """
    try:
        if root is not None and leaves(file, root):
            raise leads_out(file)
        target = real(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent, locked=locked)
        replace(target, data, durable=True)
    except OSError as error:
        raise unwritable(file, error, what=what, writable=writable) from error


def unwritable(
    file: Path, error: OSError, *, what: str | None = None, writable: str = _WRITABLE
) -> FilesError:
    """Return the error that `file` could not be written; `what` begins its message.

    `writable` is the help where permission is missing.
    """
    message = f"{what or f'cannot write {file}'}: {error.strerror or error}"
    help_text = what_to_do(error, writable=writable)
    return FilesError(message, [Diagnostic("WSG405", message, Span(file), help=help_text)])


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
