"""The steps of a project that names none are those of the tools that it uses, and never two that disagree."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from wsgen.environment import running_environment
from wsgen.settings.choice import choose_steps, explained_steps
from wsgen.settings.project_file import load_config

RUFF = ("ruff-fix", "ruff-check")
PRE_COMMIT = ".pre-commit-config.yaml"


def written(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root


@pytest.mark.parametrize(
    ("files", "steps"),
    [
        ({"pyproject.toml": "[tool.black]"}, ["black"]),
        ({"pyproject.toml": "[tool.ruff]"}, ["ruff-format", *RUFF]),
        ({"ruff.toml": ""}, ["ruff-format", *RUFF]),
        ({".ruff.toml": "", "pyproject.toml": "[tool.black]"}, ["black", *RUFF]),
        ({"pyproject.toml": "[tool.black]\n[tool.ruff.format]"}, ["black", *RUFF]),
        ({".flake8": ""}, ["flake8"]),
        ({"setup.cfg": "[flake8]\n[mypy]\n"}, ["flake8", "mypy"]),
        ({"setup.cfg": "[mypy-requests.*]\n[flake8:local-plugins]\n[metadata]\n"}, None),
        ({"tox.ini": "[tox]\n[flake8]\n[isort]\n"}, ["flake8", "isort"]),
        ({".isort.cfg": ""}, ["isort"]),
        ({"mypy.ini": ""}, ["mypy"]),
        ({"pyrightconfig.json": "{}"}, ["pyright"]),
        ({"pyrightconfig.json": "{}", "mypy.ini": ""}, ["mypy"]),
        ({"pyproject.toml": "[tool.pyright]\n[dependency-groups]\ndev = ['mypy']"}, ["mypy"]),
        (
            {"pyproject.toml": "[tool.pyright]\n[dependency-groups]\ndev = ['mypy', 'pyright']"},
            ["mypy", "pyright"],
        ),
        ({"pyproject.toml": "[tool.basedpyright]"}, ["basedpyright"]),
        ({PRE_COMMIT: "- id: basedpyright\n", "pyrightconfig.json": "{}"}, ["basedpyright"]),
        (
            {"pyproject.toml": "[tool.isort]\n[tool.ruff.lint]\nselect = ['E']"},
            ["ruff-format", *RUFF, "isort"],
        ),
        (
            {"pyproject.toml": "[tool.isort]\n[tool.ruff.lint]\nselect = ['I']"},
            ["ruff-format", *RUFF],
        ),
        (
            {"pyproject.toml": "[tool.isort]", "ruff.toml": "extend-select = ['I001']"},
            ["ruff-format", *RUFF],
        ),
        (
            {
                ".isort.cfg": "",
                "ruff.toml": "extend = 'base.toml'",
                "base.toml": "lint.select = ['ALL']",
            },
            ["ruff-format", *RUFF],
        ),
        (
            {PRE_COMMIT: "repos: [{hooks: [{id: ruff-format}, {id: mypy}]}]"},
            ["ruff-format", "mypy"],
        ),
        ({PRE_COMMIT: "- hooks:\n  - id: ruff\n  # - id: black\n"}, ["ruff-format", *RUFF]),
        ({PRE_COMMIT: "- id: types\n  entry: uv run ruff format --check\n"}, ["ruff-format"]),
        (
            {
                PRE_COMMIT: "- id: types\n  entry: .venv/bin/mypy src\n",
                "pyproject.toml": "[tool.black]",
            },
            ["black", "mypy"],
        ),
        ({PRE_COMMIT: "- id: ruff-format\n", "pyproject.toml": "[tool.black]"}, ["ruff-format"]),
        ({PRE_COMMIT: "- id: black\n", "pyproject.toml": "[tool.ruff.format]"}, ["black", *RUFF]),
        (
            {
                "pyproject.toml": "[dependency-groups]\ndev = ['Black>=23', {include-group = 'x'}]\nx = ['mypy']"
            },
            ["black", "mypy"],
        ),
        (
            {
                "pyproject.toml": "[project.optional-dependencies]\nlint = ['ruff ; python_version > \"3\"']"
            },
            ["ruff-format", *RUFF],
        ),
        (
            {
                "pyproject.toml": "[tool.poetry.group.dev.dependencies]\nisort = '*'\nflake8 = {version = '^6'}"
            },
            ["flake8", "isort"],
        ),
        ({"pyproject.toml": "[tool.poetry.dev-dependencies]\nmypy = '*'"}, ["mypy"]),
        ({"pyproject.toml": "[tool.pdm.dev-dependencies]\nlint = ['flake8']"}, ["flake8"]),
        ({"pyproject.toml": "[tool.uv]\ndev-dependencies = ['mypy']"}, ["mypy"]),
        ({"pyproject.toml": "[tool.hatch.envs.lint]\ndependencies = ['black']"}, ["black"]),
        (
            {
                "requirements-dev.txt": "-r requirements.txt\n# flake8\nblack==24.1.0\nmypy-extensions\n"
            },
            ["black"],
        ),
        ({"requirements/dev.txt": "mypy\n"}, ["mypy"]),
        ({"pyproject.toml": "[dependency-groups]\ndev = ['black', 'ruff']"}, ["black", *RUFF]),
        (
            {"pyproject.toml": "[dependency-groups]\ndev = ['black', 'ruff']\n[tool.ruff.format]"},
            ["ruff-format", *RUFF],
        ),
        ({"pyproject.toml": "[project]\ndependencies = ['black']"}, None),
    ],
)
def test_what_a_project_uses_is_what_runs(
    files: Mapping[str, str], steps: list[str] | None, tmp_path: Path
) -> None:
    root = written(tmp_path, files)
    found = choose_steps(root, running_environment())
    if steps is None:
        assert all("project configures no tool" in choice.reason for choice in found.chosen)
    else:
        assert list(found.steps) == steps
    assert load_config(root).steps == found.steps


def test_each_step_has_its_reason(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[tool.black]\n[tool.ruff.lint]\nextend-select = ['I']\n"
        "[dependency-groups]\ndev = ['isort', 'mypy']",
        PRE_COMMIT: "- id: flake8\n- id: types\n  entry: uv run pyright --warnings\n",
    }
    found = choose_steps(written(tmp_path, files), running_environment())
    assert dict(found.chosen) == {
        "black": "[tool.black] in pyproject.toml",
        "ruff-fix": "[tool.ruff] in pyproject.toml",
        "flake8": f"the hook `flake8` in {PRE_COMMIT}",
        "ruff-check": "[tool.ruff] in pyproject.toml",
        "mypy": "`mypy` in [dependency-groups] of pyproject.toml",
        "pyright": f"the hook `pyright` in {PRE_COMMIT}",
    }
    left_out = dict(found.left_out)
    assert left_out["ruff-format"] == "black formats the project: [tool.black] in pyproject.toml"
    assert left_out["isort"] == "ruff sorts the imports: `extend-select` in pyproject.toml"


def test_the_top_of_the_repository_configures_the_projects_in_it(tmp_path: Path) -> None:
    root = written(tmp_path / "packages/member", {"pyproject.toml": "[tool.mypy]"})
    written(tmp_path, {PRE_COMMIT: "- id: black\n", ".git/HEAD": ""})
    found = choose_steps(root, running_environment())
    assert dict(found.chosen) == {
        "black": f"the hook `black` in ../../{PRE_COMMIT}",
        "mypy": "[tool.mypy] in pyproject.toml",
    }


def test_nothing_above_a_repository_counts(tmp_path: Path) -> None:
    root = written(tmp_path / "inner", {"pyproject.toml": "[tool.mypy]", ".git/HEAD": ""})
    written(tmp_path, {"pyproject.toml": "[tool.black]"})
    assert choose_steps(root, running_environment()).steps == ("mypy",)


def test_without_any_tool_there_is_no_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "wsgen.settings.choice.find_tools", lambda tools, environment, root: dict.fromkeys(tools)
    )
    found = choose_steps(tmp_path, running_environment())
    assert found.steps == ()
    assert dict(found.left_out)["mypy"] == "mypy is not installed"


def test_one_of_the_installed_formatters_and_type_checkers_is_chosen(tmp_path: Path) -> None:
    found = choose_steps(tmp_path, running_environment())
    assert {"black", "mypy"} <= set(found.steps)
    assert {"ruff-format", "pyright", "basedpyright"}.isdisjoint(found.steps)


def test_steps_that_the_settings_name_are_explained_by_them(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[tool.black]\n[tool.wsgen.quality]\nsteps = ['mypy']"}
    config = load_config(written(tmp_path, files))
    assert explained_steps(config).chosen == (("mypy", "`steps` in pyproject.toml"),)
    assert explained_steps(config).left_out == ()


@pytest.mark.parametrize(
    "text",
    [
        "[tool.black",
        "\ufeff",
        "[a]\nb = [" * 4000,
        "\0",
        "a=" + "[" * 100_000,
        "tool = 1",
        "#" * (2 << 20),
    ],
)
@pytest.mark.parametrize(
    "name", ["pyproject.toml", "ruff.toml", "setup.cfg", PRE_COMMIT, "requirements-dev.txt"]
)
def test_broken_files_are_no_reason_to_fail(name: str, text: str, tmp_path: Path) -> None:
    written(tmp_path, {name: text, "mypy.ini": ""})
    assert "mypy" in choose_steps(tmp_path, running_environment()).steps


@pytest.mark.parametrize(
    "table",
    [
        "tool.ruff = 1",
        "tool.ruff.lint = 3",
        "tool.ruff.lint.select = {a = 1}",
        "tool.ruff.extend = 'a\\u0000b'",
        "tool.ruff.extend = 'pyproject.toml'",
        "tool.poetry.group = []",
        "tool.poetry.group.dev = 'x'",
        "tool.hatch.envs.a.dependencies = {b = [1]}",
        "dependency-groups = 'x'",
        "dependency-groups.dev = [1, [], {}, '', '  ', '>=3']",
    ],
)
def test_values_of_the_wrong_type_are_passed_over(table: str, tmp_path: Path) -> None:
    written(tmp_path, {"pyproject.toml": f"{table}\n", "mypy.ini": ""})
    assert "mypy" in choose_steps(tmp_path, running_environment()).steps


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_pipes_circles_and_folders_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    os.mkfifo(tmp_path / PRE_COMMIT)
    (tmp_path / "setup.cfg").symlink_to("setup.cfg")
    (tmp_path / "tox.ini").mkdir()
    (tmp_path / "mypy.ini").touch()
    assert choose_steps(tmp_path, running_environment()).steps == ("mypy",)


def test_a_reason_is_one_line_whatever_a_group_is_called(tmp_path: Path) -> None:
    group = '[tool.poetry.group."a\\nb\\u001b"]\ndependencies = {mypy = "*"}\n'
    found = choose_steps(written(tmp_path, {"pyproject.toml": group}), running_environment())
    assert all(choice.reason.isprintable() for choice in found.chosen)
    assert found.steps == ("mypy",)
