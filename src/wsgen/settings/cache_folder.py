"""The local cache: made where it is missing, and used only if nothing in it leads elsewhere.

Git stores links, so a cache that somebody has committed could lead writes out of the project.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Severity, Span
from wsgen.files import make_folder, read_own_file, real, replace


def make_cache(cache: Path) -> None:
    """Create the folder `cache`, which hides itself from version control. Raises OSError."""
    if cache.is_symlink():
        raise FileExistsError(errno.EEXIST, "a link is in its place", os.fspath(cache))
    cache.parent.mkdir(parents=True, exist_ok=True)
    make_folder(cache)
    # If the folder is removed meanwhile, whoever uses it next makes it again.
    with (
        suppress(FileExistsError, FileNotFoundError),
        open(cache / ".gitignore", "x", encoding="utf-8") as ignore,
    ):
        ignore.write("*\n")


def usable_cache(cache: Path) -> Path | None:
    """Return the folder `cache`, made where it is missing; None if it cannot be written or holds a link."""
    try:
        make_cache(cache)
    except OSError:
        return None
    return cache if os.access(cache, os.W_OK) and not any(links_in(cache)) else None


def is_own_folder(folder: Path) -> bool:
    """Return whether `folder` and the cache that it is in are folders, and no links to others."""
    return not folder.is_symlink() and not folder.parent.is_symlink() and folder.is_dir()


def read_entry(cache: Path, kind: str, name: str) -> str | None:
    """Return the text of the entry `name` among those of one `kind`, None if there is none to be trusted."""
    folder = cache / kind
    try:
        return read_own_file(folder / name).decode() if is_own_folder(folder) else None
    except (OSError, UnicodeDecodeError):
        return None


def write_entry(cache: Path, kind: str, name: str, text: str) -> None:
    """Write an entry; a cache that cannot be written is no error, since the next run finds out again."""
    folder = cache / kind
    with suppress(OSError):
        make_cache(cache)
        make_folder(folder)
        if is_own_folder(folder) and read_entry(cache, kind, name) != text:
            replace(folder / name, text.encode())


def links_in(cache: Path) -> Iterator[Path]:
    """Yield `cache` if it is a link, else the links in it and below it."""
    if cache.is_symlink():
        yield cache
        return
    for place, folders, files in os.walk(cache):
        for name in (*folders, *files):
            if (entry := Path(place, name)).is_symlink():
                yield entry


def link_out_of(cache: Path) -> Diagnostic | None:
    """Return the warning that `cache` is not used because a link leads from it out of the project, if so."""
    for link in links_in(cache):
        if (target := real(link)).is_relative_to(cache.parent):
            continue
        return Diagnostic(
            "WSG415",
            f"the cache is not used: it leads through a link to {target}",
            Span(link),
            severity=Severity.WARNING,
            help="Remove the link: wsgen writes below the project only.",
        )
    return None
