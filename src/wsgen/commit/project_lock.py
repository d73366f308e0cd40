"""The lock under which one process at a time renders and commits in a project."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from wsgen.commit.single_file import what_to_do
from wsgen.diagnostics import Diagnostic
from wsgen.errors import FilesError
from wsgen.files import lock
from wsgen.settings.cache_folder import make_cache
from wsgen.settings.config import Config

_LOCK_SECONDS = 900.0
_PATIENCE = 2.0
"""Seconds to wait for the lock without a word."""


@contextmanager
def project_lock(config: Config) -> Iterator[None]:
    """Hold the lock under which one process at a time renders and commits in this project.

    One lock for the project rather than one per package: no order of locking to get wrong, no limit on
    open files with a thousand modules, and the tools' own caches are safe under it too.

    It is the lock of the project's folder, which stays when the cache is deleted and which nobody can put
    anything in place of; and, for file systems that lock no folders, that of a file in the cache.

    A wait of some seconds is logged. Raises FilesError if another process holds the lock for longer than a
    quarter of an hour, or if there is something else in its place.
    """
    with ExitStack() as held:
        in_folder = _take(config.root, config, held, folder=True)
        if not _take(config.cache / "lock", config, held) and not in_folder:
            message = f"neither {config.root} nor a file in {config.cache.name} can be locked"
            help_text = f"Make {config.cache} a folder that can be written."
            raise FilesError(message, [Diagnostic("WSG405", message, help=help_text)])
        yield


def _take(place: Path, config: Config, held: ExitStack, *, folder: bool = False) -> bool:
    """Take the lock of `place` until `held` is closed; return False if it cannot be locked at all.

    Raises FilesError if it is held for too long, or if it is a file in the cache and something else is there.
    """
    if not folder and not _can_write_cache(config):
        return False
    try:
        if (release := lock(place, time.monotonic() + _PATIENCE, folder=folder)) is None:
            import logging  # where nothing else is set up, as in the command line, it writes to stderr

            logging.getLogger("wsgen").warning("waiting for another wsgen in %s", config.root)
            release = lock(place, time.monotonic() + _LOCK_SECONDS, folder=folder)
    except OSError as error:
        if folder or isinstance(error, FileNotFoundError):  # the cache was deleted just now
            return False
        message = f"the lock {place} cannot be taken: {error.strerror or error}"
        help_text = what_to_do(
            error, in_the_way="Remove what is there; wsgen creates the file again."
        )
        raise FilesError(message, [Diagnostic("WSG405", message, help=help_text)]) from error
    if release is None:
        message = f"another wsgen has held the lock for {_LOCK_SECONDS / 60:.0f} minutes"
        help_text = f"Look for a wsgen process that hangs; the lock is {place}."
        raise FilesError(message, [Diagnostic("WSG406", message, help=help_text)])
    held.callback(release)
    return True


def _can_write_cache(config: Config) -> bool:
    try:
        make_cache(config.cache)
    except OSError:
        return False
    return os.access(config.cache, os.W_OK)
