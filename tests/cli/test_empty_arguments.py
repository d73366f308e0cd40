"""Empty arguments, as of variables of the shell that are not set: none counts as the working directory."""

import pytest
from tests.conftest import Project

from wsgen.cli.unchanged import begin_plain


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["render", ""], "An argument is empty."),
        (["check", "--", ""], "An argument is empty."),
        (["render", "specs", ""], "An argument is empty."),
        (["-C", "", "render"], "Option '-C' has an empty value."),
        (["render", "-m", ""], "Option '-m' has an empty value."),
        (["client", "typescript", "-o", ""], "Option '-o' has an empty value."),
        (["client", "typescript", "--from=", "-o", "x"], "Option '--from' has an empty value."),
        (["asyncapi", "export", "--output", ""], "Option '--output' has an empty value."),
        (["asyncapi", "html", "-o", ""], "Option '-o' has an empty value."),
        (["asyncapi", "validate", ""], "An argument is empty."),
        (["init", "market", "--path", ""], "Option '--path' has an empty value."),
        (["client", "typescript", "--package", ""], "Option '--package' has an empty value."),
        (["init", ""], "An argument is empty."),
        (["explain", ""], "An argument is empty."),
    ],
)
def test_they_are_mistakes_of_usage(arguments: list[str], said: str, project: Project) -> None:
    before = sorted(project.root.rglob("*"))
    outcome = project.wsgen(*arguments)
    assert outcome.code == 2
    assert f"Error: {said}" in outcome.stderr
    assert sorted(project.root.rglob("*")) == before


def test_they_are_not_taken_for_the_project_before_they_are_read(project: Project) -> None:
    assert begin_plain(["render", ""]) is None


@pytest.mark.parametrize(
    "setting",
    [
        'output = ""',
        'paths = [""]',
        'sources = [""]',
        'template = ""',
        'templates = ""',
        'models = ""',
        'python = ""',
        'clients.typescript.path = ""',
        'clients.typescript = {path = "web", package = ""}',
        'quality.steps = [""]',
        'quality.commands.own.command = ""',
        'quality.commands.own.command = [""]',
    ],
)
def test_settings_are_not_empty_either(setting: str, project: Project) -> None:
    project.write("pyproject.toml", "")
    project.write("wsgen.toml", f"{setting}\n")
    outcome = project.wsgen("check")
    assert outcome.code == 2
    assert "wsgen.toml:1:" in outcome.stderr
    assert "error[WSG902]" in outcome.stderr
