"""The local cache: created where it is missing, and used only if no link in it leads elsewhere.

Git stores links, so a cache that somebody has committed could lead writes out of the project.
"""

# ruff: noqa: PTH112, PTH114, PTH120  (these are asked for each package, and Path objects take longer)

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Severity, Span
from wsgen.files import make_folder, read_own_file, real, replace, repository_of


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
    """Return the folder `cache`, made where it is missing; None if it cannot be written or trusted."""
    try:
        make_cache(cache)
    except OSError:
        return None
    return cache if why_unused(cache) is None and os.access(cache, os.W_OK) else None


def is_own_folder(folder: Path | str) -> bool:
    """Return whether `folder` and the cache that it is in are folders, and no links to others."""
    is_link = os.path.islink(folder) or os.path.islink(os.path.dirname(folder))
    return not is_link and os.path.isdir(folder)


def is_tracked(cache: Path) -> bool:
    """Return whether git tracks files in the folder `cache`, so that they may come from anybody."""
    if repository_of(cache.parent) is None:
        return False
    import subprocess

    command = ("git", "-c", "core.fsmonitor=false", "ls-files", "-z", "--", cache.name)
    with suppress(OSError, subprocess.SubprocessError):
        listed = subprocess.run(
            command, cwd=cache.parent, capture_output=True, timeout=30, check=False
        )
        return bool(listed.stdout)
    return False


def read_entry(cache: Path, kind: str, name: str) -> str | None:
    """Return the text of the entry `name` among those of one `kind`, None if there is none to be trusted."""
    folder = f"{cache}/{kind}"
    try:
        data = read_own_file(f"{folder}/{name}").decode() if is_own_folder(folder) else ""
        origin, _, text = data.partition("\n")
        return text if origin and origin == _origin(cache, text) else None
    except (OSError, UnicodeDecodeError):
        return None


def write_entry(cache: Path, kind: str, name: str, text: str) -> None:
    """Write an entry; a cache that cannot be written is no error, since the next run finds out again."""
    folder = cache / kind
    with suppress(OSError):
        if not is_own_folder(folder):
            make_cache(cache)
            make_folder(folder)
        if is_own_folder(folder) and read_entry(cache, kind, name) != text:
            replace(folder / name, f"{_origin(cache, text)}\n{text}".encode())


def _origin(cache: Path, text: str) -> str:
    """Return what an entry with this `text` begins with, which differs on every machine.

    An entry that begins with it is whole, was written here, and did not come with a clone: nobody can choose the
    time at which the file system of another machine last changed a file.
    """
    return f"{os.lstat(f'{cache}/.gitignore').st_ctime_ns} {sha256(text.encode()).hexdigest()}"


def _links_in(cache: Path) -> Iterator[Path]:
    """Yield `cache` if it is a link, else the links in it and below it."""
    if cache.is_symlink():
        yield cache
        return
    waiting = [os.fspath(cache)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    yield Path(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def why_unused(cache: Path) -> Diagnostic | None:
    """Return the warning that `cache` is not used, because of a link or of git, None if it may be used."""
    if (link := next(_links_in(cache), None)) is not None:
        return Diagnostic(
            "WSG415",
            f"the cache is not used: it leads through a link to {real(link)}",
            Span(link),
            severity=Severity.WARNING,
            help="Remove the link; wsgen creates what it needs again.",
        )
    if not is_tracked(cache):
        return None
    return Diagnostic(
        "WSG415",
        "the cache is not used: git tracks files in it, which anybody may have written",
        Span(cache),
        severity=Severity.WARNING,
        help=f"Run `git rm -r --cached {cache.name}` and commit that.",
    )
