"""What the local cache says of a package holds only while nothing that the tools look at has changed."""

import os
import time
from collections.abc import Callable

import pytest
from tests.conftest import MODELS, ModelsCache, Project

from wsgen.quality import run

STEPS = '[tool.wsgen]\npaths = ["specs"]\n\n[tool.wsgen.quality]\nsteps = {}\n'
KNOWN = "/datafeed/ws  current  ("
UNKNOWN = "/datafeed/ws  current, quality unknown here  ("


def edit(project: Project, name: str, text: str) -> None:
    """Write a file so that it is newer than it was by the coarsest clock."""
    file = project.root / name
    before = file.stat().st_mtime_ns if file.exists() else 0
    project.write(name, text)
    os.utime(file, ns=(before + 1, max(before, file.stat().st_mtime_ns) + 1))


@pytest.fixture
def linted(project: Project) -> Project:
    """The project with its models two re-exports away, rendered and passed by the fastest of the tools."""
    project.write("pyproject.toml", STEPS.format('["ruff-check"]'))
    project.write("src/app/models.py", "from shapes.inner.deep import *\n")
    project.write("src/shapes/__init__.py", "")
    project.write("src/shapes/inner/__init__.py", "")
    project.write("src/shapes/inner/deep.py", MODELS)
    project.write("ruff.toml", 'extend = "settings/one.toml"\n')
    project.write("settings/one.toml", "extend = './two.toml'\n")
    project.write("settings/two.toml", 'lint.select = ["F"]\n')
    project.write("mypy.ini", "[mypy]\nplugins = pydantic.mypy,\n    tools/plugin.py\n")
    project.write("tools/plugin.py", "")
    assert project.wsgen("render").code == 0
    assert KNOWN in project.wsgen("list").stdout
    return project


@pytest.mark.parametrize(
    "name",
    [
        "src/shapes/inner/deep.py",
        "src/shapes/inner/new.py",
        "src/app/models.pyi",
        "src/app.pyi",
        "src/app-stubs/models.pyi",
        "settings/two.toml",
    ],
)
def test_a_verdict_ends_with_an_edit_of_what_a_tool_reads(linted: Project, name: str) -> None:
    edit(linted, name, "# edited\n")
    assert UNKNOWN in linted.wsgen("list").stdout


@pytest.mark.parametrize("name", ["src/other/models.py", "src/app/notes.txt", "settings/no.toml"])
def test_a_verdict_outlives_an_edit_of_anything_else(linted: Project, name: str) -> None:
    edit(linted, name, "# edited\n")
    assert KNOWN in linted.wsgen("list").stdout


def test_a_verdict_of_mypy_ends_with_an_edit_of_its_plugin(
    linted: Project, models_cache: ModelsCache
) -> None:
    models_cache.lend(linted.root)
    linted.write("pyproject.toml", STEPS.format('["mypy"]'))
    linted.write("mypy.ini", "[mypy]\nplugins = tools/plugin.py\n")
    linted.write(
        "tools/plugin.py", "from mypy.plugin import Plugin\n\ndef plugin(version): return Plugin\n"
    )
    assert linted.wsgen("render").code == 0
    assert KNOWN in linted.wsgen("list").stdout
    edit(linted, "tools/plugin.py", "# edited\n")
    assert UNKNOWN in linted.wsgen("list").stdout


def test_check_runs_the_tools_again_when_settings_that_ruff_extends_change(linted: Project) -> None:
    assert linted.wsgen("check").code == 0
    edit(linted, "settings/two.toml", 'line-length = 20\nlint.select = ["E501"]\n')
    assert linted.wsgen("check").code == 1


def test_ruff_may_extend_a_file_outside_of_the_project(
    linted: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = linted.root / "inner"
    inner.mkdir()
    for name in ("specs", "src", "pyproject.toml"):
        (linted.root / name).rename(inner / name)
    linted.write("inner/ruff.toml", 'extend = "../settings/one.toml"\n')
    monkeypatch.chdir(inner)
    assert linted.wsgen("render").code == 0
    edit(linted, "settings/two.toml", 'line-length = 20\nlint.select = ["E501"]\n')
    outcome = linted.wsgen("check")
    assert (outcome.code, "E501" in outcome.stderr) == (1, True)


def test_check_finds_a_renamed_class_that_came_through_re_exports(
    linted: Project, models_cache: ModelsCache
) -> None:
    models_cache.lend(linted.root)
    linted.write("pyproject.toml", STEPS.format('["mypy"]'))
    linted.write("mypy.ini", "")
    assert linted.wsgen("render").code == 0
    edit(linted, "src/shapes/inner/deep.py", MODELS.replace("class Bar(", "class Candle("))
    assert linted.wsgen("check").code == 1


def test_models_edited_while_the_tools_run_leave_no_verdict(
    linted: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: Callable[..., object] = run.run_steps

    def edited_meanwhile(*given: object, **named: object) -> object:
        outcome = steps(*given, **named)
        edit(linted, "src/shapes/inner/deep.py", MODELS.replace("class Bar(", "class Candle("))
        return outcome

    linted.write("specs/datafeed/ws.yaml", linted.read("specs/datafeed/ws.yaml") + "# later\n")
    monkeypatch.setattr(run, "run_steps", edited_meanwhile)
    assert linted.wsgen("render").code == 0
    assert UNKNOWN in linted.wsgen("list").stdout


def test_settings_edited_while_the_tools_run_leave_no_verdict(
    linted: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: Callable[..., object] = run.run_steps

    def edited_meanwhile(*given: object, **named: object) -> object:
        outcome = steps(*given, **named)
        edit(linted, "settings/two.toml", 'line-length = 20\nlint.select = ["E501"]\n')
        return outcome

    linted.write("specs/datafeed/ws.yaml", linted.read("specs/datafeed/ws.yaml") + "# later\n")
    monkeypatch.setattr(run, "run_steps", edited_meanwhile)
    assert linted.wsgen("render").code == 0
    monkeypatch.setattr(run, "run_steps", steps)
    assert linted.wsgen("check").code == 1


def test_a_model_with_a_time_to_come_does_not_make_the_tools_run_each_time(
    linted: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time_ns() + 10**15
    os.utime(linted.root / "src/shapes/inner/deep.py", ns=(later, later))
    assert UNKNOWN in linted.wsgen("list").stdout
    assert linted.wsgen("check").code == 0
    assert KNOWN in linted.wsgen("list").stdout

    def never(*_: object, **__: object) -> object:
        raise AssertionError

    monkeypatch.setattr(run, "run_steps", never)
    assert linted.wsgen("check").code == 0


@pytest.mark.parametrize("name", ["parts/inner.jinja", "parts/inner.txt"])
def test_whatever_templates_include_is_an_input(project: Project, name: str) -> None:
    project.write("wsgen.toml", 'paths = ["specs"]\ntemplates = "t"\nquality.steps = []\n')
    project.write("t/router.py.jinja", f"{{% include '{name}' %}}\n")
    project.write(f"t/{name}", "class {{ class_name }}: ...\n")
    (project.root / "t/again").symlink_to(project.root / "t")
    os.mkfifo(project.root / "t/pipe")
    assert project.wsgen("render").code == 0
    assert project.wsgen("check").code == 0
    project.write(f"t/{name}", "class {{ class_name }}: pass\n")
    outcome = project.wsgen("check")
    assert outcome.code == 1
    assert f"t/{name} changed since" in outcome.stderr


def test_a_model_from_the_future_does_not_make_the_tools_run_again(linted: Project) -> None:
    later = time.time() + 10**8
    os.utime(linted.root / "src/shapes/inner/deep.py", (later, later))
    assert linted.wsgen("render").code == 0
    assert KNOWN in linted.wsgen("list").stdout
