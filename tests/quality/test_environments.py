"""Tools of a project whose environment is not the one that wsgen runs in."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.environments import PYTHON, SCRIPTS, make_environment

from wsgen.environment import Environment, environment_at, running_environment
from wsgen.errors import ToolError
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.installed import find_tools, fingerprint, version_numbers, version_of
from wsgen.quality.run import commands_of
from wsgen.quality.tools import tool_of
from wsgen.settings.config import Config

from .conftest import ROUTER, Project


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with a command, a tool as a module, and a typed package."""
    folder = tmp_path_factory.mktemp("made") / "own"
    packages = make_environment(folder, ["black-23.1.0", "isort-5.12.0"])
    (folder / SCRIPTS / "black").write_text("")
    (folder / SCRIPTS / "black").chmod(0o755)
    (packages / "only_there").mkdir()
    (packages / "only_there" / "py.typed").touch()
    (packages / "only_there" / "__init__.py").write_text("LIMIT: int = 1\n")
    return folder


@pytest.fixture(scope="module")
def own(made: Path) -> Environment:
    found = environment_at(os.fspath(made), "why")
    assert found is not None
    return found


def test_tools_of_the_project_come_first_then_those_of_wsgen_then_path(
    own: Environment, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").touch(0o755)
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    names = ("black", "isort", "flake8", "elsewhere", "missing")
    found = find_tools(names, own, root=tmp_path)
    assert found["black"] == ((str(made / SCRIPTS / "black"),), "23.1.0", own)
    assert found["isort"] == ((str(made / PYTHON), "-P", "-m", "isort"), "5.12.0", own)
    assert found["flake8"] is not None
    assert found["flake8"].environment == running_environment()
    assert found["flake8"].version == version_of("flake8", running_environment())
    assert found["elsewhere"] == ((str(tmp_path / "elsewhere"),), "", None)
    assert found["missing"] is None
    assert version_numbers("black", own) == (23, 1, 0)


def test_a_tool_is_no_module_of_a_python_that_is_too_old_to_start_it_safely(
    own: Environment,
) -> None:
    old = own._replace(version="3.10")
    found = find_tools(["black", "isort"], old, root=Path("/"))
    assert found["black"] is not None
    assert found["black"].environment == old
    assert found["isort"] is not None
    assert found["isort"].environment == running_environment()


def test_what_a_tool_finds_depends_on_the_environment_if_it_reads_imports(
    own: Environment, tmp_path: Path
) -> None:
    config = Config(root=tmp_path, steps=("mypy", "flake8"))
    theirs = replace(config, environment=own)
    output = tmp_path / "ws_generated"

    def seen(config: Config, step: str) -> str:
        return Fingerprints(config).of_tool(tool_of(step), output)

    assert seen(config, "flake8") == seen(theirs, "flake8")
    assert seen(config, "mypy") != seen(theirs, "mypy")
    assert own.python in fingerprint("mypy", (), own, imports=True)


def test_another_installed_package_is_noticed(tmp_path: Path) -> None:
    packages = make_environment(tmp_path / "venv")
    own = environment_at(os.fspath(tmp_path / "venv"), "")
    assert own is not None
    before = fingerprint("mypy", (), own, imports=True)
    (packages / "only_there-1.0.dist-info").mkdir()
    assert fingerprint("mypy", (), own, imports=True) != before


@pytest.mark.parametrize("named", [False, True])
def test_mypy_asks_the_interpreter_of_the_project_for_packages(
    project: Project, own: Environment, named: bool
) -> None:
    ours = f"python_executable = '{sys.executable}'\n" if named else ""
    project.write({"pyproject.toml": f"[tool.mypy]\nstrict = true\n{ours}"})
    uses = ROUTER.replace("from app.models", "from only_there import LIMIT\n\nfrom app.models")
    module = project.module(router=uses.replace("self.route = route", "self.route = route * LIMIT"))
    found = project.run(module, steps=("mypy",), environment=own).diagnostics
    missing = 'Cannot find implementation or library stub for module named "only_there"'
    assert any(missing in item.message for item in found) is named, found


def test_pyright_is_given_the_interpreter_of_the_project(
    project: Project, own: Environment
) -> None:
    bench: Any = SimpleNamespace(root=project.root, environment=own, roots_beside=lambda _: ())
    assert tool_of("pyright").options(None, bench) == ("--pythonpath", own.python)


def test_a_missing_tool_is_to_be_installed_in_the_environment_of_the_project(
    own: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    config = Config(root=tmp_path, steps=("basedpyright",), environment=own)
    with pytest.raises(ToolError) as caught:
        commands_of(config)
    (found,) = caught.value.diagnostics
    assert f"Install it with `pip install basedpyright` in {own.prefix}" in (found.help or "")
