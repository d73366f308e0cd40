"""A tiny project with staged modules, and one mypy cache for all tests that need mypy."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from wsgen.diagnostics import Span
from wsgen.environment import Environment, running_environment
from wsgen.quality.mirror import StagedModule
from wsgen.quality.run import QualityResult, run_steps
from wsgen.settings.config import Config, OwnCommand

STEPS = ("black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "mypy", "isort")

MODELS = '''"""Models that need no library, so that mypy has little to read."""


class Bar:
    """A bar."""


class BarsRequest:
    """A subscription to bars."""
'''

_STRICTER = re.compile(r"^(strict|warn_unreachable|disallow_any_explicit) = true$", re.MULTILINE)

SETTINGS = {
    "pyproject.toml": """
[tool.black]
line-length = 100
[tool.ruff]
line-length = 100
[tool.isort]
profile = "black"
line_length = 100
[tool.mypy]
strict = true
""",
    ".flake8": "[flake8]\nmax-line-length = 100\n",
}

INIT = '''"""Routers."""

from .barwsrouter import BarWsRouter

__all__ = ["BarWsRouter"]
'''

ROUTER = '''"""BarWsRouter: route "bars"."""

from collections.abc import Sequence

from app.models import Bar, BarsRequest


class BarWsRouter:
    """OHLC bars."""

    def __init__(self, *, route: str = "bars", tags: Sequence[str] = ("charts",)) -> None:
        """Serve `route`."""
        self.route = route
        self.tags = tags

    def publish(self, request: BarsRequest, data: Bar) -> None:
        """Send `data` to all who subscribed to `request`."""
'''

SOURCE = """version: 1
models: app.models
routers:
  BarWsRouter:
    route: bars
    request: BarsRequest
    data: Bar
"""


@dataclass(frozen=True, kw_only=True)
class _Config(Config):
    """Settings of a project whose cache is elsewhere."""

    kept: Path

    @property
    def cache(self) -> Path:
        return self.kept


@dataclass(frozen=True)
class Project:
    """A project below a temporary directory; `cache` is shared by all tests."""

    root: Path
    cache: Path

    def kept(self) -> Path:
        """Return the folder of what mypy knows under the options in the settings; it forgets the rest."""
        files = [file for file in self.root.iterdir() if file.suffix in (".cfg", ".ini", ".toml")]
        options = {name for file in files for name in _STRICTER.findall(file.read_text("utf-8"))}
        return self.cache / ("-".join(sorted(options)) or "lax")

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def module(
        self,
        name: str = "datafeed",
        *,
        router: str = ROUTER,
        init: str = INIT,
        source: str = SOURCE,
        place: str = "specs",
    ) -> StagedModule:
        """Write a module's `ws.yaml` and return the module with its files staged."""
        directory = self.root / place / name
        path = directory / "ws.yaml"
        self.write({f"{place}/{name}/ws.yaml": source})
        positions = {"BarWsRouter": Span(path, 4, 3, 4, 14)}
        for number, line in enumerate(source.splitlines(), start=1):
            key, _, value = line.strip().partition(": ")
            if key in ("request", "data"):
                start = line.index(value) + 1
                positions[f"BarWsRouter.{key}"] = Span(
                    path, number, start, number, start + len(value)
                )
        return StagedModule(
            name=name,
            output=directory / "ws_generated",
            files={"__init__.py": init, "barwsrouter.py": router},
            steps=STEPS,
            positions=positions,
            routers={"barwsrouter.py": "BarWsRouter"},
        )

    def run(
        self,
        *modules: StagedModule,
        steps: tuple[str, ...] = STEPS,
        timeout: float = 60.0,
        sources: tuple[str, ...] = ("src",),
        commands: tuple[OwnCommand, ...] = (),
        environment: Environment | None = None,
    ) -> QualityResult:
        config = _Config(
            root=self.root,
            steps=steps,
            sources=tuple(self.root / source for source in sources),
            timeout=timeout,
            commands={command.name: command for command in commands},
            kept=self.kept(),
            environment=environment or running_environment(),
        )
        return run_steps([replace(module, steps=steps) for module in modules], config, jobs=2)


@pytest.fixture
def project(tmp_path: Path, mypy_cache: Path) -> Project:
    """A project with settings, a package `app` in `src`, and nothing generated."""
    made = Project(tmp_path / "project", mypy_cache)
    made.write(SETTINGS)
    made.write({"src/app/__init__.py": "", "src/app/py.typed": "", "src/app/models.py": MODELS})
    return made


Tool = Callable[[str, str], Path]


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Return a function that installs a fake tool beside the interpreter: its name and Python code.

    The interpreter itself seems to be in a directory where nothing else is.
    """
    import sys

    real = sys.executable
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setattr(sys, "executable", str(directory / "python"))

    def install(name: str, code: str) -> Path:
        path = directory / name
        path.write_text(f"#!{real} -IS\nimport os, sys, time\n{code}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return install
