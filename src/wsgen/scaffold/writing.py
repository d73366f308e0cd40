"""Write several files, or none of them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from wsgen.commit.single_file import write_file
from wsgen.files import bytes_of, real, replace
from wsgen.report.display import display_path


def write_all(files: Mapping[Path, bytes], root: Path, check: Callable[[], object]) -> None:
    """Write `files` of the project at `root` in this order, and call `check`.

    Raises FilesError, or what `check` raises; then each file is as it was before, and the new ones are gone.
    """
    before = {file: bytes_of(file) for file in files}
    folders = [folder for file in files for folder in _missing_folders(file, root)]
    try:
        for file, data in files.items():
            write_file(
                file,
                data,
                root,
                locked=False,
                what=f"{display_path(file)} cannot be written",
                writable="Make the folder writable, or choose another place.",
            )
        check()
    except BaseException:  # also when the run is interrupted
        for file, old in reversed(before.items()):
            with suppress(OSError):
                if old is None:
                    file.unlink(missing_ok=True)
                elif old != bytes_of(file):
                    replace(real(file), old)
        for folder in sorted(set(folders), reverse=True):
            with suppress(OSError):  # it may have files of others by now
                folder.rmdir()
        raise


def _missing_folders(file: Path, root: Path) -> list[Path]:
    return [f for f in file.parents if f.is_relative_to(root) and not f.exists()]
