"""A temporary folder that goes with the process: at its end, or, if it was killed, at the next run."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing tells whether the process of a folder is alive
    fcntl = None  # type: ignore[assignment]  # the name is of a module everywhere else

PREFIX = "wsgen-mirror-"
_SETTLED = 60.0
"""Seconds after which a folder is surely locked if the process that made it is alive."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a new folder that only this user can read; remove it at the end, and those of killed runs now."""
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX)))
    lock = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _sweep(parent: Path) -> None:
    """Remove this user's folders that no living process holds the lock of."""
    if fcntl is None:
        return
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if not entry.name.startswith(PREFIX) or not entry.is_dir(follow_symlinks=False):
                continue
            status = entry.stat(follow_symlinks=False)
            if status.st_uid != os.getuid() or time.time() - status.st_mtime < _SETTLED:
                continue
            if (lock := _lock(Path(entry.path))) is not None:
                shutil.rmtree(entry.path, ignore_errors=True)
                os.close(lock)


def _lock(folder: Path) -> int | None:
    """Return a descriptor that holds the lock of `folder` until it is closed, None if another does.

    The system closes it when the process dies; the tools that it started do not inherit it.
    """
    if fcntl is None:
        return None
    descriptor = -1
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if descriptor >= 0:
            os.close(descriptor)
        return None
    return descriptor
