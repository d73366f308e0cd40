"""Which files other than its sources decide what a module's package looks like: the generic class, templates."""

import os
from collections.abc import Iterator
from pathlib import Path

from wsgen.settings.config import Config
from wsgen.source import PYTHON_NAME, ModuleSource

GENERIC_TEMPLATE = ("shared", "ws", "generic_route.py")


def templates_in(folder: Path) -> Iterator[Path]:
    """Yield the files below `folder`, any of which a template may include; no hidden ones."""
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in seen:  # linked into itself
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if name[0] != "." and name != "__pycache__")
        for name in sorted(files):
            if name[0] != "." and (file := Path(place, name)).is_file():
                yield file


def template_of(source: ModuleSource, config: Config) -> Path | None:
    """Return the generic class that a module's routers are specialised from, if there is one.

    That is the configured `template`; else, for a module with legacy aliases, `shared/ws/generic_route.py` beside
    the folder that holds the modules, as in the legacy layout.
    """
    if config.template is not None:
        return config.template
    if not any(file.name in (PYTHON_NAME, "__init__.py") for file in source.files):
        return None
    home = source.directory.parent.parent if source.version else source.directory
    candidate = home.parent.parent.joinpath(*GENERIC_TEMPLATE)
    inside = candidate.is_relative_to(config.root) and candidate.is_file()
    return candidate if inside else None
