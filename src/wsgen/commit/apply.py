"""Replace and remove files: the only stage that touches the user's tree, safe to kill at any instant.

The order is what makes it safe. First a *pending* manifest says which bytes are about to become ours; then files
are replaced one by one, each atomically, those last that import others; then what no output accounts for any more
goes; the manifest comes last and the pending one is removed. A run killed in between leaves a package that
imports, and whose every file is known as ours to the next run, which completes the work.
"""

import errno
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from wsgen.commit.plan import Plan, owned_files
from wsgen.commit.single_file import unwritable
from wsgen.files import refuse_other_kinds, replace, stage, sweep
from wsgen.manifest import MANIFEST, PENDING, Manifest


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


def _announce(output: Path, manifest: Manifest) -> None:
    """Write the pending manifest, with what earlier killed runs may have left."""
    content = json.loads(manifest.to_json())
    _, owned = owned_files(output)
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
