"""Open, replace and lock files safely, whatever else has the name of the file.

Opening never waits for a pipe or a device. A file is replaced atomically by a new one, which cannot be redirected
by a link. A lock ends with its process. Every function raises OSError.
"""

import errno
import os
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

REPOSITORIES = (".git", ".hg")
"""The names of what is at the top of a repository, for tools that stop there."""

_UNWAITING = getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_PREFIX = ".wsgen-"
_SUFFIX = ".tmp"
_POLL = 0.05
"""Seconds between two attempts to take a lock."""
_ATTEMPTS = 100
"""The number of attempts to make a folder that other processes remove meanwhile."""


def regular(path: str, flags: int) -> int:
    """Open `path` if it is a regular file: an `opener` for `open`."""
    try:
        descriptor = os.open(path, flags | _UNWAITING)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket, or a device that nothing is connected to
            raise _not_regular(path, 0) from error
        raise
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    raise _not_regular(path, mode)


def unwaiting(path: str, flags: int) -> int:
    """Open `path`, even if it is a pipe, which is then empty unless another process writes to it: an `opener`."""
    descriptor = os.open(path, flags | _UNWAITING)
    if sys.platform != "win32":
        os.set_blocking(descriptor, True)
    return descriptor


def read_file(file: Path | str, most: int = -1) -> bytes:
    """Return the bytes of `file`, which must be a regular file: all of them, or at most the first `most`."""
    # Without a buffer it is twice as fast as Path.read_bytes, which counts where nothing has changed.
    with open(file, "rb", buffering=0 if most < 0 else -1, opener=regular) as stream:
        return stream.read(most)


def read_text(file: Path | str, encoding: str = "utf-8") -> str:
    """Return the text of `file`, which must be a regular file, with line ends LF."""
    with open(file, encoding=encoding, opener=regular) as stream:
        return stream.read()


def lines_of(file: Path) -> tuple[str, ...]:
    """Return the lines of `file` as far as its first MiB, as editors count them; none if it cannot be read."""
    try:
        data = read_file(file, 1 << 20)
    except OSError:
        return ()
    # Only these end a line in YAML, TOML and Python; str.splitlines would also split at form feeds.
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    return tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def bytes_of(file: Path | str) -> bytes | None:
    """Return the bytes of `file`, or None if it cannot be read."""
    try:
        return read_file(file)
    except OSError:
        return None


def read_own_file(file: Path | str) -> bytes:
    """Return the bytes of `file`, which must be a regular file and not a link."""
    with open(file, "rb", opener=_no_link) as stream:
        return stream.read()


def refuse_other_kinds(file: Path) -> int | None:
    """Return the mode of `file`, or None if it is missing; raise unless it is a regular file or a link."""
    try:
        mode = os.lstat(file).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise _not_regular(os.fspath(file), mode)
    return mode


def stage(file: Path, data: bytes, *, durable: bool = False) -> Path:
    """Write `data` to a new file next to `file` and return it; with `durable`, wait until the disk has it."""
    temporary = file.with_name(f"{_PREFIX}{os.getpid()}-{os.urandom(4).hex()}{_SUFFIX}")
    try:
        # "x" fails if anything has that name, even a link.
        with open(temporary, "xb") as stream:
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
    except FileExistsError:
        raise
    except BaseException:  # also when the run is interrupted, as below
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def replace(file: Path, data: bytes, *, durable: bool = False) -> None:
    """Write `file` completely or not at all, and keep its permissions. A link is replaced, not followed."""
    mode = refuse_other_kinds(file)
    temporary = stage(file, data, durable=durable)
    try:
        if mode is not None and stat.S_ISREG(mode):
            temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def is_temporary(name: str) -> bool:
    """Return whether a file called `name` is one that `stage` made."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


def sweep(folder: Path, *, locked: bool) -> None:
    """Remove files from `folder` that `stage` made and a killed process has left.

    With `locked`, no other process writes there now; otherwise the files of living processes are kept.
    """
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if is_temporary(entry.name)]
    for name in names:
        if locked or not _is_alive(name.removeprefix(_PREFIX).partition("-")[0]):
            (folder / name).unlink(missing_ok=True)


def _is_alive(process: str) -> bool:
    if sys.platform == "win32":  # where this would end the process
        return True
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except OSError:
        return True
    return True


def real(file: Path) -> Path:
    """Return the path of `file` without links; for links in a circle, unlike Path.resolve, the first of them."""
    return Path(os.path.realpath(file))


def repository_of(folder: Path) -> Path | None:
    """Return the repository that holds `folder`, or None. Its `.git` is a file in worktrees and submodules."""
    above = (folder, *folder.parents)
    return next((place for place in above if (place / ".git").exists()), None)


def leaves(file: Path, root: Path) -> bool:
    """Return whether `file` has a path below the folder `root`, but is elsewhere because of a link."""
    root = real(root)
    named = Path(os.path.abspath(file))  # noqa: PTH100  `..` is taken as written
    named_inside = any(real(folder).is_relative_to(root) for folder in named.parents)
    return named_inside and not real(file).is_relative_to(root)


def leads_out(file: Path) -> OSError:
    """Return the error that `file` leaves its project."""
    reason = f"it leads out of the project through a link to {real(file)}"
    return FileExistsError(errno.EEXIST, reason, os.fspath(file))


def make_folder(folder: Path) -> None:
    """Make `folder` if it is missing, even while other processes make and remove it. Raises OSError."""
    for _ in range(_ATTEMPTS):
        try:
            os.mkdir(folder)  # noqa: PTH102 - Path.mkdir fails if the folder is removed while it looks
        except FileExistsError:
            if folder.is_dir():
                return
            if os.path.lexists(folder):
                raise
        else:
            return
    raise FileNotFoundError(errno.ENOENT, "it is removed again and again", os.fspath(folder))


def lock(place: Path, deadline: float, *, folder: bool = False) -> Callable[[], None] | None:
    """Take the lock of `place`, which ends with the process; return the function that releases it.

    `place` is a file, which is made if it is missing, or a `folder`, on systems that can lock one. Return None if
    another process still holds the lock at `deadline`, a time of the monotonic clock.
    """
    if sys.platform == "win32":
        return _lock_on_windows(place, deadline, folder=folder)
    import fcntl  # which Windows lacks

    while True:
        descriptor = _open_to_lock(place, folder=folder)
        try:
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # No other process can lock a file that was removed meanwhile, so its lock is worth nothing.
                if _is_at(place, descriptor):
                    return partial(os.close, descriptor)
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL)


def _is_at(place: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(place))
    except FileNotFoundError:
        return False


def _open_to_lock(place: Path, *, folder: bool) -> int:
    if folder:
        return os.open(place, os.O_RDONLY | _NO_LINK)
    for _ in range(_ATTEMPTS):
        make_folder(place.parent)
        with suppress(FileNotFoundError):  # the folder was removed meanwhile
            return regular(os.fspath(place), os.O_RDWR | os.O_CREAT | _NO_LINK)
    raise FileNotFoundError(errno.ENOENT, "its folder is removed again and again", os.fspath(place))


def _lock_on_windows(place: Path, deadline: float, *, folder: bool) -> Callable[[], None] | None:
    """Do the same as `lock` on systems that cannot remove open files and can lock only files."""
    if folder:
        raise OSError(errno.ENOSYS, "folders cannot be locked", os.fspath(place))
    from filelock import FileLock, Timeout

    held = FileLock(place)
    try:
        held.acquire(timeout=max(0.0, deadline - time.monotonic()))
    except Timeout:
        return None
    return held.release


def _no_link(path: str, flags: int) -> int:
    return regular(path, flags | _NO_LINK)


def _not_regular(path: str, mode: int) -> OSError:
    if stat.S_ISDIR(mode):
        return IsADirectoryError(errno.EISDIR, "a folder of that name is there", path)
    return OSError(errno.EINVAL, "not a regular file", path)
