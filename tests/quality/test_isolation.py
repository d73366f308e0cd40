"""A tool that breaks on some modules fails these and no others."""

from pathlib import Path

import pytest

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ToolError
from wsgen.quality.isolation import isolated
from wsgen.quality.problems import BrokenToolError, Report

from .conftest import Project, Tool

OUTPUTS = tuple(Path(f"/p/specs/m{number:02}/ws_generated") for number in range(40))


class Breaking:
    """A tool that breaks if any of `guilty` is among what it is given, with `words` or the names of these."""

    def __init__(self, *guilty: int, words: str = "") -> None:
        self.guilty = [OUTPUTS[number] for number in guilty]
        self.words = words
        self.runs = 0

    def __call__(self, outputs: tuple[Path, ...], share: float) -> Report:
        assert share == len(outputs) / len(OUTPUTS)
        self.runs += 1
        found = [output for output in outputs if output in self.guilty]
        if not found:
            return Report("black", outputs, output=f"{len(outputs)} checked")
        words = self.words or " ".join(f"cannot work in {output.parent.name}!" for output in found)
        raise BrokenToolError(Diagnostic("WSG501", "black failed"), words)


@pytest.mark.parametrize(
    ("tool", "most"),
    [
        (Breaking(), 1),
        (Breaking(7), 3),
        (Breaking(7, 8, 39), 5),
        (Breaking(7, words="segmentation fault"), 15),
        (Breaking(7, 8, 39, words="segmentation fault"), 25),
        (Breaking(*range(40)), 50),
        (Breaking(*range(40), words="bad settings"), 9),
    ],
)
def test_only_the_modules_that_a_tool_breaks_on_fail(tool: Breaking, most: int) -> None:
    report = isolated("black", OUTPUTS, tool)
    assert set(report.broken) == set(tool.guilty)
    assert report.outputs == OUTPUTS
    assert tool.runs <= most


@pytest.mark.parametrize(
    "step", ["black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "mypy", "isort"]
)
def test_a_crash_on_one_module_is_reported_for_that_module_only(
    project: Project, tool: Tool, step: str
) -> None:
    tool(
        step.partition("-")[0],
        "if any('broker' in a for a in sys.argv): sys.exit('Traceback (most recent call')",
    )
    good, bad, other = (project.module(name) for name in ("datafeed", "broker", "orders"))
    result = project.run(good, bad, other, steps=(step,))
    assert set(result.files) == {good.output, other.output}
    (found,) = result.diagnostics
    assert (found.code, found.module, found.step) == ("WSG501", "broker", step)
    assert found.message == f"{step} failed with exit code 1 in module `broker`"
    assert found.span is not None
    assert found.span.path == bad.output.parent / "ws.yaml"


@pytest.mark.parametrize("step", ["black", "flake8", "mypy"])
def test_a_tool_that_hangs_on_one_module_fails_that_module_only(
    project: Project, tool: Tool, step: str
) -> None:
    tool(step, "if any('broker' in a for a in sys.argv): time.sleep(600)")
    good, bad, other = (project.module(name) for name in ("datafeed", "broker", "orders"))
    result = project.run(good, bad, other, steps=(step,), timeout=0.5)
    assert set(result.files) == {good.output, other.output}
    (found,) = result.diagnostics
    assert (found.code, found.module, found.step) == ("WSG502", "broker", step)
    assert "did not finish within 0.5 seconds" in found.message


def test_a_tool_that_hangs_on_every_module_fails_each_of_them(project: Project, tool: Tool) -> None:
    tool("black", "time.sleep(600)")
    result = project.run(*map(project.module, "ab"), steps=("black",), timeout=0.2)
    assert [(found.code, found.module) for found in result.diagnostics] == [
        ("WSG502", "a"),
        ("WSG502", "b"),
    ]


def test_a_tool_that_breaks_on_every_module_is_told_once(project: Project, tool: Tool) -> None:
    tool("flake8", "sys.exit('bad settings')")
    with pytest.raises(ToolError, match="flake8 failed with exit code 1") as caught:
        project.run(*(project.module(name) for name in "abc"), steps=("flake8",))
    assert len(caught.value.diagnostics) == 1


def test_wrong_settings_beside_one_module_fail_that_module_only(project: Project) -> None:
    project.write({"specs/broker/ruff.toml": "line-length = ?\n"})
    good, bad = project.module("datafeed"), project.module("broker")
    result = project.run(good, bad, steps=("ruff-format", "ruff-check"))
    assert set(result.files) == {good.output}
    assert {(found.code, found.module) for found in result.diagnostics} == {("WSG501", "broker")}


@pytest.mark.parametrize("beside", [True, False])
def test_a_folder_that_mypy_refuses_fails_its_module_only(project: Project, beside: bool) -> None:
    bad = project.module("order-book")
    project.write({"specs/order-book/__init__.py": ""})
    good = project.module("datafeed")
    result = project.run(*((bad, good) if beside else (bad,)), steps=("mypy",))
    assert set(result.files) == ({good.output} if beside else set())
    (found,) = result.diagnostics
    assert (found.code, found.module) == ("WSG513", "order-book")
    assert "is not a valid Python package name" in found.message
    assert "Rename the folder" in (found.help or "")


def test_modules_in_each_others_way_for_mypy_are_checked_alone(project: Project) -> None:
    """With `mypy_path = specs` the file that is imported has two names, which stops mypy."""
    project.write({"mypy.ini": "[mypy]\nmypy_path = specs\n"})
    good = project.module("datafeed")
    project.write(
        {f"specs/datafeed/ws_generated/{name}": text for name, text in good.files.items()}
    )
    router = '"""Uses another."""\n\nfrom specs.datafeed.ws_generated import BarWsRouter\n'
    other = project.module("broker", router=f'{router}\n__all__ = ["BarWsRouter"]\n')
    for modules in ((good,), (other,), (good, other), (other, good)):
        assert project.run(*modules, steps=("mypy",)).diagnostics == ()


def test_tools_that_hang_when_a_worker_dies_are_given_parts_instead(
    project: Project, tool: Tool
) -> None:
    log = project.root.parent / "log"
    for name in ("isort", "flake8"):
        tool(name, f"open({str(log)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')")
    modules = [project.module(f"m{number:02}") for number in range(40)]
    assert project.run(*modules, steps=("isort", "flake8")).diagnostics == ()
    calls = log.read_text().splitlines()
    assert len(calls) == 4
    assert not any("--jobs" in call and "--jobs=1" not in call for call in calls)
    assert sorted(call.count("ws_generated") for call in calls) == [20] * 4
