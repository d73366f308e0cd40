"""Write a file whole or not at all: documents, settings, first sources."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from wsgen.diagnostics import Diagnostic
from wsgen.errors import FilesError
from wsgen.report.places import display_path


def bytes_of(file: Path) -> bytes | None:
    """Return what is in `file`, None if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError:
        return None


def write_file(file: Path, data: bytes) -> bool:
    """Write `data` unless it is there already; return whether. A file that is there keeps its permissions.

    Raises FilesError, with the file as it was.
    """
    if bytes_of(file) == data:
        return False
    target = file.resolve()  # a link stays one
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, prefix=".wsgen-", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(data)
        temporary.chmod(target.stat().st_mode & 0o7777 if target.exists() else _usual_mode())
        temporary.replace(target)
    except OSError as error:
        message = f"{display_path(file)} cannot be written: {error.strerror}"
        diagnostic = Diagnostic("WSG405", message, help=_advice(error))
        raise FilesError(message, [diagnostic]) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return True


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _advice(error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError):
        return "Move what is there out of the way, or choose another place."
    return "Make the folder writable."
