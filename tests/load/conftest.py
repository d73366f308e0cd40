"""A module in a temporary folder, loaded from the texts that a test gives."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from wsgen.load import Loaded, load_module
from wsgen.settings.config import Config
from wsgen.source import ModuleSource


class Load(Protocol):
    """Write `ws.yaml` and `ws.py` into the folder `at` below the only root, and load them."""

    def __call__(
        self,
        yaml: str | bytes | None = None,
        py: str | bytes | None = None,
        *,
        at: str = "pkg/datafeed",
        name: str = "datafeed",
        version: str | None = None,
        models: str | None = None,
        packages: bool = True,
        file: str = "ws.py",
    ) -> Loaded: ...


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(
        yaml: str | bytes | None = None,
        py: str | bytes | None = None,
        *,
        at: str = "pkg/datafeed",
        name: str = "datafeed",
        version: str | None = None,
        models: str | None = None,
        packages: bool = True,
        file: str = "ws.py",
    ) -> Loaded:
        folder = tmp_path / at
        folder.mkdir(parents=True, exist_ok=True)
        if packages:
            for parent in (folder, *folder.parents):
                if parent == tmp_path:
                    break
                (parent / "__init__.py").touch()
        files = []
        for text, filename in ((yaml, "ws.yaml"), (py, file)):
            if text is not None:
                files.append(folder / filename)
                files[-1].write_bytes(text.encode() if isinstance(text, str) else text)
        source = ModuleSource(name, version, folder, tuple(files), folder / "ws_generated")
        return load_module(source, Config(root=tmp_path, models=models, sources=(tmp_path,)))

    return load


@pytest.fixture
def findings() -> Callable[[Loaded], list[str]]:
    """Return what a result found, as `line:column code` each."""

    def findings(loaded: Loaded) -> list[str]:
        found = []
        for diagnostic in loaded.diagnostics:
            assert diagnostic.span is not None
            found.append(f"{diagnostic.span.line}:{diagnostic.span.column} {diagnostic.code}")
        return found

    return findings
