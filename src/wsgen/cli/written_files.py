"""Write what a command was asked for: documents, settings, first sources."""

from pathlib import Path

from wsgen.cli.chosen_project import project_root
from wsgen.commit.unwritable import unwritable
from wsgen.files import leads_out, leaves, read_file, real, replace, sweep
from wsgen.report.display import display_path

_ADVICE = "Make the folder writable, or choose another place."


def bytes_of(file: Path) -> bytes | None:
    """Return what is in `file`, None if it cannot be read."""
    try:
        return read_file(file)
    except OSError:
        return None


def write_file(file: Path, data: bytes) -> bool:
    """Write `data` unless it is there already; return whether. A file that is there keeps its permissions.

    A link stays a link, and what it leads to is written, unless it leads out of the project.

    Raises FilesError, with the file as it was.
    """
    if bytes_of(file) == data:
        return False
    root = project_root()
    try:
        if root is not None and leaves(file, root):
            raise leads_out(file)
        target = real(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent, locked=False)
        replace(target, data, durable=True)
    except OSError as error:
        what = f"{display_path(file)} cannot be written"
        raise unwritable(file, error, what=what, writable=_ADVICE) from error
    return True
