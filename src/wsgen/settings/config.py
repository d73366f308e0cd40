"""The project's settings, resolved and frozen.

It imports nothing heavy, because every run reads the settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from wsgen.diagnostics import Diagnostic
from wsgen.environment import Environment, running_environment

STEPS: Mapping[str, str] = {
    "black": "black",
    "ruff-format": "ruff",
    "ruff-fix": "ruff",
    "flake8": "flake8",
    "ruff-check": "ruff",
    "mypy": "mypy",
    "isort": "isort",
    "pyright": "pyright",
    "basedpyright": "basedpyright",
}
"""The quality steps by name, each with the file of `wsgen.quality.tools` that describes it."""

READINGS = ("text", "sarif")
"""How the output of a command can be read: lines `path:line:column: message`, or a SARIF log."""

FOUNDING_STEPS = ("black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "mypy", "isort")
"""The steps of the founding code, in their order."""

OUTPUT = "{source_dir}/ws_generated"

CLIENT_FOLDERS = "client-folders"
"""The folder of the cache that remembers where this machine has made clients."""


class OwnCommand(NamedTuple):
    """A quality step that the settings define: its name, its command line without paths, and how it is read.

    A command that `fixes` rewrites the files; the output of any other is read as one of READINGS.
    """

    name: str
    command: tuple[str, ...]
    fixes: bool = False
    reads: str = "text"


LANGUAGES: Mapping[str, str] = {"typescript": "TypeScript"}
"""The languages of clients by the names of their settings, as people write them."""


class ClientSettings(NamedTuple):
    """A typed client that is rendered with the other files: its language and its folder.

    `runtime` is the npm package with the runtime, None if the client has the runtime too. With `open_enums`,
    enumerations take other values. With `react` there are hooks of React, with `mock` a mock for tests, with
    `zod` schemas of zod. `package` is the name under which the client can be published. `project` is the one
    whose settings these are, None if they are only those of a command line.
    """

    language: str
    output: Path
    runtime: str | None = None
    open_enums: bool = False
    react: bool = False
    mock: bool = False
    zod: bool = False
    package: str | None = None
    project: Path | None = None

    @property
    def options(self) -> dict[str, Any]:
        """Return what its files depend on besides the document."""
        places = ("language", "output", "project")
        return {name: value for name, value in self._asdict().items() if name not in places}


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one project; all paths are absolute and below `root`.

    `file` is where the settings were read from, None if there are none; `template` is the project's
    generic class, `templates` its folder of Jinja2 templates; `sources` are the folders that modules
    are importable from; `steps` are the quality steps, which the settings name if they are `steps_named`;
    `commands` are those that the settings define; `timeout` is in seconds, for each run of a tool.
    `environment` is what tools and imports look at; `warnings` are about what was passed over to find it.
    `clients` are made of all modules.
    """

    root: Path
    file: Path | None = None
    paths: tuple[Path, ...] = ()
    output: str = OUTPUT
    template: Path | None = None
    templates: Path | None = None
    models: str | None = None
    sources: tuple[Path, ...] = ()
    steps: tuple[str, ...] = FOUNDING_STEPS
    steps_named: bool = False
    commands: Mapping[str, OwnCommand] = field(default_factory=lambda: MappingProxyType({}))
    timeout: float = 600.0
    environment: Environment = field(default_factory=running_environment)
    warnings: tuple[Diagnostic, ...] = ()
    asyncapi: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    clients: tuple[ClientSettings, ...] = ()

    @property
    def security_schemes(self) -> Mapping[str, object]:
        """Return the security schemes that sources may name, as AsyncAPI has them."""
        schemes = self.asyncapi.get("securitySchemes")
        return schemes if isinstance(schemes, dict) else {}

    def relative(self, path: Path) -> str:
        """Return `path`, which is in the project, relative to `root` and with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def has_package(self, name: str) -> bool:
        """Return whether the top-level package or module `name` is one of the project."""
        return any(
            (folder / name).is_dir() or (folder / f"{name}.py").is_file() for folder in self.sources
        )

    @property
    def cache(self) -> Path:
        """Return the folder of what is only worth keeping on this machine."""
        return self.root / ".wsgen_cache"


def default_sources(root: Path) -> tuple[Path, ...]:
    """Return the folders that modules are importable from where the settings name none."""
    source = root / "src"
    return (source, root) if source.is_dir() else (root,)
