"""The project that a module is started in: its folder, its settings, and the package for the module."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.environment import Environment, has_package
from wsgen.files import bytes_of, is_temporary, real
from wsgen.scaffold.applications import Application, find_application
from wsgen.scaffold.package_folders import (
    NO_PACKAGES,
    Package,
    declared_packages,
    existing_packages,
    new_package_folder,
    package_name,
    value_at,
)
from wsgen.settings.config import Config
from wsgen.settings.project_file import find_root, has_settings, load_config, parse_toml
from wsgen.source import NOT_SEARCHED

CODE = "WSG910"
"""The code of what keeps a module from being started."""

_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")
_OTHERWISE = "app"


@dataclass(frozen=True)
class Project:
    """A project: `config` is None if it has no settings yet, and `is_new` says that it has no code either.

    `package` is where modules go; it is None if that cannot be known, and `packages` are the possible ones.
    `members` are the folders of the other projects of a workspace that has no code of its own.
    """

    root: Path
    pyproject: Mapping[str, object]
    config: Config | None
    is_new: bool
    packages: tuple[Package, ...]
    package: Package | None
    application: Application | None
    members: tuple[str, ...]
    environment: Environment

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """Return the folders that modules are imported from."""
        if self.config is not None:
            return self.config.sources
        known = [package.imported_from for package in self.packages]
        if self.package is not None:
            known.append(self.package.imported_from)
        source = self.root / "src"
        return tuple(dict.fromkeys([*known, *([source] if source.is_dir() else []), self.root]))


def project_at(folder: Path) -> Project:
    """Return the project that a module is to be started in from `folder`. Raises ConfigError."""
    root = _root_of(real(folder))
    pyproject = parse_toml(root / "pyproject.toml", bytes_of(root / "pyproject.toml") or b"")
    config = load_config(root)
    is_new = not (_has_project_file(root) or _has_code(root) or config.file)
    existing = existing_packages(root)
    declared = declared_packages(root, pyproject)
    there = [package for package in declared if package.folder.is_dir()]
    members = tuple(_members(root, pyproject))
    if (
        members and _name_of(pyproject) is None
    ):  # a workspace of its members; its scripts are no package
        existing = [package for package in existing if package.is_regular]
    packages = tuple(there or existing)
    application = find_application(root)
    members = () if packages or application else members
    if not (packages or _has_project_file(root)):
        inside = tuple(_projects_in(root))
        served = [
            each for each in inside if application and application.file.is_relative_to(root / each)
        ]
        members = inside if served or not application else ()
    package = _chosen(packages, pyproject, application)
    if not packages and not members:
        package = _new_package(root, pyproject, declared, config.environment)
    return Project(
        root=root,
        pyproject=pyproject,
        config=config if config.file else None,
        is_new=is_new and not members,
        packages=packages,
        package=package,
        application=application,
        members=members,
        environment=config.environment,
    )


def _members(root: Path, pyproject: Mapping[str, object]) -> list[str]:
    """Return the folders of the other projects of a workspace, by the settings of uv or poetry."""
    workspace = value_at(pyproject, "tool", "uv", "workspace")
    found = set(_matching(root, value_at(workspace, "members")))
    found -= set(_matching(root, value_at(workspace, "exclude")))
    dependencies = value_at(pyproject, "tool", "poetry", "dependencies")
    if isinstance(dependencies, Mapping):
        paths = (value_at(each, "path") for each in dependencies.values())
        found |= {path for path in paths if isinstance(path, str)}
    there = (path for path in found if (root / path / "pyproject.toml").is_file())
    return sorted(path for path in there if root in real(root / path).parents)


def _projects_in(root: Path) -> list[str]:
    """Return the folders with projects of their own in a folder that is none, such as `backend`."""
    found = (root.glob(f"{depth}/{name}") for depth in ("*", "*/*") for name in _FILES)
    folders = {file.parent for files in found for file in files}
    shown = (f.relative_to(root) for f in folders if _has_code(f))
    hidden = NO_PACKAGES | NOT_SEARCHED
    return sorted(
        f.as_posix() for f in shown if not any(p[0] == "." or p in hidden for p in f.parts)
    )


def _root_of(folder: Path) -> Path:
    """Return the project of `folder`: the nearest one that it is a part of, else the folder itself."""
    nearest = _nearest_project(folder)
    if nearest is None:
        return folder
    if nearest != folder:
        parts = [nearest / "src", *(package.folder for package in existing_packages(nearest))]
        belongs = any(folder.is_relative_to(part) for part in parts)
        return nearest if belongs or (has_settings(nearest) and _has_entries(folder)) else folder
    root = find_root(folder)
    if root == folder or not has_settings(root):
        return folder
    searched = load_config(root).paths
    named = root not in searched and any(
        folder.is_relative_to(path) or path.is_relative_to(folder) for path in searched
    )
    return root if named else folder


def _has_entries(folder: Path) -> bool:
    return any(entry.name[0] != "." for entry in folder.iterdir())


def _nearest_project(folder: Path) -> Path | None:
    for above in (folder, *folder.parents):
        if _has_project_file(above) or has_settings(above):
            return above
        if (above / ".git").exists():
            break
    return None


def _has_project_file(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _FILES)


def _has_code(folder: Path) -> bool:
    """Return whether there are Python files in `folder` or in the folders in it."""
    for place, names, files in os.walk(folder):
        if any(name.endswith(".py") for name in files) and "pyvenv.cfg" not in files:
            return True
        hidden = (name for name in names if name[0] == "." or "venv" in name)
        names[:] = set(names).difference(hidden) if Path(place) == folder else []
    return False


def _chosen(
    packages: tuple[Package, ...],
    pyproject: Mapping[str, object],
    application: Application | None,
) -> Package | None:
    """Return the package of that name, else the one that has the application, else the only one."""
    name = package_name(_name_of(pyproject))
    named = [package for package in packages if package.parts and package.parts[-1] == name]
    serving = [
        package
        for package in packages
        if application is not None and application.file.is_relative_to(package.folder)
    ]
    for group in (named, serving, packages):
        if len(group) == 1:
            return group[0]
    return None


def _name_of(pyproject: Mapping[str, object]) -> object:
    return value_at(pyproject, "project", "name") or value_at(pyproject, "tool", "poetry", "name")


def _new_package(
    root: Path,
    pyproject: Mapping[str, object],
    declared: list[Package],
    environment: Environment,
) -> Package | None:
    """Return the package to make in a project without one, None if all of its possible names are taken."""
    if declared:
        return declared[0]
    folder = new_package_folder(root, pyproject)
    names = [package_name(_name_of(pyproject) or root.name), _OTHERWISE]
    free = (
        name for name in names if name is not None and not is_taken(name, environment, root, folder)
    )
    name = next(free, None)
    return None if name is None else Package(folder, (name,))


def is_taken(name: str, environment: Environment, *folders: Path) -> bool:
    """Return whether a package `name` in one of `folders` would hide another module, or be hidden by it."""
    if name in sys.stdlib_module_names:
        return True
    for place in folders:
        if os.path.lexists(place / f"{name}.py") or is_used(place / name):
            return True
    return has_package(environment, name)


def is_used(path: Path) -> bool:
    """Return whether something has this path, other than folders that a run has left that was stopped."""
    try:
        with os.scandir(path) as listed:
            entries = [entry for entry in listed if not is_temporary(entry.name)]
    except FileNotFoundError:
        return os.path.lexists(path)  # a link that leads nowhere
    except NotADirectoryError:
        return True
    return path.is_symlink() or any(
        not entry.is_dir(follow_symlinks=False) or is_used(Path(entry.path)) for entry in entries
    )


def _matching(root: Path, patterns: object) -> Iterator[str]:
    for pattern in patterns if isinstance(patterns, list) else ():
        if isinstance(pattern, str) and pattern and ".." not in pattern and pattern[0] != "/":
            yield from (path.relative_to(root).as_posix() for path in root.glob(pattern))


def problem(message: str, help_text: str) -> Diagnostic:
    """Return the diagnostic that a module cannot be started."""
    return Diagnostic(CODE, message, help=help_text)
