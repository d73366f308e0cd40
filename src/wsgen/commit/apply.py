"""Compare, lock, replace: the only stage that touches the user's tree, safe to kill at any instant.

The order is what makes it safe. First a *pending* manifest says which bytes are about to become ours; then files
are replaced one by one, each atomically, those last that import others; then what no output accounts for any more
goes; the manifest comes last and the pending one is removed. A run killed in between leaves a package that
imports, and whose every file is known as ours to the next run, which completes the work.
"""

import errno
import json
import os
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from wsgen.commit.single_file import unwritable, what_to_do
from wsgen.diagnostics import Diagnostic
from wsgen.errors import FilesError
from wsgen.files import is_temporary, lock, read_file, refuse_other_kinds, replace, stage, sweep
from wsgen.manifest import (
    MANIFEST,
    PENDING,
    Manifest,
    digest,
    file_digest,
    is_package_path,
    parse_manifest,
)
from wsgen.settings.cache_folder import make_cache
from wsgen.settings.config import Config

_LOCK_SECONDS = 900.0
_PATIENCE = 2.0
"""Seconds to wait for the lock without a word."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a commit would do to one package.

    `texts` maps the files to write to their new content, `removals` are owned files that no output accounts for
    any more, both in the order in which to do it. `edited` are files that somebody else changed or made and that
    stand in the way. `manifest` is the one to write, None if the one on disk already says the same.
    """

    output: Path
    texts: Mapping[str, str]
    removals: tuple[str, ...]
    edited: tuple[str, ...]
    manifest: Manifest | None
    resumed: bool = False

    @property
    def changes_files(self) -> bool:
        """Return whether any file other than the manifest would be written or removed."""
        return bool(self.texts or self.removals)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing at all to do."""
        return not self.changes_files and self.manifest is None and not self.resumed


def plan_commit(output: Path, files: Mapping[str, str], manifest: Manifest, *, force: bool) -> Plan:
    """Compare `files` with what is in the folder `output`; write nothing.

    They are in the order in which to write them, by path in the folder.

    With `force`, files edited by hand are overwritten or removed like any other owned file. What a power cut has
    emptied or cut short is not taken for an edit.

    Raises FilesError if a manifest cannot be read.
    """
    before, owned = _owned(output)
    texts: dict[str, str] = {}
    edited: list[str] = []
    for name, text in files.items():
        found = file_digest(output / name)
        if found == digest(text.encode()):
            continue
        texts[name] = text
        if force or not _exists(output / name) or found in owned.get(name, ()):
            continue
        if not _is_cut_short(output / name, text):
            edited.append(name)
    removals = []
    for name in reversed(owned):
        if name in files or not _exists(output / name):
            continue
        removals.append(name)
        if not force and _is_edited(output / name, owned[name]):
            edited.append(name)
    same = before is not None and before.says_the_same(manifest)
    resumed = (output / PENDING).exists()
    return Plan(
        output, texts, tuple(removals), tuple(sorted(edited)), None if same else manifest, resumed
    )


def owns_anything(output: Path) -> bool:
    """Return whether wsgen has anything in the folder `output`, be it what a killed run has left."""
    if _exists(output / MANIFEST) or _exists(output / PENDING):
        return True
    try:
        with os.scandir(output) as entries:
            return any(is_temporary(entry.name) for entry in entries)
    except OSError:
        return False


def plan_clean(output: Path, *, force: bool) -> Plan:
    """Plan to remove all that wsgen wrote into `output`; files edited by hand are in the way.

    So is a manifest that cannot be understood, since it alone says which files those are. Raises FilesError if it
    cannot be read.
    """
    manifest, owned = _owned(output)
    if _exists(output / MANIFEST) and manifest is None:
        return Plan(output, {}, (), (MANIFEST,), None)
    present = [name for name in reversed(owned) if _exists(output / name)]
    edited = [name for name in present if _is_edited(output / name, owned[name])]
    return Plan(output, {}, tuple(present), () if force else tuple(edited), None)


def apply_plan(plan: Plan) -> None:
    """Carry out `plan`. Raises FilesError, with the tree as it was or as a killed run would leave it."""
    if plan.is_empty:
        return
    output = plan.output
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name in (*plan.texts, *plan.removals, MANIFEST, PENDING):
            _refuse_links(output, name)
            refuse_other_kinds(output / name)
        files = {*plan.texts, *plan.removals, *(plan.manifest.outputs if plan.manifest else ())}
        _sweep(output, files)
        try:
            staged = {}
            for name, text in plan.texts.items():
                (output / name).parent.mkdir(parents=True, exist_ok=True)
                staged[name] = stage(output / name, text.encode())
            if plan.changes_files and plan.manifest is not None:
                _announce(output, plan.manifest)
            for name, temporary in staged.items():
                temporary.replace(output / name)
                _drop_bytecode(output / name)
            for name in plan.removals:
                _remove(output, name)
            if plan.manifest is not None:
                replace(output / MANIFEST, plan.manifest.to_json().encode())
            (output / PENDING).unlink(missing_ok=True)
        finally:
            with suppress(OSError):  # the first error is the one to report
                _sweep(output, files)
    except OSError as error:
        raise unwritable(Path(error.filename or output), error) from error


def apply_clean(plan: Plan) -> None:
    """Remove what `plan` lists, then the manifest, and the folder if nothing else is in it.

    Raises FilesError.
    """
    output = plan.output
    try:
        for name in plan.removals:
            _refuse_links(output, name)
        for name in plan.removals:
            _remove(output, name)
        for name in (PENDING, MANIFEST):
            (output / name).unlink(missing_ok=True)
        _sweep(output, plan.removals)
        with suppress(OSError):
            output.rmdir()
    except OSError as error:
        raise unwritable(Path(error.filename or output), error) from error


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
            advice = f"Make {config.cache} a folder that can be written."
            raise FilesError(message, [Diagnostic("WSG405", message, help=advice)])
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
        advice = what_to_do(error, in_the_way="Remove what is there; wsgen creates the file again.")
        raise FilesError(message, [Diagnostic("WSG405", message, help=advice)]) from error
    if release is None:
        message = f"another wsgen has held the lock for {_LOCK_SECONDS / 60:.0f} minutes"
        advice = f"Look for a wsgen process that hangs; the lock is {place}."
        raise FilesError(message, [Diagnostic("WSG406", message, help=advice)])
    held.callback(release)
    return True


def _can_write_cache(config: Config) -> bool:
    try:
        make_cache(config.cache)
    except OSError:
        return False
    return os.access(config.cache, os.W_OK)


def _owned(output: Path) -> tuple[Manifest | None, dict[str, set[str]]]:
    """Return the manifest, and the sums under which wsgen knows each of its files, finished or pending.

    The files come in the order in which they were written. Those that only an unfinished run knows come first,
    since the files that import them are in the manifest too.

    Raises FilesError if one of the manifests is there and cannot be read: what it lists would be left behind.
    """
    data = {name: _bytes_of(output / name) for name in (MANIFEST, PENDING)}
    manifests = {name: parse_manifest(found) for name, found in data.items() if found is not None}
    owned: dict[str, set[str]] = {}
    for manifest in manifests.values():
        for file, sum_ in manifest.outputs.items() if manifest else ():
            owned.setdefault(file, set()).add(sum_)
    try:
        earlier = json.loads(data[PENDING] or b"").get("owned", {})
    except (ValueError, RecursionError, AttributeError):
        earlier = {}
    for file, sums in earlier.items() if isinstance(earlier, dict) else ():
        if is_package_path(file) and isinstance(sums, list):
            owned.setdefault(file, set()).update(str(sum_) for sum_ in sums)
    finished = manifests.get(MANIFEST)
    known = finished.outputs if finished else {}
    return finished, dict(sorted(owned.items(), key=lambda item: item[0] in known))


def _bytes_of(file: Path) -> bytes | None:
    try:
        return read_file(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        advice = "Make the file readable."
        raise unwritable(file, error, what=f"cannot read {file}", writable=advice) from error


def _announce(output: Path, manifest: Manifest) -> None:
    """Write the pending manifest, with what earlier killed runs may have left."""
    content = json.loads(manifest.to_json())
    _, owned = _owned(output)
    content["owned"] = {name: sorted(sums) for name, sums in sorted(owned.items())}
    replace(output / PENDING, (json.dumps(content, indent=2) + "\n").encode())


def _refuse_links(output: Path, name: str) -> None:
    """Raise OSError if a folder between `output` and its file `name` is a link, which may lead anywhere."""
    for folder in Path(name).parents[:-1]:
        if (output / folder).is_symlink():
            raise FileExistsError(errno.EEXIST, "a link is in its place", str(output / folder))


def _sweep(output: Path, names: Iterable[str]) -> None:
    """Remove what killed runs have left in `output` and in the folders of its files `names`."""
    for folder in {output, *((output / name).parent for name in names)}:
        if folder.is_dir():
            sweep(folder, locked=True)


def _remove(output: Path, name: str) -> None:
    """Remove a file of the folder `output`, and the folders in between if nothing else is in them."""
    file = output / name
    file.unlink(missing_ok=True)
    _drop_bytecode(file)
    with suppress(OSError):
        for folder in Path(name).parents[:-1]:
            (output / folder).rmdir()


def _drop_bytecode(file: Path) -> None:
    """Remove the bytecode of a source file that is gone or new.

    Python trusts bytecode whose source has the same second and size, which a quick edit can keep.
    """
    cache = file.parent / "__pycache__"
    if cache.is_symlink() or not cache.is_dir():
        return
    for compiled in cache.glob(f"{file.stem}.*.pyc"):
        compiled.unlink(missing_ok=True)
    with suppress(OSError):
        cache.rmdir()


def _is_edited(file: Path, owned: Container[str]) -> bool:
    return file_digest(file) not in owned and not _is_cut_short(file, "")


def _is_cut_short(file: Path, text: str) -> bool:
    """Return whether `file` holds the beginning of `text` and nothing else, so that nothing is lost with it.

    A power cut may leave such a file, with null bytes for what the disk had not written.
    """
    try:
        return text.encode().startswith(read_file(file).rstrip(b"\0"))
    except OSError:
        return False


def _exists(file: Path) -> bool:
    return file.exists() or file.is_symlink()
