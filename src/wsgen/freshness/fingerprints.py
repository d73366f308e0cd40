"""Fingerprints of what the results of quality steps depend on besides the files: tools, settings, imports.

They are needed even when nothing has changed, so each is computed once in a run, however many modules rely on it.
An edit during the run does not change it: files that the tools may not have seen do not count as checked.
"""

import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG

from wsgen.environment import linked_folders
from wsgen.files import bytes_of
from wsgen.installed import fingerprint
from wsgen.manifest import MANIFEST
from wsgen.quality.settings_files import settings_files, with_contents
from wsgen.quality.tools import tool_of
from wsgen.quality.tools.tool import Tool
from wsgen.settings.cache_folder import read_entry, write_entry
from wsgen.settings.config import Config
from wsgen.source import NOT_SEARCHED

_SUFFIXES = (".py", ".pyi")
_IMPORT = r"(?:^|[;:])[ \t]*(?:from[ \t]+([^\W\d]\w*)|import[ \t]+([^\n#;]+))"
_KIND = "packages"
_SEEN = "seen by type checkers"
_SETTLED = 2_000_000_000
"""Nanoseconds after which a further edit of a file surely gives it another time, on whatever file system."""

_File = tuple[str, int, int, int]


class Fingerprints:
    """The fingerprints for the project with the settings `config`; make one for each run.

    `started` is the time at which it was made, in nanoseconds.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.started = time.time_ns()
        tools = [tool_of(step, config.commands) for step in config.steps]
        self._checkers = [tool for tool in tools if tool.checks_types]
        names = (name for tool in tools for name in tool.settings)
        self._settings_names = tuple(dict.fromkeys(names))
        self._directories: dict[str, tuple[str, ...]] = {}
        self._settings: dict[Path, tuple[Path, ...]] = {}
        self._tools: dict[tuple[str, tuple[Path, ...]], str] = {}
        self._files_of = cache(self._find_files)
        self._packages: dict[str, str] = {}
        self._imported_by = cache(self._find_imports)
        self._names_in = cache(_names_in)
        self._is_own = cache(config.has_package)

    def of_tool(self, tool: Tool, output: Path) -> str:
        """Return a text that changes when the tool does, or its settings for the files in `output`.

        That of a tool that reads imports also changes with whatever is installed.
        """
        if output not in self._settings:
            self._settings[output] = settings_files(
                output, self._settings_names, known=self._directories
            )
        files = self._settings[output]
        name = tool.steps[0].name  # that of the tool may be the name of several commands
        if (name, files) not in self._tools:
            version = fingerprint(
                tool.name,
                tool.companions,
                self.config.environment,
                imports=tool.reads_imports,
            )
            own = (file for file in files if file.name in tool.settings)
            total = sha256()
            for file, data in with_contents(own, tool.extends):
                total.update(os.fsencode(f"\n{file}={len(data)}="))
                total.update(data)
            self._tools[name, files] = f"{version}\n{total.hexdigest()}"
        return self._tools[name, files]

    def of_package(self, name: str) -> str:
        """Return a text that changes when a file of the project's own package `name` does, or one is added.

        It is the digest of their contents. Files are only read if names, sizes and times differ from when they
        were read last. Generated packages are left out: their manifests have the digests of what is in them.
        """
        if name not in self._packages:
            if not (files := self._files_of(name)):
                return self._packages.setdefault(name, "")
            stat = sha256(repr(files).encode("utf-8", "surrogateescape")).hexdigest()
            known = read_entry(self.config.cache, _KIND, name) or ""
            before, _, content = known.partition("\n")
            self._packages[name] = content if before == stat else self._read(name, stat)
        return self._packages[name]

    def of_types(self, names: Iterable[str]) -> dict[str, bool]:
        """Return what rendering depends on in the packages `names` that types are imported from.

        Imports are sorted by whether a package is the project's own.
        """
        return {name: self._is_own(name) for name in sorted(names)}

    def of_loaded(self, names: Iterable[str]) -> dict[str, str]:
        """Return the contents of the packages that lead to the types of `names`, as digests by package.

        Loading the sources finds that a type is gone. A type checker notices that too, so that these contents
        count only where none runs.
        """
        return {name: self.of_package(name) for name in sorted(self.reached_from(names))}

    def hides_an_edit(self, names: Iterable[str]) -> bool:
        """Return whether a file of the packages `names` may have changed without a type checker noticing.

        mypy takes a file of the same size and time, in seconds, for the one that it has seen. That is wrong after
        two edits in one second, and where the time of a file was set to an earlier one.
        """
        if not any((self.config.cache / tool.name).exists() for tool in self._checkers):
            return False  # which remember nothing yet
        seen = self._seen_by_type_checkers()
        for path, size, modified, changed in self._files_of_all(names):
            before = seen.get(path)
            looks_the_same = before is not None and before[:2] in ([], [size, modified // 10**9])
            if looks_the_same and before != [size, modified // 10**9, changed]:
                return True
        return not seen

    def record_seen(self, names: Iterable[str]) -> None:
        """Remember the files of the packages `names` as type checkers have seen them in this run."""
        seen = self._seen_by_type_checkers()
        for file in self._files_of_all(names):
            path, size, modified, changed = file
            edited_meanwhile = file not in _file(path)
            seen[path] = [] if edited_meanwhile else [size, modified // 10**9, changed]
        if self.config.cache.is_dir():
            write_entry(self.config.cache, _KIND, _SEEN, json.dumps(seen))

    def _seen_by_type_checkers(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = json.loads(
            read_entry(self.config.cache, _KIND, _SEEN) or "{}"
        )
        return found

    def _files_of_all(self, names: Iterable[str]) -> Iterator[_File]:
        return (file for name in names for file in self._files_of(name))

    def reached_from(self, names: Iterable[str]) -> frozenset[str]:
        """Return `names` and what those that are packages of the project import, at any distance.

        Those that are not in the project are included, as it may get them later, but for the standard library.
        """
        found: set[str] = set()
        waiting = set(names)
        while waiting:
            found.add(name := waiting.pop())
            waiting |= self._imported_by(name) - found
        standard = sys.stdlib_module_names
        return frozenset(name for name in found if name not in standard or self._files_of(name))

    def _read(self, name: str, stat: str) -> str:
        """Return the digest of the contents of a package; remember it if an edit cannot go unnoticed."""
        total = sha256()
        newest = 0
        for path, _, *times in self._files_of(name):
            total.update(os.fsencode(f"{path}\0"))
            total.update(sha256(bytes_of(path) or b"").digest())
            newest = max(newest, *times)
        content = total.hexdigest()
        if newest + _SETTLED < self.started and self.config.cache.is_dir():
            write_entry(self.config.cache, _KIND, name, f"{stat}\n{content}")
        return content

    def _find_imports(self, name: str) -> frozenset[str]:
        found: set[str] = set()
        for file in self._files_of(name):
            settled = max(file[2:]) + _SETTLED < self.started
            found |= _known_imports(file) if settled else _imports_of(file)
        return frozenset(found)

    @cached_property
    def _import_folders(self) -> tuple[Path, ...]:
        """The folders that type checkers import from: also those of editable installs, as in a workspace, and
        those that only their settings name.
        """
        root = self.config.root
        found = [*self.config.sources, *map(Path, linked_folders(self.config.environment))]
        for tool in self._checkers:
            for file in settings_files(root / "any", tool.settings):
                names = tool.import_folders(bytes_of(file) or b"")
                found += (root / name for name in names if "\0" not in name)
        return tuple(dict.fromkeys(found))

    def _find_files(self, name: str) -> tuple[_File, ...]:
        found: list[_File] = []
        for source in self._import_folders:
            place = os.path.join(source, name)
            there = self._names_in(source)  # most of what is imported is in few of the folders
            for suffix in _SUFFIXES:
                if name + suffix in there:
                    found += _file(place + suffix)
            for ending in ("", "-stubs"):
                if name + ending in there:
                    found += _below(place + ending, set())
        return tuple(dict.fromkeys(found))


def imported_names(text: str) -> Iterator[str]:
    """Yield the first parts of the names of what a Python `text` imports, but for relative imports.

    A search that finds too much only adds a name.
    """
    text = re.sub(r"\\\r?\n", " ", text)
    for one, several in re.findall(_IMPORT, text, re.MULTILINE):
        for part in (one, *several.split(",")):
            name = "".join(part.partition(".")[0].split()[:1])
            if name.isidentifier():
                yield name


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()


def _imports_of(file: _File) -> frozenset[str]:
    data = bytes_of(file[0]) or b""
    return frozenset(imported_names(data.decode("utf-8", "replace")))


_known_imports = lru_cache(maxsize=4096)(_imports_of)
"""For processes that run more than once, as `wsgen watch` does; only asked where an edit gives another time."""


def _file(path: str) -> Iterator[_File]:
    try:
        status = os.stat(path)  # noqa: PTH116  on the hot path
    except OSError:
        return
    if S_ISREG(status.st_mode):
        yield path, status.st_size, status.st_mtime_ns, status.st_ctime_ns


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
