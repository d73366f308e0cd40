"""A fresh clone of the example app, importable while a test runs."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .clones import clone_into


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of a clone that has no quality steps; it is the working directory."""
    root = clone_into(tmp_path / "clone", quality=False)
    monkeypatch.chdir(root)
    monkeypatch.syspath_prepend(root / "src")
    before = {name: sys.modules.pop(name) for name in _loaded()}
    importlib.invalidate_caches()
    yield root
    for name in _loaded():
        del sys.modules[name]
    sys.modules.update(before)


@pytest.fixture
def modules(clone: Path) -> Path:
    """Return the folder that holds the clone's modules."""
    return clone / "src" / "trading_api" / "modules"


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "trading_api"]
