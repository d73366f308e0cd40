"""Where the packages of a project are: by the settings of its build backend, else by what is in its folders."""

import configparser
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple  # Any: values of TOML, which are checked before they are used

from wsgen.files import bytes_of
from wsgen.names import is_dotted, is_identifier
from wsgen.source import NOT_SEARCHED

NO_PACKAGES = frozenset(
    (
        *("benchmarks", "bin", "build", "ci", "conda", "demo", "demos", "deploy", "dist", "doc"),
        *("docs", "env", "example", "examples", "migrations", "notebooks", "scripts", "site"),
        *("specs", "src", "static", "templates", "test", "testing", "tests", "tools", "venv"),
    )
)
"""Folders that are called so are not packages of a project."""
_NAMED_ALIKE = re.compile(r"[-.\s]+")
_IMPORT = re.compile(rb"^(?:from|import)[ \t]+(\w+)", re.MULTILINE)


class Package(NamedTuple):
    """A package: the folder that it is imported from, and its parts there; without parts, that folder itself."""

    imported_from: Path
    parts: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Return the folder of the package."""
        return self.imported_from.joinpath(*self.parts)

    @property
    def is_regular(self) -> bool:
        """Return whether the package has an `__init__.py`."""
        return bool(self.parts) and (self.folder / "__init__.py").is_file()


def value_at(table: object, *keys: str) -> Any:
    """Return the value of `keys` in a table of TOML, None if there is none."""
    for key in keys:
        table = table.get(key) if isinstance(table, Mapping) else None
    return table


def package_name(name: object) -> str | None:
    """Return the package of a distribution with this `name`, None if it cannot name one."""
    text = _NAMED_ALIKE.sub("_", name).lower() if isinstance(name, str) else ""
    return text if is_identifier(text) and not text.startswith("__") else None


def declared_packages(root: Path, pyproject: Mapping[str, object]) -> list[Package]:
    """Return the packages that the settings of the build backend name, whether or not they exist."""
    backend = str(value_at(pyproject, "build-system", "build-backend") or "")
    tool = value_at(pyproject, "tool")
    found: Iterator[Package] = iter(())
    if backend.startswith("hatchling"):
        found = _of_hatchling(root, tool)
    elif backend.startswith(("setuptools", "_")) or not backend:
        found = _of_setuptools(root, tool)
    elif backend.startswith("poetry"):
        found = _of_poetry(root, tool)
    elif backend.startswith("uv_build"):
        found = _of_uv(root, tool, value_at(pyproject, "project", "name"))
    elif backend.startswith("pdm"):
        found = _of_pdm(root, tool)
    elif backend.startswith("flit"):
        found = _of_flit(root, tool)
    inside = (package for package in found if package.folder.resolve().is_relative_to(root))
    return list(dict.fromkeys(inside))


def existing_packages(root: Path) -> list[Package]:
    """Return the packages in `src` and in the project's own folder: regular ones, if there are any.

    Raises OSError if none are found, and a folder that cannot be read may be one.
    """
    unread: list[OSError] = []
    found = [
        package
        for place in (root / "src", root)
        for package in map(_looked_at, _packages_in(place, unread))
    ]
    if unread and not found:
        raise unread[0]
    regular = [package for package in found if package.is_regular]
    return regular or found


def new_package_folder(root: Path, pyproject: Mapping[str, object]) -> Path:
    """Return the folder from which a package that does not exist yet will be imported."""
    backend = str(value_at(pyproject, "build-system", "build-backend") or "")
    return root / "src" if backend.startswith("uv_build") or (root / "src").is_dir() else root


def _of_hatchling(root: Path, tool: object) -> Iterator[Package]:
    build = value_at(tool, "hatch", "build")
    for table in (value_at(build, "targets", "wheel"), build):
        for key in ("packages", "only-include"):
            for path in _texts(value_at(table, key)):
                yield from _at(root, path)


def _of_setuptools(root: Path, tool: object) -> Iterator[Package]:
    settings = value_at(tool, "setuptools")
    folders = value_at(settings, "package-dir")
    folders = dict(folders) if isinstance(folders, Mapping) else {}
    where = _texts(value_at(settings, "packages", "find", "where"))
    old = configparser.ConfigParser(interpolation=None)
    try:
        old.read_string((bytes_of(root / "setup.cfg") or b"").decode())
        pairs = old.get("options", "package_dir", fallback="").split()
        folders.setdefault("", "".join(pairs).partition("=")[2])
        where += old.get("options.packages.find", "where", fallback="").split()
    except (configparser.Error, UnicodeDecodeError):
        pass  # setuptools reports it
    source = root / str(folders.get("") or "")
    for name in _texts(value_at(settings, "packages")):
        if is_dotted(name) and "." not in name:
            folder = folders.get(name)
            yield from _at(root, folder) if folder else [Package(source, (name,))]
    for place in where or ([str(folders[""])] if folders.get("") else []):
        if (root / place).resolve().is_relative_to(root):
            yield from _packages_in(root / place)


def _of_poetry(root: Path, tool: object) -> Iterator[Package]:
    listed = value_at(tool, "poetry", "packages")
    for entry in listed if isinstance(listed, list) else ():
        include, source = value_at(entry, "include"), value_at(entry, "from") or ""
        if isinstance(include, str) and isinstance(source, str):
            yield from _at(root, f"{source}/{include}" if source else include)


def _of_uv(root: Path, tool: object, name: object) -> Iterator[Package]:
    settings = value_at(tool, "uv", "build-backend")
    source = value_at(settings, "module-root")
    source = "src" if not isinstance(source, str) else source
    names = value_at(settings, "module-name") or package_name(name)
    for each in _texts(names if isinstance(names, list) else [names]):
        if is_dotted(each):
            yield Package(root / source, tuple(each.split(".")))


def _of_pdm(root: Path, tool: object) -> Iterator[Package]:
    settings = value_at(tool, "pdm", "build")
    source = value_at(settings, "package-dir")
    for path in _texts(value_at(settings, "includes")):
        yield from _at(root, path.partition("*")[0])
    if isinstance(source, str) and (root / source).resolve().is_relative_to(root):
        yield from _packages_in(root / source)


def _of_flit(root: Path, tool: object) -> Iterator[Package]:
    name = value_at(tool, "flit", "module", "name")
    if isinstance(name, str) and is_dotted(name):
        parts = tuple(name.split("."))
        places = [root / "src", root]
        yield Package(next((p for p in places if p.joinpath(*parts).is_dir()), root), parts)


def _at(root: Path, path: str) -> list[Package]:
    """Return the package in the folder `path`, which is imported from the folder above it."""
    pure = PurePosixPath(path)
    if not is_identifier(pure.name) or pure.is_absolute() or ".." in pure.parts:
        return []
    return [Package(root / pure.parent, (pure.name,))]


def _packages_in(folder: Path, unread: list[OSError] | None = None) -> list[Package]:
    """Return the packages in `folder`; add to `unread` what cannot be read."""
    errors = [] if unread is None else unread
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
    except OSError as error:
        errors += [] if isinstance(error, FileNotFoundError | NotADirectoryError) else [error]
        return []
    found = []
    for name in names:
        if is_identifier(name) and name not in NO_PACKAGES | NOT_SEARCHED:
            try:
                found += [Package(folder, (name, *below)) for below in _below(folder / name)]
            except OSError as error:
                errors.append(error)
    return found


def _below(folder: Path) -> list[tuple[str, ...]]:
    """Return the parts below `folder` of the packages there: none if it is one, all of them if it is a namespace.

    A namespace is only known in `src`; elsewhere a folder without Python files may be anything.
    """
    names = _names_in(folder)
    if names & {"pyproject.toml", "setup.py", "pyvenv.cfg", "CACHEDIR.TAG"}:
        return []
    if any(name.endswith(".py") for name in names):
        return [()]
    inside = sorted(filter(is_identifier, names)) if folder.parent.name == "src" else []
    return [(name,) for name in inside if (folder / name / "__init__.py").is_file()]


def _looked_at(package: Package) -> Package:
    """Return the folder of `package` as one to import from, if its files import each other by bare names."""
    folder, names = package.folder, _names_in(package.folder)
    if package.is_regular or folder.name in names or f"{folder.name}.py" in names:
        return package
    siblings = {n.removesuffix(".py") for n in names if n.endswith(".py") or (folder / n).is_dir()}
    elsewhere = {n.removesuffix(".py") for n in _names_in(package.imported_from)}
    imported = {
        found.decode()
        for name in names
        if name.endswith(".py")
        for found in _IMPORT.findall(bytes_of(folder / name) or b"")
    }
    return Package(folder, ()) if imported & siblings - elsewhere else package


def _names_in(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _texts(values: object) -> list[str]:
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []
