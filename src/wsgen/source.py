"""Describe where a module's routers are declared and where its package is written, as discovery finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wsgen.diagnostics import Span

YAML_NAME = "ws.yaml"
YAML_NAMES = (YAML_NAME, "ws.yml")
"""The names of a YAML source; wsgen writes the first, and reads both alike."""
PYTHON_NAME = "ws.py"

NOT_SEARCHED = frozenset({"node_modules", "__pycache__", "site-packages"})
"""The names of folders that never contain code of a project; hidden folders do not either."""

Positions = Mapping[str, Span]
"""The positions in the sources, by dotted key.

`BarWsRouter` is the class name, `BarWsRouter.request` and `BarWsRouter.data` the type expressions,
`BarWsRouter.route` and so on the other fields; `endpoint`, `models` ... are the module's own.
"""


@dataclass(frozen=True, slots=True)
class Template:
    """A file of the project that generated files are made from.

    `varies` is a regular expression of what differs in each of them; other text is as it stands in the template.
    """

    path: Path
    varies: str


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """One module: absolute paths of its source files and of the package that wsgen writes.

    `files` holds `ws.yaml` or `ws.yml`, `ws.py` (or a versioned layout's `__init__.py`), or both, in that
    order. It is empty for the package of a module whose source no longer exists.
    `name` and `version` come from the directory; a `module:` key in `ws.yaml` may rename it.
    """

    name: str
    version: str | None
    directory: Path
    files: tuple[Path, ...]
    output: Path

    @property
    def yaml_file(self) -> Path:
        """Return the YAML source, or where it would be."""
        found = (file for file in self.files if is_yaml(file))
        return next(found, self.directory / YAML_NAME)


def is_yaml(file: Path) -> bool:
    """Return whether `file` has the name of a YAML source."""
    return file.name in YAML_NAMES
