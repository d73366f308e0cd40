"""The mirror: a copy of the project's tree in which the staged files are already at their final paths.

Tools look for settings, packages and other files around the files that they check. In the mirror they find those
of the project, through symbolic links. Nothing that they write reaches the project: the directories that lead to
the outputs are real, and the staged files are copies.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from zlib import crc32

from wsgen.files import REPOSITORIES, read_file
from wsgen.quality.scratch import scratch_folder, temporary_errors
from wsgen.quality.settings_files import Configurable, settings_files, with_contents
from wsgen.source import Positions, Template

_LEFT_OUT = frozenset(
    {
        *REPOSITORIES,
        # Generated packages that git ignores are checked as well.
        ".gitignore",
        # A tool might write into these.
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".wsgen_cache",
        "__pycache__",
    }
)


@dataclass(frozen=True, slots=True)
class StagedModule:
    """The Python files of one module, and the quality `steps` to take them through.

    `output` is the absolute directory of the files, somewhere below the project's root. `files` maps file names
    to texts, `routers` the names of router files to their classes, `templates` the names of files to what of the
    project they are made from. With `in_place`, the directory already has these files, and tools can read them
    through a link.
    """

    name: str
    output: Path
    files: Mapping[str, str]
    steps: tuple[str, ...]
    positions: Positions = field(default_factory=dict)
    routers: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Mirror:
    """The mirror of `root` in the directory `top`; tools run with `top` as working directory.

    `scratch` is a directory beside it in which tools can write.
    """

    root: Path
    top: Path
    scratch: Path

    def relative(self, output: Path) -> str:
        """Return where `output` is below the root, with slashes."""
        return output.relative_to(self.root).as_posix()

    def read(self, module: StagedModule) -> dict[str, str]:
        """Return the module's files as the tools left them."""
        directory = self.top / module.output.relative_to(self.root)
        return {name: read_file(directory / name).decode() for name in module.files}


@contextmanager
def mirrored(
    root: Path,
    modules: Sequence[StagedModule],
    tools: Sequence[Configurable],
    *,
    lasting: bool = True,
) -> Iterator[Mirror]:
    """Build a mirror of `root` that holds the files of `modules` for `tools`; remove it at the end.

    Files that are in place are not copied. A `lasting` mirror has the path of the project's last one. For mypy,
    the path of a file is part of its interface: if a file was edited and has another path, mypy checks all files
    that import it again. Raises FilesError if the disk has no room.
    """
    staged = [module for module in modules if not module.in_place]
    name = sha256(os.fsencode(root)).hexdigest()[:16] if lasting else token_hex(8)
    with scratch_folder(name) as scratch:
        with temporary_errors():
            # The directories above the root are there too, since some tools look beyond it for settings.
            top = scratch / "mirror" / root.relative_to(root.anchor)
            top.mkdir(parents=True)
            for above in root.parents:
                _mark_repository(above, scratch / "mirror" / above.relative_to(root.anchor))
            for tool in tools:
                _link_settings(root, modules, scratch / "mirror", tool)
            _build(root, top, [module.output.relative_to(root).parts for module in staged])
            for module in staged:
                _write(module, top / module.output.relative_to(root))
        yield Mirror(root=root, top=top, scratch=scratch)


def _build(source: Path, target: Path, ways: Iterable[tuple[str, ...]]) -> None:
    """Link the entries of `source` in `target`, with a real, empty directory at each relative path in `ways`."""
    inner: dict[str, list[tuple[str, ...]]] = {}
    for way in ways:
        inner.setdefault(way[0], []).append(way[1:])
    _mark_repository(source, target)
    if source.is_dir():
        with os.scandir(source) as entries:
            for entry in entries:
                if entry.name in inner or entry.name in _LEFT_OUT:
                    continue
                folder = os.path.isdir(entry.path)  # noqa: PTH112 - Path objects take longer
                if folder or os.path.isfile(entry.path):  # noqa: PTH113  no pipe, no circle
                    (target / entry.name).symlink_to(entry.path, target_is_directory=folder)
    for name, rest in inner.items():
        (target / name).mkdir()
        deeper = [way for way in rest if way]
        if deeper:
            _build(source / name, target / name, deeper)


def _link_settings(
    root: Path, modules: Sequence[StagedModule], target: Path, tool: Configurable
) -> None:
    """Show a tool its settings from outside of the project, with what they extend."""
    known: dict[str, tuple[str, ...]] = {}
    found = dict.fromkeys(
        file
        for module in modules
        for file in settings_files(module.output, tool.settings, known=known)
    )
    for file, _ in with_contents(found, tool.extends):
        link = target / file.relative_to(file.anchor)
        if not file.is_relative_to(root) and file.is_file() and not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)


def _mark_repository(source: Path, target: Path) -> None:
    """Show tools where the repository begins, but not the repository: they would ask git about links."""
    for name in REPOSITORIES:
        if (source / name).exists():
            (target / name).mkdir()


def _write(module: StagedModule, directory: Path) -> None:
    for name, text in module.files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        place = directory / name
        place.write_bytes(data)
        # mypy takes a file of the same size and time, in seconds, for the one that it has seen.
        os.utime(place, (time := crc32(data) >> 1, time))
