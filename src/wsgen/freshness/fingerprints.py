"""What the project's own packages look like on disk: names, sizes and times of their files, no contents.

Part of the path where nothing changed: a package is walked once in a run, however many modules rely on it.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG

from wsgen.files import read_text
from wsgen.manifest import MANIFEST
from wsgen.source import NOT_SEARCHED

_SUFFIXES = (".py", ".pyi")
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([^\W\d]\w*)|import[ \t]+([^\n#;]+))", re.MULTILINE)
_File = tuple[str, int, int]


class Fingerprints:
    """The fingerprints of the packages and modules in the folders `sources`; make one for each run.

    What was looked at once is not looked at again, so that an edit during the run makes no difference to it.
    Generated packages are left out: their manifests have the sums of what is in them. `settings` keeps the sums
    of settings files that were read, `directories` which of them stand where.
    """

    def __init__(self, sources: Sequence[Path]) -> None:
        self._sources = [os.fspath(source) for source in sources]
        self._files: dict[str, tuple[_File, ...]] = {}
        self._fingerprints: dict[str, str] = {}
        self._imports: dict[str, frozenset[str]] = {}
        self.settings: dict[tuple[str, tuple[Path, ...]], str] = {}
        self.directories: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def of(self, top: str) -> str:
        """Return a text that changes when a file of the package or module `top` does, or one is added."""
        if top not in self._fingerprints:
            total = sha256()
            for file in self._files_of(top):
                total.update(os.fsencode("{}\0{}\0{}\n".format(*file)))
            self._fingerprints[top] = total.hexdigest()
        return self._fingerprints[top]

    def reached_from(self, texts: Iterable[str]) -> frozenset[str]:
        """Return the names of the project's own packages that Python `texts` import, however indirectly."""
        found: set[str] = set()
        waiting = {name for text in texts for name in _imported(text)}
        while waiting:
            if (top := waiting.pop()) not in found and self._files_of(top):
                found.add(top)
                waiting |= self._imported_by(top) - found
        return frozenset(found)

    def _imported_by(self, top: str) -> frozenset[str]:
        if top not in self._imports:
            texts = (_text(file) for file, _, _ in self._files_of(top))
            self._imports[top] = frozenset(name for text in texts for name in _imported(text))
        return self._imports[top]

    def _files_of(self, top: str) -> tuple[_File, ...]:
        if top not in self._files:
            found: list[_File] = []
            for source in self._sources:
                place = os.path.join(source, top)
                for suffix in _SUFFIXES:
                    found += _file(place + suffix)
                for folder in (place, f"{place}-stubs"):
                    found += _below(folder, set())
            self._files[top] = tuple(dict.fromkeys(found))
        return self._files[top]


def _file(path: str) -> Iterator[_File]:
    try:
        status = os.stat(path)  # noqa: PTH116  on the hot path
    except OSError:
        return
    if S_ISREG(status.st_mode):
        yield path, status.st_size, status.st_mtime_ns


def _below(folder: str, seen: set[str]) -> Iterator[_File]:
    """Yield the Python files below `folder`, in order of name; a folder that is linked into itself once."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    if any(entry.name == MANIFEST for entry in entries):
        return
    for entry in entries:
        if entry.name.endswith(_SUFFIXES):
            yield from _file(entry.path)
        elif entry.name[0] != "." and entry.name not in NOT_SEARCHED and entry.is_dir():
            if entry.is_symlink():
                real = os.path.realpath(entry.path)
                if real in seen:
                    continue
                seen.add(real)
            yield from _below(entry.path, seen)


def _imported(text: str) -> Iterator[str]:
    for one, several in _IMPORT.findall(text):
        if one:
            yield one
        for part in several.split(","):
            if name := part.partition(".")[0].split()[:1]:
                yield name[0]


def _text(file: str) -> str:
    try:
        return read_text(file, errors="replace")
    except OSError:
        return ""
