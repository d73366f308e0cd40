"""`--all-projects`: what golden cases do not show."""

import subprocess

import pytest
from tests.conftest import DATAFEED, Project

QUIET = "[quality]\nsteps = []\n"


def test_the_diff_of_all_projects_is_one_patch_of_the_outermost(project: Project) -> None:
    project.write("services/a/wsgen.toml", QUIET)
    project.write("services/a/orders/ws.yaml", DATAFEED)
    before = project.wsgen("diff", "--all-projects", "--module", "orders")
    assert before.code == 1
    applied = ["git", "apply", "--unsafe-paths", "-"]
    subprocess.run(applied, input=before.stdout, text=True, check=True)
    assert (project.root / "services/a/orders/ws_generated/barwsrouter.py").exists()
    assert project.wsgen("diff", "--all-projects", "--module", "orders").stdout.count("+++ ") <= 1


def test_a_project_whose_tool_is_missing_stops_no_other(project: Project) -> None:
    project.write("pyproject.toml", '[tool.wsgen]\npaths = ["specs"]\nquality.steps = []\n')
    project.write("services/a/wsgen.toml", 'quality.steps = ["flake8"]\nquality.timeout = 0\n')
    project.write("services/a/orders/ws.yaml", DATAFEED)
    outcome = project.wsgen("render", "--all-projects")
    assert outcome.code == 2
    assert "WSG902" in outcome.stderr
    assert "datafeed  written" in outcome.stdout


def test_projects_are_searched_around_no_project_up_to_a_limit(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / "pyproject.toml").unlink()
    monkeypatch.setattr("wsgen.discovery.nested.FOLDERS", 2)
    outcome = project.wsgen("check", "--all-projects")
    assert outcome.code == 2
    assert "has more than 2 folders" in outcome.stderr
