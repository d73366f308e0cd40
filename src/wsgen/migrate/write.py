"""Write a migration: each file replaced atomically, the ws.yaml first, so that any moment leaves a module.

Between the two, both files say the same, which is valid; another run completes the work.
"""

from wsgen.commit.unwritable import unwritable
from wsgen.files import leads_out, leaves, real, replace, sweep
from wsgen.migrate.plan import Migration
from wsgen.settings.config import Config


def write_migration(migration: Migration, config: Config) -> None:
    """Write the files of `migration`, following links inside of the project; the project's lock is held.

    Raises FilesError, with what was not written as it was.
    """
    for change, data in zip(migration.changes, migration.data, strict=True):
        file = change.path
        try:
            if leaves(file, config.root):
                raise leads_out(file)
            target = real(file)
            sweep(target.parent, locked=True)
            replace(target, data, durable=True)
        except OSError as error:
            advice = "Make its folder writable and migrate again."
            raise unwritable(
                file, error, what=f"cannot write {file.name}", writable=advice
            ) from error
