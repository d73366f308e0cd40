"""Write a migration: each file replaced atomically, the ws.yaml first, so that any moment leaves a module.

Between the two, both files say the same, which is valid; another run completes the work.
"""

from pathlib import Path

from wsgen.config import Config
from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import FilesError
from wsgen.migrate.plan import Migration

_TEMPORARY = ".wsgen-migrate-"


def write_migration(migration: Migration, config: Config) -> None:
    """Write the files of `migration`; the project's lock is held.

    Raises FilesError, with what was not written as it was.
    """
    for change, data in zip(migration.changes, migration.data, strict=True):
        _replace(change.path.resolve(), data, change.path, config)


def _replace(file: Path, data: bytes, named: Path, config: Config) -> None:
    """Replace `file`, which `named` may be a link to."""
    if not file.is_relative_to(config.root):
        raise _unwritable(named, "it is a link to outside of the project")
    temporary = file.with_name(f"{_TEMPORARY}{file.name}.tmp")
    try:
        temporary.write_bytes(data)
        if file.exists():
            temporary.chmod(file.stat().st_mode & 0o7777)
        temporary.replace(file)
    except OSError as error:
        raise _unwritable(named, error.strerror or str(error)) from error
    finally:
        if temporary.exists():
            temporary.unlink()


def _unwritable(file: Path, reason: str) -> FilesError:
    message = f"cannot write {file.name}: {reason}"
    advice = "Make its folder writable and migrate again."
    return FilesError(message, [Diagnostic("WSG405", message, Span(file), help=advice)])
