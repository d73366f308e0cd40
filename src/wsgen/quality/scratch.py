"""A temporary folder that is removed at the end of a run or, if the run was killed, by the next one.

Otherwise a run over a thousand modules that is killed would leave about 20 MB on the disk until a restart.
"""

import errno
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.errors import FilesError
from wsgen.files import lock

PREFIX = "wsgen-mirror-"
_SETTLED = 60.0
"""Seconds after which a folder is locked if the process that made it is alive."""
_NO_PRIVILEGE = 1314
"""Windows' error where a user may not make symbolic links."""


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """Yield a new folder that only this user can read; remove it at the end, and those of killed runs now.

    Its name ends with `name`, unless another run uses that one. Raises FilesError if it cannot be made.
    """
    with temporary_errors():
        parent = Path(os.path.realpath(tempfile.gettempdir()))
        _sweep(parent)
        folder = parent / f"{PREFIX}{name}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    release = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if release is not None:
            release()


@contextmanager
def temporary_errors() -> Iterator[None]:
    """Turn an error of the system in the temporary folder into a FilesError that says so; pass on others."""
    try:
        yield
    except OSError as error:
        if not _is_temporary(error):
            raise
        message = f"the temporary folder cannot be used: {error.strerror or error}"
        help_text = "Free some space there, or set TMPDIR to a folder on another disk."
        if getattr(error, "winerror", None) == _NO_PRIVILEGE:
            help_text = (
                "Turn on Developer Mode of Windows, which lets programs make symbolic links."
            )
        raise FilesError(message, [Diagnostic("WSG405", message, help=help_text)]) from error


def _is_temporary(error: OSError) -> bool:
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if name is not None]
    if not names or error.errno == errno.ENOSPC:
        return True
    folder = os.path.realpath(tempfile.gettempdir())
    return any(os.path.realpath(name).startswith(folder) for name in names)


def _sweep(parent: Path) -> None:
    """Remove this user's folders that no living process holds the lock of."""
    if sys.platform == "win32":  # nothing tells whether the process of a folder is alive
        return
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if not entry.name.startswith(PREFIX) or not entry.is_dir(follow_symlinks=False):
                continue
            status = entry.stat(follow_symlinks=False)
            if status.st_uid != os.getuid() or time.time() - status.st_mtime < _SETTLED:
                continue
            if (release := _lock(Path(entry.path))) is not None:
                shutil.rmtree(entry.path, ignore_errors=True)
                release()


def _lock(folder: Path) -> Callable[[], None] | None:
    """Lock `folder` and return what releases it, None if another process holds it or it cannot be locked.

    The tools that the process starts do not inherit the lock.
    """
    with suppress(OSError):
        return lock(folder, time.monotonic(), folder=True)
    return None
