"""Compare a package with what is to be in it: what a commit would write and remove, and what is in its way."""

import json
import os
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from wsgen.commit.single_file import unwritable
from wsgen.files import is_temporary, read_file
from wsgen.manifest import (
    MANIFEST,
    PENDING,
    Manifest,
    file_digest,
    is_package_path,
    parse_manifest,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a commit would do to one package.

    `texts` maps the files to write to their new content, `removals` are owned files that no output accounts for
    any more, both in the order in which to do it. `edited` are files that somebody else changed or made and that
    stand in the way. `manifest` is the one to write, None if the one on disk already says the same; with
    `removes_package`, that one goes too. `owned` has the digests under which wsgen knows each of its files.
    """

    output: Path
    texts: Mapping[str, str]
    removals: tuple[str, ...]
    edited: tuple[str, ...]
    manifest: Manifest | None
    owned: Mapping[str, Collection[str]]
    resumed: bool
    removes_package: bool

    @property
    def changes_files(self) -> bool:
        """Return whether any file other than the manifest would be written or removed."""
        return bool(self.texts or self.removals)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing at all to do."""
        changes_more = self.manifest is not None or self.resumed or self.removes_package
        return not self.changes_files and not changes_more


def plan_commit(
    output: Path,
    files: Mapping[str, str],
    manifest: Manifest | None,
    *,
    force: bool,
    before: Manifest | None = None,
) -> Plan:
    """Compare `files` with what is in the folder `output`; write nothing.

    They are by path in the folder, in the order in which to write them. `manifest` is theirs, None if there are
    none and the package is to be removed; `before` is the one that is there, which is read if it is not given.

    With `force`, files edited by hand are overwritten or removed like any other owned file. A file that a power
    cut has emptied or cut short does not count as edited. A manifest that cannot be understood is in the way of a
    removal, since it alone says which files are to be removed.

    Raises FilesError if a manifest cannot be read.
    """
    before, owned = _owned_files(output, before)
    texts: dict[str, str] = {}
    edited: list[str] = []
    if manifest is None and before is None and os.path.lexists(output / MANIFEST):
        owned = {}
        edited.append(MANIFEST)
    outputs = manifest.outputs if manifest is not None else {}
    for name, text in files.items():
        file = output / name
        is_there = os.path.lexists(file)
        found = file_digest(file) if is_there else None
        if found == outputs[name]:
            continue
        texts[name] = text
        if force or not is_there or found in owned.get(name, ()):
            continue
        if not _is_cut_short(file, text):
            edited.append(name)
    removals = []
    for name in reversed(owned):
        if name in files or not os.path.lexists(output / name):
            continue
        removals.append(name)
        if not force and _is_edited(output / name, owned[name]):
            edited.append(name)
    same = manifest is None or (before is not None and before.says_the_same(manifest))
    return Plan(
        output,
        texts,
        removals=tuple(removals),
        edited=tuple(sorted(edited)),
        manifest=None if same else manifest,
        owned=owned,
        resumed=(output / PENDING).exists(),
        removes_package=manifest is None,
    )


def owns_anything(output: Path) -> bool:
    """Return whether wsgen has anything in the folder `output`, be it what a killed run has left."""
    if os.path.lexists(output / MANIFEST) or os.path.lexists(output / PENDING):
        return True
    try:
        with os.scandir(output) as entries:
            return any(is_temporary(entry.name) for entry in entries)
    except OSError:
        return False


def _owned_files(
    output: Path, finished: Manifest | None
) -> tuple[Manifest | None, dict[str, set[str]]]:
    """Return the manifest, and the digests under which wsgen knows each of its files, finished or pending.

    The files come in the order in which they were written. Those that only an unfinished run knows come first,
    since the files that import them are in the manifest too.

    Raises FilesError if one of the manifests is there and cannot be read: what it lists would be left behind.
    """
    if finished is None and (data := _bytes_of(output / MANIFEST)) is not None:
        finished = parse_manifest(data)
    pending = _bytes_of(output / PENDING)
    owned: dict[str, set[str]] = {}
    for manifest in (finished, parse_manifest(pending) if pending else None):
        for file, known_digest in manifest.outputs.items() if manifest else ():
            owned.setdefault(file, set()).add(known_digest)
    try:
        earlier = json.loads(pending or b"").get("owned", {})
    except (ValueError, RecursionError, AttributeError):
        earlier = {}
    for file, digests in earlier.items() if isinstance(earlier, dict) else ():
        if is_package_path(file) and isinstance(digests, list):
            owned.setdefault(file, set()).update(map(str, digests))
    known = finished.outputs if finished else {}
    return finished, dict(sorted(owned.items(), key=lambda item: item[0] in known))


def _bytes_of(file: Path) -> bytes | None:
    try:
        return read_file(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        help_text = "Make the file and its folder readable."
        raise unwritable(file, error, what=f"cannot read {file}", writable=help_text) from error


def _is_edited(file: Path, owned: Container[str | None]) -> bool:
    return file_digest(file) not in owned and not _is_cut_short(file, "")


def _is_cut_short(file: Path, text: str) -> bool:
    """Return whether `file` holds the beginning of `text` and nothing else, so that nothing is lost with it.

    A power cut may leave such a file, with null bytes for what the disk had not written.
    """
    try:
        return text.encode().startswith(read_file(file).rstrip(b"\0"))
    except OSError:
        return False
