"""Replace and remove files: the only stage that touches the user's tree, safe to kill at any instant.

The order is what makes it safe. First a *pending* manifest says which bytes are about to become ours; then files
are replaced one by one, each atomically, those last that import others; then what no output accounts for any more
goes; the manifest comes last and the pending one is removed. A run killed in between leaves a package that
imports, and whose every file is known as ours to the next run, which completes the work.

Of a package that is removed, the manifest goes last, and the folder if nothing else is in it.
"""

import errno
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from wsgen.commit.plan import Plan
from wsgen.commit.single_file import unwritable
from wsgen.files import is_temporary, refuse_other_kinds, replace, stage, sweep
from wsgen.manifest import MANIFEST, PENDING, Manifest


def apply_plan(plan: Plan) -> None:
    """Carry out `plan`. Raises FilesError, with the tree as it was or as a killed run would leave it."""
    if plan.is_empty:
        return
    output = plan.output
    files = {name: output / name for name in (*plan.texts, *plan.removals)}
    folders = _folders_of(output, {*files, *(plan.manifest.outputs if plan.manifest else ())})
    try:
        output.mkdir(parents=True, exist_ok=True)
        for folder in folders - {output}:
            if folder.is_symlink():  # which may lead anywhere
                raise FileExistsError(errno.EEXIST, "a link is in its place", str(folder))
        for file in (*files.values(), output / MANIFEST, output / PENDING):
            refuse_other_kinds(file)
        _sweep(folders)
        try:
            for folder in _folders_of(output, plan.texts) - {output}:
                folder.mkdir(parents=True, exist_ok=True)
            staged = {name: stage(files[name], text.encode()) for name, text in plan.texts.items()}
            if plan.changes_files and plan.manifest is not None:
                _announce(plan, plan.manifest)
            for name, temporary in staged.items():
                temporary.replace(files[name])
                _drop_bytecode(files[name])
            for name in plan.removals:
                _remove(output, name)
            if plan.manifest is not None:
                replace(output / MANIFEST, plan.manifest.to_json().encode())
            if plan.removes_package:
                (output / MANIFEST).unlink(missing_ok=True)
            if plan.changes_files or plan.resumed:
                (output / PENDING).unlink(missing_ok=True)
        except BaseException:  # also when the run is interrupted
            with suppress(OSError):  # the first error is the one to report
                _sweep(folders)
            raise
    except OSError as error:
        place = Path(error.filename or output)
        raise unwritable(place.parent if is_temporary(place.name) else place, error) from error
    if plan.removes_package:
        with suppress(OSError):  # something else is in it
            output.rmdir()


def _announce(plan: Plan, manifest: Manifest) -> None:
    """Write the pending manifest, with what earlier killed runs may have left."""
    owned = {name: sorted(digests) for name, digests in sorted(plan.owned.items())}
    content = json.dumps({**manifest.content, "owned": owned})
    replace(plan.output / PENDING, f"{content}\n".encode())


def _folders_of(output: Path, names: Iterable[str]) -> set[Path]:
    """Return `output` and all folders between it and its files `names`."""
    inside = {folder for name in names if "/" in name for folder in Path(name).parents}
    return {output, *(output / folder for folder in inside)}


def _sweep(folders: Iterable[Path]) -> None:
    """Remove what killed runs have left in `folders`."""
    for folder in folders:
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
    cache = file.with_name("__pycache__")
    if not cache.is_dir() or cache.is_symlink():
        return
    for compiled in cache.glob(f"{file.stem}.*.pyc"):
        compiled.unlink(missing_ok=True)
    with suppress(OSError):
        cache.rmdir()
