"""Temporary projects of any number of modules, and the edits that are measured in them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = """\
[tool.wsgen]
paths = ["specs"]
sources = ["src"]

[tool.wsgen.quality]
steps = ["black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "mypy", "isort"]

[tool.wsgen.asyncapi.securitySchemes.token]
type = "http"
scheme = "bearer"

[tool.black]
line-length = 100

[tool.ruff]
line-length = 100

[tool.isort]
profile = "black"
line_length = 100

[tool.mypy]
mypy_path = "src"
explicit_package_bases = true
"""
SOURCE = """\
version: 1
description: Benchmark module {number}.
models: trading_api.models
routers:
  BarWsRouter: {{route: bars, request: BarsSubscriptionRequest, data: Bar, summary: OHLC bars.}}
  QuoteWsRouter: {{route: quotes, request: QuotesSubscriptionRequest, data: Quote, tags: [a, b]}}
  OrderWsRouter: {{route: orders, request: OrdersSubscriptionRequest, data: "list[Order]"}}
  PositionWsRouter: {{route: positions, request: PositionsSubscriptionRequest, data: Position}}
  EquityWsRouter: {{route: equity, request: EquitySubscriptionRequest, data: Equity}}
"""
MODELS = "src/trading_api/models.py"


@contextmanager
def project(modules: int) -> Iterator[Path]:
    """Yield the root of a project with `modules` modules of five routers each."""
    with _empty_project() as root:
        for number in range(modules):
            folder = root / f"specs/module{number:04}"
            folder.mkdir(parents=True)
            (folder / "ws.yaml").write_text(SOURCE.format(number=number))
        yield root


@contextmanager
def own_project() -> Iterator[Path]:
    """Yield the root of a project with the two modules of this repository."""
    with _empty_project() as root:
        for module in ("broker", "datafeed"):
            folder = root / "specs" / module
            folder.mkdir(parents=True)
            shutil.copy(ROOT / "specs" / module / "ws.yaml", folder)
        yield root


@contextmanager
def legacy_project() -> Iterator[Path]:
    """Yield the root of a copy of the example, whose modules are in the legacy layout."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "trading_api"
        left_out = shutil.ignore_patterns(".*_cache", "__pycache__")
        shutil.copytree(ROOT / "examples/trading_api", root, ignore=left_out)
        yield root


@contextmanager
def _empty_project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "pyproject.toml").write_text(SETTINGS)
        shutil.copytree(ROOT / "examples/trading_api/src/trading_api", root / "src/trading_api")
        yield root


def outputs_of(root: Path) -> list[str]:
    """Return the generated packages of the project at `root`, sorted."""
    return sorted(str(path) for path in root.glob("specs/*/ws_generated"))


def edit_first_source(root: Path, number: int) -> None:
    """Change the description of the first module; each `number` gives another text."""
    source = root / "specs/module0000/ws.yaml"
    lines = source.read_text().splitlines(keepends=True)
    lines[1] = f"description: Benchmark module 0, edited {number} times.\n"
    source.write_text("".join(lines))


def edit_models(root: Path, number: int) -> None:
    """Add a comment to the models that all modules import."""
    with (root / MODELS).open("a") as models:
        models.write(f"# Edited {number} times.\n")


def forget_packages(root: Path) -> None:
    """Remove what was generated and what wsgen knows about it, but not the caches of the tools."""
    for output in outputs_of(root):
        shutil.rmtree(output)
    for entry in root.glob(".wsgen_cache/*"):
        if not entry.name.startswith("mypy"):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def forget_caches(root: Path) -> None:
    """Remove all caches of the project, those of the tools as well."""
    for cache in (".wsgen_cache", ".mypy_cache", ".ruff_cache", ".black_cache"):
        shutil.rmtree(root / cache, ignore_errors=True)
