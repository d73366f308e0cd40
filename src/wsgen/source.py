"""Where a module's routers are declared and where its package goes: what discovery finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wsgen.diagnostics import Span

YAML_NAME = "ws.yaml"
PYTHON_NAME = "ws.py"

NOT_SEARCHED = frozenset({"node_modules", "__pycache__", "site-packages"})
"""Folders that hold no code of a project, wherever they are; nor do hidden folders."""

Positions = Mapping[str, Span]
"""Where things stand in the sources, by dotted key.

`BarWsRouter` is the class name, `BarWsRouter.request` and `BarWsRouter.data` the type expressions,
`BarWsRouter.route` and so on the other fields; `endpoint`, `models` ... are the module's own.
"""


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """One module: absolute paths of its source files and of the package that wsgen writes.

    `files` holds `ws.yaml`, `ws.py` (or a versioned layout's `__init__.py`), or both, in that order.
    It is empty for a package that is left of a module whose source is gone.
    `name` and `version` come from the directory; a `module:` key in `ws.yaml` may rename it.
    """

    name: str
    version: str | None
    directory: Path
    files: tuple[Path, ...]
    output: Path
