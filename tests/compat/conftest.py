"""A project laid out as the founding system's, in a folder of its own, importable while a test runs."""

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ModelsCache

FOUNDING = Path(__file__).parents[1] / "golden" / "founding"


@pytest.fixture
def backend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models_cache: ModelsCache
) -> Iterator[Path]:
    """Return the founding project's folder, which is the working directory; nothing is generated yet."""
    root = tmp_path / "backend"
    shutil.copytree(FOUNDING / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pyproject.toml").write_text(
        "[tool.isort]\nprofile = 'black'\n[tool.ruff.lint]\nselect = ['E4', 'E7', 'E9', 'F']\n"
    )
    (root / ".flake8").write_text("[flake8]\nmax-line-length = 88\n")
    models_cache.lend(root)
    monkeypatch.chdir(root)
    monkeypatch.syspath_prepend(root / "src")
    before = {name: sys.modules.pop(name) for name in _loaded()}
    importlib.invalidate_caches()
    yield root
    for name in _loaded():
        del sys.modules[name]
    sys.modules.update(before)


@pytest.fixture
def modules(backend: Path) -> Path:
    """Return the folder that holds the founding project's modules."""
    return backend / "src" / "trading_api" / "modules"


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "trading_api"]
