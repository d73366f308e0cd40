"""Compare, lock, replace: the only stage that touches the user's tree, safe to kill at any instant.

The order is what makes it safe. First a *pending* manifest says which bytes are about to become ours;
then router files are replaced one by one, each atomically; then `__init__.py`, which by then names only
files that exist; then what no router accounts for goes; the manifest comes last and the pending one is
removed. A run killed in between leaves a package that imports, and whose every file is known as ours to
the next run, which completes the work.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EEXIST, EISDIR
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

from wsgen.config import Config
from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import FilesError
from wsgen.manifest import (
    MANIFEST,
    PENDING,
    Manifest,
    digest,
    file_digest,
    is_owned_name,
    read_manifest,
)
from wsgen.opening import regular
from wsgen.verdict import make_cache

_TEMPORARY = ".wsgen-"
_LOCK_SECONDS = 900.0
_PATIENCE = 2.0
"""Seconds to wait for the lock without a word."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a commit would do to one package.

    `texts` maps the files to write to their new content; `removals` are owned files that no router accounts
    for; `edited` are files that somebody else changed or made and that stand in the way. `manifest` is the
    one to write, None if the one on disk already says the same.
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
    """Compare `files`, by name, with what is in the folder `output`; write nothing.

    With `force`, files edited by hand are overwritten or removed like any other owned file.
    """
    owned = _owned(output)
    texts: dict[str, str] = {}
    edited: list[str] = []
    for name, text in files.items():
        found = file_digest(output / name)
        if found == digest(text.encode()):
            continue
        texts[name] = text
        if not force and _exists(output / name) and found not in owned.get(name, ()):
            edited.append(name)
    removals = []
    for name in sorted(owned.keys() - files.keys()):
        if not _exists(output / name):
            continue
        removals.append(name)
        if not force and file_digest(output / name) not in owned[name]:
            edited.append(name)
    before = read_manifest(output)
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
            return any(_is_temporary(entry.name) for entry in entries)
    except OSError:
        return False


def plan_clean(output: Path, *, force: bool) -> Plan:
    """Plan to remove all that wsgen wrote into `output`; files edited by hand are in the way.

    So is a manifest that cannot be understood, since it alone says which files those are.
    """
    owned = _owned(output)
    if _exists(output / MANIFEST) and read_manifest(output) is None:
        return Plan(output, {}, (), (MANIFEST,), None)
    present = [name for name in sorted(owned) if _exists(output / name)]
    edited = [name for name in present if file_digest(output / name) not in owned[name]]
    return Plan(output, {}, tuple(present), () if force else tuple(edited), None)


def apply_plan(plan: Plan) -> None:
    """Carry out `plan`. Raises FilesError, with the tree as it was or as a killed run would leave it."""
    if plan.is_empty:
        return
    output = plan.output
    try:
        output.mkdir(parents=True, exist_ok=True)
        _refuse_folders(output, (*plan.texts, *plan.removals, MANIFEST))
        _sweep(output)
        staged = {name: _stage(output, name, text) for name, text in plan.texts.items()}
        try:
            if plan.changes_files and plan.manifest is not None:
                _announce(output, plan.manifest)
            for name in sorted(staged, key=_commit_order):
                (output / staged[name]).replace(output / name)
                _drop_bytecode(output, name)
            for name in plan.removals:
                (output / name).unlink(missing_ok=True)
                _drop_bytecode(output, name)
            if plan.manifest is not None:
                (output / _stage(output, MANIFEST, plan.manifest.to_json())).replace(
                    output / MANIFEST
                )
            (output / PENDING).unlink(missing_ok=True)
        finally:
            _sweep(output)
    except OSError as error:
        raise _unwritable(output, error) from error


def apply_clean(plan: Plan) -> None:
    """Remove what `plan` lists, then the manifest, and the folder if nothing else is in it.

    Raises FilesError.
    """
    output = plan.output
    try:
        # __init__ goes before the routers, so that a killed run never leaves one that names files that are gone.
        for name in sorted(plan.removals, key=_commit_order, reverse=True):
            (output / name).unlink(missing_ok=True)
            _drop_bytecode(output, name)
        for name in (PENDING, MANIFEST):
            (output / name).unlink(missing_ok=True)
        _sweep(output)
        with suppress(OSError):
            output.rmdir()
    except OSError as error:
        raise _unwritable(output, error) from error


@contextmanager
def project_lock(config: Config) -> Iterator[None]:
    """Hold the lock under which one process at a time renders and commits in this project.

    One lock for the project rather than one per package: no order of locking to get wrong, no limit on
    open files with a thousand modules, and the tools' own caches are safe under it too.

    A wait of some seconds is logged. Raises FilesError if another process holds the lock for longer than a
    quarter of an hour, or if there is something else in its place.
    """
    from filelock import FileLock, Timeout  # only needed where something is written

    file = _lock_file(config)
    lock = FileLock(file)
    try:
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise FileExistsError(EEXIST, "it is no file", file)
        try:
            lock.acquire(timeout=_PATIENCE)
        except Timeout:
            import logging  # where nothing else is set up, as in the command line, it writes to stderr

            logging.getLogger("wsgen").warning("waiting for another wsgen in %s", config.root)
            lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout as error:
        message = f"another wsgen has held the lock for {_LOCK_SECONDS / 60:.0f} minutes"
        advice = f"Look for a wsgen process that hangs; the lock is {file}."
        raise FilesError(message, [Diagnostic("WSG406", message, help=advice)]) from error
    except OSError as error:
        message = f"the lock {file} cannot be taken: {error.strerror or error}"
        advice = "Remove what is there; wsgen makes the file anew."
        raise FilesError(message, [Diagnostic("WSG405", message, help=advice)]) from error
    try:
        yield
    finally:
        lock.release()


def _lock_file(config: Config) -> Path:
    """Return where the lock is: in the cache, or where the project cannot be written, in the system's folder."""
    try:
        make_cache(config)
        if os.access(config.cache, os.W_OK):
            return config.cache / "lock"
    except OSError:
        pass
    name = sha256(os.fsencode(config.root)).hexdigest()[:16]
    user = os.getuid() if hasattr(os, "getuid") else 0
    return Path(gettempdir()) / f"wsgen-{user}-{name}.lock"


def _owned(output: Path) -> dict[str, set[str]]:
    """Return the sums under which wsgen knows each of its files, finished or pending."""
    owned: dict[str, set[str]] = {}
    for name in (MANIFEST, PENDING):
        if (manifest := read_manifest(output, name)) is not None:
            for file, sum_ in manifest.outputs.items():
                owned.setdefault(file, set()).add(sum_)
    try:
        with open(output / PENDING, "rb", opener=regular) as stream:
            earlier = json.loads(stream.read()).get("owned", {})
    except (OSError, ValueError, RecursionError, AttributeError):
        return owned
    for file, sums in earlier.items() if isinstance(earlier, dict) else ():
        if is_owned_name(file) and isinstance(sums, list):
            owned.setdefault(file, set()).update(str(sum_) for sum_ in sums)
    return owned


def _announce(output: Path, manifest: Manifest) -> None:
    """Write the pending manifest, with what earlier killed runs may have left."""
    content = json.loads(manifest.to_json())
    content["owned"] = {name: sorted(sums) for name, sums in sorted(_owned(output).items())}
    (output / _stage(output, PENDING, json.dumps(content, indent=2) + "\n")).replace(
        output / PENDING
    )


def _commit_order(name: str) -> tuple[bool, bool, str]:
    return (name.endswith(".json"), name == "__init__.py", name)


def _stage(output: Path, name: str, text: str) -> str:
    """Write `text` beside its place and return the temporary name."""
    temporary = f"{_TEMPORARY}{os.getpid()}-{name.lstrip('.')}.tmp"
    (output / temporary).write_bytes(text.encode())
    return temporary


def _sweep(output: Path) -> None:
    """Remove temporary files, ours and those of killed runs; the lock is held, so none is in use."""
    with os.scandir(output) as entries:
        for entry in entries:
            if _is_temporary(entry.name):
                Path(entry.path).unlink(missing_ok=True)


def _is_temporary(name: str) -> bool:
    return name.startswith(_TEMPORARY) and name.endswith(".tmp")


def _drop_bytecode(output: Path, name: str) -> None:
    """Remove the bytecode of a source file that is gone or new.

    Python trusts bytecode whose source has the same second and size, which a quick edit can keep.
    """
    cache = output / "__pycache__"
    if not name.endswith(".py") or cache.is_symlink() or not cache.is_dir():
        return
    for file in cache.glob(f"{name.removesuffix('.py')}.*.pyc"):
        file.unlink(missing_ok=True)
    with suppress(OSError):
        cache.rmdir()


def _exists(file: Path) -> bool:
    return file.exists() or file.is_symlink()


def _refuse_folders(output: Path, names: Iterable[str]) -> None:
    """Raise IsADirectoryError if a folder stands where a file goes, before anything is written."""
    for name in names:
        if (output / name).is_dir() and not (output / name).is_symlink():
            raise IsADirectoryError(EISDIR, "a folder of that name is there", str(output / name))


def _unwritable(output: Path, error: OSError) -> FilesError:
    message = f"cannot write {Path(error.filename or output)}: {error.strerror or error}"
    advice = "Make the folder writable, or render where it is and ship the result."
    if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError):
        advice = "Move what is there out of the way, then run wsgen again."
    return FilesError(message, [Diagnostic("WSG405", message, Span(output), help=advice)])
