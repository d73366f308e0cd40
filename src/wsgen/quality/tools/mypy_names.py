"""Find the modules that one mypy process can check together, so that each gets the same result as alone.

mypy gives every file a module name and refuses two files of the same name, such as the packages
`specs/a/ws_generated` and `specs/b/ws_generated` without `__init__.py` above them. It also imports from the
folders in which the names of its files begin, the last of them first. Names and folders follow mypy's rules here,
which differ from those of Python in `wsgen.syntax.module_names`: a folder may have two names for it.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

EXPLICIT = ("--namespace-packages", "--explicit-package-bases")
"""Options under which mypy names a file by its path from the project's root or a source directory."""

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]*import[ \t]*(\([^)]*|[^\n#;]+)|import[ \t]+([^\n#;]+))",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class TypingGroup:
    """Output directories that one mypy process can check together, and how it should name them.

    `cache` is the name of the folder for mypy's cache. mypy does not distinguish files of the same name and text,
    so only groups in which a name means the same file share a cache.
    """

    outputs: tuple[Path, ...]
    explicit: bool
    cache: str = "mypy"


@dataclass(frozen=True, slots=True)
class _Package:
    """The name of a package for mypy, and the folder `base` in which that name begins."""

    name: str
    base: Path
    explicit: bool


def typing_groups(
    texts: Mapping[Path, Iterable[str]], *, root: Path, sources: Sequence[Path]
) -> tuple[TypingGroup, ...]:
    """Return the output directories in `texts` in as few groups as possible.

    `texts` holds the texts of the files that will be in each.
    """
    packages = {output: _package(output, found, root, sources) for output, found in texts.items()}
    together = _interchangeable({root, *sources})
    users = _users(packages, texts)
    groups: list[tuple[tuple[bool, Path, bool], dict[str, Path]]] = []
    for output, package in packages.items():
        base = root if package.base in together else package.base
        key = (package.explicit, base, output in users)
        for group_key, members in groups:
            if key == group_key and output not in users and package.name not in members:
                members[package.name] = output
                break
        else:
            groups.append((key, {package.name: output}))
    return tuple(
        TypingGroup(tuple(members.values()), explicit, _cache(base, root))
        for (explicit, base, _), members in groups
    )


def _cache(base: Path, root: Path) -> str:
    if base == root:
        return "mypy"
    return f"mypy-{sha256(os.fsencode(os.path.relpath(base, root))).hexdigest()[:12]}"


def _package(output: Path, texts: Iterable[str], root: Path, sources: Sequence[Path]) -> _Package:
    """Return the package in `output`: by the `__init__.py` files above it, else by the nearest base directory.

    A package in a namespace package, a folder without `__init__.py`, has a name by either rule. If `texts` import
    from that namespace, the second rule applies, by which mypy names what they import.
    """
    name, base = output.name, output.parent
    parts: list[str] = [output.name]
    for directory in _above(output, root.parent):
        parts.append(directory.name)
        if any((directory / init).is_file() for init in ("__init__.py", "__init__.pyi")):
            name, base = ".".join(reversed(parts)), directory.parent
    whole = _by_base_directory(output, root, sources)
    if "." not in name:
        return whole
    outside = whole.name.removesuffix(f".{name}")
    if outside != whole.name:
        top = outside.partition(".")[0]
        if any(item.partition(".")[0] == top for item in _imported(texts, "")):
            return whole
    return _Package(name, base, explicit=False)


def _by_base_directory(output: Path, root: Path, sources: Sequence[Path]) -> _Package:
    parts = [output.name]
    base = output.parent
    for directory in _above(output, root.parent):
        if directory == root or directory in sources:
            break
        parts.append(directory.name)
        base = directory.parent
    return _Package(".".join(reversed(parts)), base, explicit=True)


def _above(output: Path, end: Path) -> Iterator[Path]:
    """Yield the folders above `output`, up to `end` or one that cannot be in the name of a module."""
    for directory in output.parents:
        if directory == end or not directory.name.isidentifier():
            return
        yield directory


def _interchangeable(folders: Iterable[Path]) -> set[Path]:
    """Return those of `folders` whose packages no other has, so that the order of the search has no effect."""
    found = {folder: _importable(folder) for folder in folders}
    owners = Counter(name for names in found.values() for name in names)
    return {folder for folder, names in found.items() if all(owners[name] == 1 for name in names)}


def _importable(folder: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    names = {
        entry.name if entry.is_dir() else entry.stem
        for entry in folder.iterdir()
        if entry.is_dir() or entry.suffix in (".py", ".pyi")
    }
    return {name for name in names if name.isidentifier() and name != "__pycache__"}


def _users(packages: Mapping[Path, _Package], texts: Mapping[Path, Iterable[str]]) -> set[Path]:
    """Return the outputs that import from another one. Settings can tell mypy not to follow that import."""
    names = {package.name for package in packages.values()}
    ends = {name.rpartition(".")[2] for name in names}
    users = set()
    for output, package in packages.items():
        if not any(end in text for text in texts[output] for end in ends):
            continue  # a fast check, which is enough for most modules
        for imported in _imported(texts[output], package.name):
            parents = {imported[:end] for end, char in enumerate(imported) if char == "."}
            if not names.isdisjoint({imported, *parents} - {package.name}):
                users.add(output)
    return users


def _imported(texts: Iterable[str], package: str) -> Iterator[str]:
    """Yield each name that may be that of a module which the files of `package`, with `texts`, import."""
    for text in texts:
        for dots, module, names, modules in _IMPORT.findall(text):
            parts = package.split(".")
            above = parts[: max(0, len(parts) + 1 - len(dots))] if dots else []
            origin = ".".join([*above, *filter(None, [module])])
            yield from (f"{origin}.{name}" for name in _names(names))
            yield from _names(modules)


def _names(listed: str) -> list[str]:
    """Return the names in `a, b as c`, without `c`."""
    return [part.split()[0] for part in listed.strip("(").split(",") if part.split()]
