"""A run of wsgen in which one file operation fails, or is the last: used in a fork of a warm interpreter."""

import builtins
import errno
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO, Any, NoReturn

import wsgen.files
from wsgen.__main__ import main

KILL = "SIGKILL"
ERRORS = ("ENOSPC", "EACCES", "EIO")
_CREATING = frozenset({"os.mkdir", "os.rename", "os.symlink"})
_OTHERS = frozenset({"os.chmod", "os.listdir", "os.remove", "os.rmdir", "os.scandir"})
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Operations:
    """Counts the file operations below `folder`; number `point` fails with `fault`, later ones too `for_good`.

    A full disk fails what needs room only. With point 0 none fails.
    """

    def __init__(self, folder: Path, fault: str, point: int, *, for_good: bool) -> None:
        self._folder = str(folder)
        self._fault = fault
        self._point = point
        self._for_good = for_good
        self.count = 0

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Count what Python is about to do: an audit hook."""
        if event == "open":
            creates = bool(arguments[2] & _FOR_WRITING)
        elif event in _CREATING or event in _OTHERS:
            creates = event in _CREATING
        else:
            return
        if isinstance(arguments[0], str | bytes | os.PathLike):
            path = str(Path(os.fsdecode(arguments[0])).absolute())
            if path.startswith(self._folder):
                self.one(path, creates=creates)

    def one(self, path: str, *, creates: bool) -> None:
        """Count one operation."""
        if self._fault == "ENOSPC" and not creates:
            return
        self.count += 1
        if self._point and (
            self.count == self._point or (self._for_good and self.count > self._point)
        ):
            self._fail(path)

    def _fail(self, path: str) -> NoReturn:
        if self._fault == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        number = int(getattr(errno, self._fault))
        raise OSError(number, os.strerror(number), path)

    def opened(self, file: Any, mode: str = "r", **options: Any) -> Any:
        """Open a file as the built-in does; to write to it is an operation too, which fails halfway."""
        stream = builtins.open(file, mode, **options)  # noqa: SIM115  the caller closes it
        return _Written(stream, str(file), self) if "x" in mode else stream


class _Written:
    def __init__(self, stream: IO[bytes], path: str, operations: Operations) -> None:
        self._stream, self._path, self._operations = stream, path, operations

    def __enter__(self) -> "_Written":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, data: bytes) -> None:
        self._stream.write(data[: len(data) // 2])
        self._stream.flush()
        self._operations.one(self._path, creates=True)
        self._stream.write(data[len(data) // 2 :])

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()


def run_with_fault(argument: str) -> None:
    """Run `folder|fault|point|once or good|arguments, by comma` in `folder/project`.

    What it prints goes to `folder/printed`, how many operations there were to `folder/count`.
    """
    name, fault, point, how, command = argument.split("|")
    folder = Path(name)
    printed = os.open(folder / "printed", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(printed, stream)
    os.chdir(folder / "project")
    tempfile.tempdir = str(folder / "tmp")
    operations = Operations(folder, fault, int(point), for_good=how == "good")
    wsgen.files.open = operations.opened  # type: ignore[attr-defined]  # it hides the built-in one
    sys.addaudithook(operations.audit)
    sys.argv = ["wsgen", *command.split(",")]
    try:
        main()
    finally:
        count = operations.count
        operations._point = 0
        (folder / "count").write_text(str(count))
