"""Models are imported by the project's interpreter, and one that cannot is said to be what is wrong."""

import sys
from pathlib import Path

import pytest
from tests.conftest import Project
from tests.environments import PYTHON, make_environment, site_packages

from wsgen.asyncapi.export import start_worker

MODELS = """
import only_there
from pydantic import BaseModel


class BarsRequest(BaseModel):
    symbol: str


class Bar(BaseModel):
    close: float
"""
NEXT = "set `python` in [tool.wsgen] to another interpreter."


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Environments: one of the project, and one without any packages."""
    folder = tmp_path_factory.mktemp("made")
    packages = make_environment(folder / "own", ["pydantic"])
    (packages / "only_there.py").touch()
    make_environment(folder / "bare")
    (folder / "garbage").write_bytes(b"\x7fELF and so on")
    (folder / "garbage").chmod(0o755)
    return folder


@pytest.fixture
def exporting(project: Project) -> Project:
    source = "version: 1\nmodels: market_models\nrouters:\n  BarWsRouter: {request: BarsRequest, data: Bar}\n"
    project.write("specs/market/ws.yaml", source)
    project.write("src/market_models.py", MODELS)
    return project


def test_models_are_imported_where_the_project_runs(exporting: Project, made: Path) -> None:
    exporting.write("pyproject.toml", f"[tool.wsgen]\npython = '{made / 'own'}'\n")
    exported = exporting.wsgen("asyncapi", "export", "specs/market")
    assert exported.code == 0, exported.stderr
    assert "close" in exported.stdout


def test_plugins_of_pydantic_are_left_alone(exporting: Project, tmp_path: Path) -> None:
    packages = make_environment(tmp_path / "observed", ["pydantic"])
    (packages / "only_there.py").touch()
    (packages / "observer.py").write_text("raise SystemExit('observed')\n")
    metadata = packages / "observer-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: observer\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[pydantic]\nobserver = observer:plugin\n")
    exporting.write("pyproject.toml", f"[tool.wsgen]\npython = '{tmp_path / 'observed'}'\n")
    exported = exporting.wsgen("asyncapi", "export", "specs/market")
    assert exported.code == 0, exported.stderr


@pytest.mark.parametrize(
    ("name", "message", "install"),
    [
        ("bare", "has no pydantic", "Install `pydantic` there, or "),
        ("garbage", "cannot be started: Exec format error", ""),
    ],
)
def test_an_interpreter_that_cannot_import_models_is_named(
    exporting: Project, made: Path, name: str, message: str, install: str
) -> None:
    exporting.write("pyproject.toml", f"[tool.wsgen]\npython = '{made / name}'\n")
    exported = exporting.wsgen("asyncapi", "export", "specs/market")
    assert (exported.code, exported.stdout) == (2, "")
    place = made / "bare" / PYTHON if name == "bare" else made / name
    assert f"error[WSG666]: the interpreter {place} {message} (`python` in pyproject.toml)" in (
        exported.stderr
    )
    assert f"{install}{NEXT if install else NEXT.capitalize()}" in exported.stderr


def test_an_older_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    text = "is Python 3.10, and 3.11 or later is needed"
    assert start_worker._why_unusable("") == {"text": text}


def test_an_older_pydantic_is_named(exporting: Project, tmp_path: Path) -> None:
    make_environment(tmp_path / "old")
    (site_packages(tmp_path / "old") / "pydantic.py").write_text("VERSION = '1.10.2'\n")
    exporting.write("pyproject.toml", f"[tool.wsgen]\npython = '{tmp_path / 'old'}'\n")
    exported = exporting.wsgen("asyncapi", "export", "specs/market")
    assert exported.code == 2
    assert "has pydantic 1.10.2, and 2.5 or later is needed" in exported.stderr
    assert "Install `pydantic>=2.5` there, or " in exported.stderr


def test_a_broken_environment_of_the_project_is_said(exporting: Project, made: Path) -> None:
    (exporting.root / ".venv").mkdir()
    exporting.write("src/only_there.py", "")
    exported = exporting.wsgen("asyncapi", "export", "specs/market")
    assert exported.code == 0, exported.stderr
    assert "warning[WSG905]: the environment .venv is not used" in exported.stderr
