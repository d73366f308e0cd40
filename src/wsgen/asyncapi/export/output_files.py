"""The files that documents are written to: one file, a folder, or a file name with placeholders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from glob import escape, iglob
from pathlib import Path
from typing import Protocol

from wsgen.names import shortened

PLACEHOLDERS = ("module", "version")
SUFFIXES = (".json", ".yaml", ".yml")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SAFE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.+-]*[A-Za-z0-9_+-])?")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document describes: `name` is its key in an export, and `module` is empty if it has several modules.

    `version` is that of a module in a versioned layout, otherwise that of the API.
    """

    name: str
    module: str
    version: str


class OutputFiles(Protocol):
    """Where the documents of an export are written."""

    def file_of(self, subject: Subject) -> Path:
        """Return the file of the document of `subject`."""
        raise NotImplementedError

    def candidates(self) -> Iterator[Path]:
        """Yield the files that may be documents of modules that no longer exist."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class OneFile:
    """A file for the only document."""

    file: Path

    def file_of(self, subject: Subject) -> Path:  # noqa: ARG002 - as OutputFiles
        """Return the file."""
        return self.file

    def candidates(self) -> Iterator[Path]:
        """Yield nothing: the file is always written."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of files that are named after their modules; `form` is `yaml` or `json`."""

    folder: Path
    form: str

    def file_of(self, subject: Subject) -> Path:
        """Return the file in the folder, with the name of the document."""
        return self.folder / f"{subject.name}.{self.form}"

    def candidates(self) -> Iterator[Path]:
        """Yield the files in the folder, in any format, since it may have been another one before."""
        yield from (file for file in self.folder.glob("*.*") if file.suffix in SUFFIXES)


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A path with the placeholders `{module}` and `{version}`."""

    pattern: str

    def file_of(self, subject: Subject) -> Path:
        """Return the path with the values of `subject`; raises ValueError for one that is unsafe in a path."""
        return Path(_PLACEHOLDER.sub(lambda found: _value(found[1], subject), self.pattern))

    def candidates(self) -> Iterator[Path]:
        """Yield the files whose paths have any values in place of the placeholders."""
        literals = _PLACEHOLDER.split(self.pattern)[::2]
        yield from map(Path, iglob("*".join(map(escape, literals))))  # noqa: PTH207 - of any root


def placeholders_in(path: str) -> tuple[str, ...]:
    """Return the names in braces in `path`, known or not, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(path)))


def _value(name: str, subject: Subject) -> str:
    value: str = getattr(subject, name)
    if not _SAFE.fullmatch(value):
        raise ValueError(f"the {name} `{shortened(value)}` cannot be part of the name of a file")
    return value
