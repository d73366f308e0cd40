"""Warnings about where packages go: folders that cannot be imported, and packages that git ignores."""

import subprocess

import pytest
from tests.conftest import DATAFEED, Project


@pytest.mark.parametrize("folder", ["class", "order-book"])
def test_a_package_in_a_folder_that_cannot_be_imported_is_a_warning(
    project: Project, folder: str
) -> None:
    project.write(f"specs/{folder}/ws.yaml", DATAFEED)
    for command in ("validate", "render", "render", "check"):
        outcome = project.wsgen(command)
        assert outcome.code == 0
        assert outcome.stderr.count("warning[WSG411]") == 1
        assert f"the folder `{folder}`" in outcome.stderr
    assert "datafeed" not in outcome.stderr


def test_a_folder_that_modules_are_imported_from_may_have_any_name(project: Project) -> None:
    settings = project.read("pyproject.toml").replace(
        "paths =", 'sources = ["src", "specs/order-book"]\npaths ='
    )
    project.write("pyproject.toml", settings)
    project.write("specs/order-book/ws.yaml", DATAFEED)
    assert "WSG411" not in project.wsgen("render").stderr


@pytest.mark.parametrize("inner", ["", "backend"])
def test_check_warns_of_packages_that_git_ignores(
    project: Project, inner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each rule, also where the project is not the whole repository."""
    top = project.root
    if inner:
        (top / inner).mkdir()
        for name in ("specs", "src", "pyproject.toml"):
            (top / name).rename(top / inner / name)
        monkeypatch.chdir(top / inner)
    git(project, "init", "-q")
    project.write(f"{inner or '.'}/specs/broker/ws.yaml", DATAFEED)
    project.write(".gitignore", "__pycache__/\nws_generated/\n")
    outcome = project.wsgen("render")
    assert outcome.stderr == ""
    for _ in range(2):
        outcome = project.wsgen("check")
        assert outcome.code == 0
        assert outcome.stderr.count("warning[WSG412]") == 1
        assert "of modules `broker`, `datafeed`: the rule is `ws_generated/`" in outcome.stderr
        assert ".gitignore:2:1" in outcome.stderr
        assert "    2 | ws_generated/" in outcome.stderr
    git(project, "add", "-f", ".")
    assert "WSG412" not in project.wsgen("check").stderr
    git(project, "reset", "-q")
    project.write(
        ".gitignore", "ws_generated/\n!specs/*/ws_generated/\n!backend/specs/*/ws_generated/\n"
    )
    assert "WSG412" not in project.wsgen("check").stderr


def test_check_warns_before_there_is_a_repository(project: Project) -> None:
    project.wsgen("render")
    assert project.wsgen("check").stderr == ""
    project.write("specs/.gitignore", "# generated\n/*/ws_generated\n")
    outcome = project.wsgen("check")
    assert outcome.code == 0
    assert "specs/.gitignore:2:1: warning[WSG412]" in outcome.stderr
    assert "of module `datafeed`: the rule is `/*/ws_generated`" in outcome.stderr
    assert not (project.root / ".git").exists()


@pytest.mark.parametrize(
    ("folder", "file", "warns"),
    [
        ("order-book/src/app/feed", "", False),
        ("order-book/app/feed", "order-book/pyproject.toml", False),
        ("order-book/app/feed", "order-book/app/__init__.py", False),
        ("order-book/app/feed", "order-book/__init__.py", True),
        ("order-book/app/feed", "", True),
        ("order-book", "", True),
        ("shop/order-book/feed", "shop/__init__.py", True),
    ],
)
def test_folders_above_the_one_that_modules_are_imported_from_may_have_any_name(
    project: Project, folder: str, file: str, warns: bool
) -> None:
    project.write(f"{folder}/ws.yaml", "version: 1\nrouters: {}\n")
    if file:
        project.write(file, "")
    stderr = project.wsgen("check", "--no-quality", folder).stderr
    assert ("warning[WSG411]" in stderr) == warns


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            "*.json",
            "ignores `.wsgen.json` in the package of module `datafeed`: the rule is `*.json`",
        ),
        (".*", "ignores `.wsgen.json` in the package of module `datafeed`: the rule is `.*`"),
        ("asyncapi.json", "ignores `asyncapi.json` in the package of module `datafeed`"),
        ("*", "ignores the package of module `datafeed`: the rule is `*`"),
    ],
)
def test_check_warns_of_a_rule_that_hides_a_part_of_the_package(
    project: Project, rule: str, said: str
) -> None:
    project.wsgen("render")
    project.write(".gitignore", rule)
    stderr = project.wsgen("check").stderr
    assert stderr.count("WSG412") == 1
    assert said in stderr


def test_check_without_git_says_nothing_of_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(project, "init", "-q")
    project.write(".gitignore", "ws_generated/\n")
    project.wsgen("render")
    monkeypatch.setenv("PATH", str(project.root))
    outcome = project.wsgen("check")
    assert (outcome.code, outcome.stderr) == (0, "")


def git(project: Project, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project.root, check=True)
