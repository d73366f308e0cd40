"""The action runs wsgen where it is told, annotates files of the repository, and takes no input for a command."""

import re
from pathlib import Path

import pytest

from tests.conftest import DATAFEED, Project
from tests.distribution.action_steps import ACTION, Job, beside_python, path_with, run_action


@pytest.fixture
def repository(project: Project) -> Path:
    """A repository whose project is in `packages/alpha`."""
    inner = project.root / "packages/alpha"
    inner.mkdir(parents=True)
    for name in ("pyproject.toml", "specs", "src"):
        (project.root / name).rename(inner / name)
    (project.root / ".git").mkdir()
    return project.root


def run(repository: Path, tmp_path_factory: pytest.TempPathFactory, **inputs: str) -> Job:
    runner = tmp_path_factory.mktemp("runner")
    return run_action(repository, runner, path_with(beside_python()), **inputs)


@pytest.mark.parametrize(
    "inputs",
    [
        {"working_directory": "packages/alpha"},
        {"args": "--all-projects"},
        {"paths": "packages/alpha", "args": " --module  datafeed\n--no-quality "},
    ],
)
def test_annotations_and_the_summary_name_files_of_the_repository(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, inputs: dict[str, str]
) -> None:
    source = repository / "packages/alpha/specs/datafeed/ws.yaml"
    source.write_text(DATAFEED.replace("data: Bar", "date: Bar"), "utf-8")
    job = run(repository, tmp_path_factory, **inputs)
    assert job.code == 1
    place = "packages/alpha/specs/datafeed/ws.yaml"
    assert f"::error title=wsgen WSG111,file={place},line=7,col=5," in job.stdout
    assert job.summary.startswith("### wsgen: ")
    assert f"<td><code>{place}:7:5</code></td><td>WSG111</td>" in job.summary
    assert "Did you mean <code>data</code>?" in job.summary


def test_a_project_in_order_passes(
    project: Project, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert project.wsgen("render", "packages/alpha").code == 0
    job = run(repository, tmp_path_factory, working_directory="packages/alpha")
    assert (job.code, job.stdout, job.stderr) == (0, "", "")
    assert job.summary == "### wsgen: no problems\n\n1 module: 1 current\n"


@pytest.mark.parametrize("name", ["paths", "args"])
def test_an_input_is_never_a_command(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    hostile = "$(touch pwned)`touch pwned`; touch pwned #\n&& touch pwned\n* --version"
    job = run(repository, tmp_path_factory, **{name: hostile})
    assert job.code != 0
    assert list(repository.rglob("pwned")) == []


def test_without_wsgen_it_says_what_to_do(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    job = run_action(repository, tmp_path_factory.mktemp("runner"), path_with())
    assert job.code == 2
    assert job.stdout.startswith("::error title=wsgen::wsgen is not installed%0AInstall ")


def test_scripts_have_no_text_of_an_input_in_them() -> None:
    steps = ACTION["runs"]["steps"]
    assert all("${{" not in step.get("run", "") for step in steps)
    assert all(step.get("shell") == "bash" for step in steps if "run" in step)
    used = set(re.findall(r"inputs\.([\w-]+)", str(steps)))
    assert used == set(ACTION["inputs"])
    assert all(entry["description"] for entry in ACTION["inputs"].values())
