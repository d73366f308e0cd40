"""Open what others have put in a file's place: without waiting for a pipe that nobody writes to."""

import errno
import os
import stat

_FLAGS = getattr(os, "O_NONBLOCK", 0)


def regular(path: str, flags: int) -> int:
    """Open `path` if it is a regular file: an `opener` for `open`. Raises OSError."""
    descriptor = os.open(path, flags | _FLAGS)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
    raise OSError(number, os.strerror(number) if stat.S_ISDIR(mode) else "Not a file", path)


def unwaiting(path: str, flags: int) -> int:
    """Open `path`, be it a pipe, which is then empty unless somebody has opened it to write: an `opener`."""
    descriptor = os.open(path, flags | _FLAGS)
    os.set_blocking(descriptor, True)
    return descriptor
