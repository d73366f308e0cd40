"""Which command runs a tool, and what is said when there is none."""

import os
import sys
from pathlib import Path

import pytest

from wsgen.environment import running_environment
from wsgen.errors import ToolError
from wsgen.installed import fingerprint
from wsgen.quality import tools
from wsgen.quality.run import commands_of
from wsgen.quality.tools import step_named, tool_of
from wsgen.settings.config import FOUNDING_STEPS, STEPS, Config

from .conftest import Tool


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where this interpreter seems to find packages; PATH is empty."""
    directory = tmp_path / "site-packages"
    directory.mkdir()
    monkeypatch.setattr(sys, "path", [str(directory)])
    monkeypatch.setenv("PATH", "")
    return directory


def test_the_command_beside_the_interpreter_comes_first(
    tool: Tool, packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tool("black", "")
    (packages / "black-24.1.0.dist-info").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commands_of(Config(root=tmp_path, steps=("black",))) == {"black": (str(path),)}


def test_a_module_of_the_interpreter_comes_before_path(
    tool: Tool, packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    tool("isort", "").rename(elsewhere / "isort")
    tool("black", "").rename(elsewhere / "black")
    (packages / "isort-5.12.0.dist-info").mkdir()
    monkeypatch.setenv("PATH", str(elsewhere))
    assert commands_of(
        Config(
            root=tmp_path,
            steps=(
                "isort",
                "black",
            ),
        )
    ) == {
        "isort": (sys.executable, "-P", "-m", "isort"),
        "black": (str(elsewhere / "black"),),
    }


def test_steps_that_share_a_tool_have_one_command(
    tool: Tool, packages: Path, tmp_path: Path
) -> None:
    command = (str(tool("ruff", "")),)
    steps = ("ruff-format", "ruff-fix")
    assert commands_of(Config(root=tmp_path, steps=steps)) == dict.fromkeys(steps, command)


def test_a_missing_tool_is_one_message_with_the_step_and_two_ways_out(
    tool: Tool, packages: Path, tmp_path: Path
) -> None:
    tool("isort", "")
    with pytest.raises(ToolError) as caught:
        commands_of(
            Config(
                root=tmp_path,
                steps=(
                    "black",
                    "isort",
                ),
            )
        )
    (found,) = caught.value.diagnostics
    assert (found.code, found.step) == ("WSG500", "black")
    assert found.message == "black is not installed, but the quality step `black` needs it"
    assert "`pip install black`" in (found.help or "")
    assert '`steps = ["isort"]` in [tool.wsgen.quality].' in (found.help or "")


def test_all_missing_tools_are_in_one_message(tool: Tool, packages: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError) as caught:
        commands_of(
            Config(
                root=tmp_path,
                steps=(
                    "black",
                    "ruff-format",
                    "ruff-check",
                ),
            )
        )
    assert str(caught.value) == (
        "black and ruff are not installed, but the quality steps "
        "`black`, `ruff-format`, `ruff-check` need them"
    )
    with pytest.raises(ToolError, match=r"^black, flake8 and isort are not installed"):
        commands_of(
            Config(
                root=tmp_path,
                steps=(
                    "black",
                    "flake8",
                    "isort",
                ),
            )
        )


def test_an_unknown_step_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="there is no quality step `pylint`"):
        commands_of(
            Config(
                root=tmp_path,
                steps=(
                    "black",
                    "pylint",
                ),
            )
        )


def test_every_step_of_every_tool_is_registered() -> None:
    folder = Path(tools.__file__).parent
    files = {tool_of(step).name for step in STEPS}
    assert all((folder / f"{name}.py").is_file() for name in files)
    assert {step.name for step in map(step_named, STEPS)} == set(STEPS)
    assert {step.name for name in STEPS for step in tool_of(name).steps} == set(STEPS)
    assert set(FOUNDING_STEPS) <= set(STEPS)


def test_fingerprints_change_with_a_tool_and_its_plugins(tool: Tool, packages: Path) -> None:
    for name in (
        "flake8-7.0.0",
        "flake8_bugbear-24.1.1",
        "pyflakes-3.2.0",
        "black-24.1.0",
        "attrs-1",
    ):
        (packages / f"{name}.dist-info").mkdir()
    flake8 = tool_of("flake8")
    assert fingerprint("flake8", flake8.companions, running_environment()) == (
        "flake8-7.0.0 flake8_bugbear-24.1.1 pyflakes-3.2.0"
    )
    assert fingerprint("black", (), running_environment()) == "black-24.1.0"
    changed = packages.stat().st_mtime_ns
    (packages / "black-24.1.0.dist-info").rename(packages / "black-24.2.0.dist-info")
    os.utime(packages, ns=(changed, changed + 1))
    assert fingerprint("black", (), running_environment()) == "black-24.2.0"


def test_a_command_without_package_is_known_by_its_file(tool: Tool, packages: Path) -> None:
    assert fingerprint("mypy", (), running_environment()) == ""
    path = tool("mypy", "")
    before = fingerprint("mypy", (), running_environment())
    assert str(path) in before
    tool("mypy", "print('another version')")
    assert fingerprint("mypy", (), running_environment()) != before
