"""Which project a running program belongs to, and where its modules stand; remembered between calls.

A command is given paths, or works in the current directory. A program says neither: its project is found from the
file that calls wsgen.
"""

import os
import sys
from functools import lru_cache
from pathlib import Path

from wsgen.discovery.modules import discover, module_at
from wsgen.errors import GenerationError, WsgenError
from wsgen.files import bytes_of, real
from wsgen.settings.config import Config
from wsgen.settings.project_file import find_root, load_config
from wsgen.source import ModuleSource


def locate_module(
    name: str, *, root: str | os.PathLike[str] | None, caller: Path | None
) -> tuple[Config, ModuleSource] | None:
    """Return the module called `name` and its project's settings, None if there is no such module.

    With `root`, only that project counts. Else a module in the package of the calling file comes first,
    then one of the working directory's project, then one of the calling file's project.

    Raises ConfigError for wrong settings, GenerationError if a project has several such modules.
    """
    if root is not None:
        config = settings_of(Path(root))
        return _pair(config, find_module(name, config))
    theirs = None
    if caller is not None:
        config = settings_of(caller.parent)
        theirs = _pair(config, find_module(name, config))
        if theirs is not None and _is_near(theirs[1], caller):
            return theirs
    here = settings_of(Path.cwd())
    return _pair(here, find_module(name, here)) or theirs


def has_package(name: str, *, root: str | os.PathLike[str] | None, caller: Path | None) -> bool:
    """Return whether the module's generated package is there, with or without the source and the settings.

    Without them it is looked for where it is made by default: in the folder of the calling file or the project,
    or in the module's folder there.
    """
    try:
        found = locate_module(name, root=root, caller=caller)
    except WsgenError:  # settings that cannot be read decide nothing
        found = None
    if found is not None:
        return (found[1].output / "__init__.py").is_file()
    places = (
        (Path(root),)
        if root is not None
        else (Path.cwd(), *(() if caller is None else (caller.parent,)))
    )
    folders = (
        folder for start in places for folder in (start, start / name, start / "modules" / name)
    )
    return any(
        (folder / "ws_generated" / "__init__.py").is_file()
        for folder in folders
        if folder.name == name
    )


def find_module(name: str, config: Config) -> ModuleSource | None:
    """Return the module called `name`: where it was last time, right below a configured path, or anywhere.

    Raises GenerationError if there are several.
    """
    known = _places.get((config.root, name))
    candidates = [known] if known else []
    candidates += [path / name for path in config.paths]
    for folder in candidates:
        if folder.is_dir() and (source := module_at(folder, config)) and source.name == name:
            _places[config.root, name] = folder
            return source
    if config.file is None and config.root == config.root.parent:
        return None  # no project at all, and a whole machine to search
    found = [
        source for source in discover(config.paths, config) if source.name == name and source.files
    ]
    if len(found) > 1:
        places = ", ".join(source.directory.relative_to(config.root).as_posix() for source in found)
        raise GenerationError(
            f"there are several modules '{name}': {places}; set [tool.wsgen] paths"
        )
    if found:
        _places[config.root, name] = found[0].directory
    return found[0] if found else None


def settings_of(start: Path) -> Config:
    """Return the project's settings, parsed again only if the files' bytes are others than last time."""
    root = root_of(start)
    signature = tuple(bytes_of(root / name) for name in ("wsgen.toml", "pyproject.toml"))
    known = _configs.get(root)
    if known is None or known[0] != signature:
        known = _configs[root] = (signature, load_config(root))
    return known[1]


@lru_cache(maxsize=64)
def root_of(start: Path) -> Path:
    """Return the project that `start` belongs to."""
    return find_root(start)


_places: dict[tuple[Path, str], Path] = {}
_configs: dict[Path, tuple[tuple[bytes | None, ...], Config]] = {}


def _pair(config: Config, source: ModuleSource | None) -> tuple[Config, ModuleSource] | None:
    return None if source is None else (config, source)


def _is_near(source: ModuleSource, caller: Path) -> bool:
    """Return whether the module is in the calling file's package, or that file in the module."""
    folder = real(caller.parent)
    return folder.is_relative_to(source.directory) or source.directory.is_relative_to(folder)


def calling_file() -> Path | None:
    """Return the file of the nearest caller outside of wsgen; None if it is no file."""
    frame = sys._getframe(1)  # noqa: SLF001  the public way, inspect.stack(), reads every source file
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    file = Path(frame.f_code.co_filename)
    return file.absolute() if file.is_file() else None


def _is_ours(name: object) -> bool:
    return isinstance(name, str) and (name == "wsgen" or name.startswith("wsgen."))
