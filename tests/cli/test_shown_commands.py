"""The command that is printed for a failed step, pasted into a shell."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import MODELS, Outcome, Project

SETTINGS = """\
paths = ["my specs"]
sources = ["lib", "src"]
templates = "t"
quality.steps = ["{step}"]
"""
SOURCE = (
    "version: 1\nmodels: app.models\nrouters: {BarWsRouter: {request: BarRequest, data: Bar}}\n"
)


@pytest.fixture
def spaced(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in a folder with a space in its name, whose template makes code that linters refuse."""
    root = project.root / "the project's"
    moved = Project(root, project._capture)
    moved.write("wsgen.toml", SETTINGS.format(step="ruff-check"))
    moved.write("my specs/feed/ws.yaml", SOURCE)
    moved.write("src/app/__init__.py", "")
    moved.write("src/app/models.py", MODELS)
    moved.write("src/app/plain.py", "class Bar: ...\n")
    moved.write("t/router.py.jinja", "class {{ class_name }}: ...\n\n\nbar = nothing\n")
    (root / "lib").mkdir()
    monkeypatch.chdir(root)
    return moved


def command_in(outcome: Outcome) -> str:
    found = re.search(r"^    \$ (.*)$", outcome.stderr, re.MULTILINE)
    assert found, outcome.stderr
    return found[1]


def pasted(command: str, folder: Path) -> str:
    """Return what the command prints in a shell."""
    shell = ["sh", "-c", command]
    ended = subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    return ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the shell is another one")
def test_it_repeats_the_failure_where_the_user_is(
    spaced: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.chdir(spaced.root / "src")
    command = command_in(spaced.wsgen("render"))
    assert command.startswith("(cd .. && ")
    assert "render --no-quality --module feed && " in command
    assert "F821" in pasted(command, spaced.root / "src")
    assert "bar = nothing" in spaced.read("my specs/feed/ws_generated/barwsrouter.py")

    again = command_in(spaced.wsgen("check"))
    assert "--no-quality" not in again
    assert "'my specs/feed/ws_generated'" in again
    assert "F821" in pasted(again, spaced.root / "src")


@pytest.mark.skipif(sys.platform == "win32", reason="the shell is another one")
def test_it_can_be_run_where_the_command_was_started(
    spaced: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(spaced.root.parent)
    command = command_in(spaced.wsgen("-C", spaced.root.name, "render"))
    assert "F821" in pasted(command, spaced.root.parent)


@pytest.mark.skipif(sys.platform == "win32", reason="the shell is another one")
def test_a_type_checker_gets_the_folders_that_it_got(spaced: Project) -> None:
    spaced.write("wsgen.toml", SETTINGS.format(step="mypy"))
    spaced.write("t/router.py.jinja", "import app.plain\n\nbar: int = app.plain.Bar()\n")
    command = command_in(spaced.wsgen("render"))
    assert "MYPYPATH=lib:src " in command
    said = pasted(command, spaced.root)
    assert "Incompatible types" in said
    assert "import-not-found" not in said


def test_programs_on_the_path_go_by_their_names(
    spaced: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(sys.executable).parent
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), os.defpath]))
    command = command_in(spaced.wsgen("render"))
    assert str(folder) not in command
    assert command.startswith("wsgen render --no-quality --module feed && ruff check ")
