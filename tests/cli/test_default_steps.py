"""Projects that configure tools, and not wsgen: `render` and `check` succeed at once, with these tools."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, ModelsCache, Project

from wsgen.environment import Environment
from wsgen.installed import FoundTool, find_tools

pytestmark = pytest.mark.slow

WSGEN = '[tool.wsgen]\npaths = ["specs"]\n'

RUFF_ONLY = {
    "pyproject.toml": f"""{WSGEN}
[tool.ruff]
line-length = 120
[tool.ruff.lint]
select = ["A", "ANN2", "ARG", "B", "C4", "D", "E", "F", "I", "N", "PL", "PT", "RUF", "S", "SIM", "UP", "W"]
ignore = ["D203", "D213"]
[tool.ruff.format]
quote-style = "single"
"""
}
RUFF_AND_PYRIGHT = {
    "pyproject.toml": f"{WSGEN}[dependency-groups]\ndev = ['ruff', 'pyright']\n",
    "ruff.toml": "line-length = 79\n[lint]\nselect = ['E', 'F', 'I', 'W', 'Q']\n",
    "pyrightconfig.json": '{"typeCheckingMode": "strict", "include": ["src"]}',
}
FOUR_TOOLS = {
    "pyproject.toml": f"""{WSGEN}
[tool.black]
line-length = 79
[tool.isort]
profile = "black"
line_length = 79
[tool.mypy]
strict = true
mypy_path = "src"
""",
    ".flake8": "[flake8]\nextend-ignore = E203\n",
}
BY_HOOKS = {
    "pyproject.toml": f"{WSGEN}[tool.black]\nline-length = 120\nskip-string-normalization = true\n",
    ".pre-commit-config.yaml": "- hooks:\n  - id: black\n  - id: isort\n  - id: flake8\n",
}
NOTHING = {"pyproject.toml": WSGEN}


def without_type_checkers(
    tools: Iterable[str], environment: Environment, *, root: Path
) -> Mapping[str, FoundTool | None]:
    """Find what is installed, but for the tools that take long and are tested in other projects."""
    slow = {"mypy", "pyright", "basedpyright"}
    found = find_tools(tools, environment, root=root)
    return {tool: None if tool in slow else place for tool, place in found.items()}


@pytest.mark.parametrize(
    ("files", "steps"),
    [
        (RUFF_ONLY, ["ruff-format", "ruff-fix", "ruff-check"]),
        (RUFF_AND_PYRIGHT, ["ruff-format", "ruff-fix", "ruff-check", "pyright"]),
        (FOUR_TOOLS, ["black", "flake8", "mypy", "isort"]),
        (BY_HOOKS, ["black", "flake8", "isort"]),
        (NOTHING, ["black", "ruff-fix", "flake8", "ruff-check", "isort"]),
    ],
    ids=["ruff only", "ruff and pyright", "four tools", "by hooks", "nothing"],
)
def test_a_project_that_names_no_steps_passes_at_once(
    files: Mapping[str, str],
    steps: list[str],
    project: Project,
    models_cache: ModelsCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wsgen.settings.choice.find_tools", without_type_checkers)
    for name, text in files.items():
        project.write(name, text)
    if "mypy" in steps:
        models_cache.lend(project.root, "strict")
    rendered = project.wsgen("render", "-v")
    assert rendered.code == 0, rendered.stderr
    assert rendered.stderr == ""
    shown = [line.split()[1] for line in rendered.stdout.splitlines() if line[:2] == "+ "]
    assert shown[: len(steps)] == steps
    assert project.wsgen("check").code == 0
    project.write("specs/datafeed/ws.yaml", DATAFEED.replace("data: Bar", "data: Barr"))
    assert project.wsgen("check").code == 1


def test_without_any_tool_it_is_said_that_no_step_ran(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("pyproject.toml", WSGEN)
    monkeypatch.setattr(
        "wsgen.settings.choice.find_tools",
        lambda tools, environment, root: dict.fromkeys(tools),
    )
    rendered = project.wsgen("render")
    assert (rendered.code, rendered.stderr) == (0, "")
    assert "No quality step ran: " in rendered.stdout
    checked = project.wsgen("check")
    assert checked.code == 0
    assert "No quality step ran: " not in checked.stdout


def test_a_package_that_has_passed_more_steps_than_these_is_current(project: Project) -> None:
    """As where an app has rendered it with the steps of the founding code, which may be more."""
    settings = f"{WSGEN}[tool.wsgen.quality]\nsteps = "
    project.write("pyproject.toml", f"{settings}['ruff-format', 'ruff-fix']\n")
    assert project.wsgen("render").code == 0
    before = project.snapshot()
    for steps, code in (("['ruff-format']", 0), ("['ruff-format', 'ruff-check']", 1), ("[]", 0)):
        project.write("pyproject.toml", f"{settings}{steps}\n")
        assert project.wsgen("check").code == code
    project.write("pyproject.toml", f"{settings}['ruff-format']\n")
    assert project.wsgen("render").code == 0
    assert {**project.snapshot(), "pyproject.toml": 0} == {**before, "pyproject.toml": 0}
