"""A project's own commands are steps like any other, in each way of reading them."""

import json
from pathlib import Path
from typing import Any

import pytest

from wsgen.errors import ToolError
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.quality.problems import BrokenToolError, Outcome
from wsgen.quality.tools import tool_of
from wsgen.settings.config import Config, OwnCommand

from .conftest import ROUTER, Project

LINT = """\
import pathlib, sys

found = 0
for folder in sys.argv[1:]:
    for file in sorted(pathlib.Path(folder).rglob("*.py")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if "tags" in line:
                found = 1
                print(f"{file}:{number}: no tags")
sys.exit(found)
"""
FIX = """\
import pathlib, sys

for folder in sys.argv[1:]:
    for file in pathlib.Path(folder).rglob("*.py"):
        text = file.read_text()
        if not text.startswith("# Ours"):
            file.write_text(f"# Ours:   us\\n{text}")
"""
SARIF = """\
import json, pathlib, sys

place = {"artifactLocation": {"uri": f"{sys.argv[1]}/barwsrouter.py"}, "region": {"startLine": 12}}
result = {"ruleId": "T1", "message": {"text": "no tags"}, "locations": [{"physicalLocation": place}]}
print(json.dumps({"version": "2.1.0", "runs": [{"results": [result]}]}))
"""
PYTHON = ("python", "tools/command.py")


def test_lines_of_text_are_problems_at_their_places(project: Project) -> None:
    project.write({"tools/command.py": LINT})
    lint = OwnCommand("tags", PYTHON)
    good = project.module("good", router=ROUTER.replace("tags", "names"))
    bad = project.module()
    result = project.run(good, bad, steps=("tags",), commands=(lint,))
    assert set(result.files) == {good.output}
    assert {(found.code, found.step) for found in result.diagnostics} == {("WSG514", "tags")}
    assert result.diagnostics[0].message == "tags in module `datafeed`: no tags (barwsrouter.py:11)"
    output = result.diagnostics[0].output or ""
    assert output.endswith(" tools/command.py specs/datafeed/ws_generated)")


def test_a_sarif_log_says_where_the_problems_are(project: Project) -> None:
    project.write({"tools/command.py": SARIF})
    command = OwnCommand("tags", PYTHON, reads="sarif")
    (found,) = project.run(project.module(), steps=("tags",), commands=(command,)).diagnostics
    assert found.message == "tags in module `datafeed`: no tags [T1] (barwsrouter.py:12)"


@pytest.mark.parametrize("steps", [("ours", "black"), ("black", "ours"), ("ours",)])
def test_what_a_command_rewrites_goes_through_the_other_steps(
    steps: tuple[str, ...], project: Project
) -> None:
    project.write({"tools/command.py": FIX})
    fix = OwnCommand("ours", PYTHON, fixes=True)
    module = project.module(router=ROUTER.replace('("charts",)', "('charts',)"))
    result = project.run(module, steps=steps, commands=(fix,))
    assert result.diagnostics == ()
    text = result.files[module.output]["barwsrouter.py"]
    assert text.startswith("# Ours:   us\n")
    assert ("'charts'" in text) is ("black" not in steps)


def test_a_command_and_a_formatter_that_undo_each_other_are_told_apart(project: Project) -> None:
    project.write({"tools/command.py": FIX.replace("# Ours", "#Ours")})
    fix = OwnCommand("ours", PYTHON, fixes=True)
    result = project.run(project.module(), steps=("ruff-format", "ours"), commands=(fix,))
    assert {found.code for found in result.diagnostics} == {"WSG503"}
    assert "ours" in result.diagnostics[0].message
    assert "ruff-format" in result.diagnostics[0].message


SPOIL = """\
import pathlib, sys

for folder in sys.argv[1:]:
    for path in pathlib.Path(folder).rglob("barws*.py"):
        {}
"""


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("path.unlink()", "spoils removed barwsrouter.py"),
        ("path.unlink(); path.mkdir()", "spoils left a file that cannot be read"),
        ("path.write_bytes(bytes([255]))", "spoils left a file that is not UTF-8"),
        ("path.write_text('===')", "spoils left barwsrouter.py, which is not valid Python"),
    ],
)
def test_a_command_that_spoils_files_is_broken(project: Project, code: str, says: str) -> None:
    project.write({"tools/command.py": SPOIL.format(code)})
    spoils = OwnCommand("spoils", PYTHON, fixes=True)
    with pytest.raises(ToolError, match=says):
        project.run(project.module(), steps=("spoils",), commands=(spoils,))


@pytest.mark.parametrize("place", ["elsewhere.py", "pyproject.toml", "/etc/passwd"])
def test_a_command_that_fails_without_a_problem_is_broken(project: Project, place: str) -> None:
    fails = OwnCommand("fails", ("python", "-c", f"raise SystemExit('{place}:3: no')"))
    with pytest.raises(ToolError) as caught:
        project.run(project.module(), steps=("fails",), commands=(fails,))
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("WSG501", "fails failed with exit code 1")
    assert f"{place}:3: no" in (found.output or "")


def test_a_command_that_a_signal_ends_is_broken(project: Project) -> None:
    dies = OwnCommand("dies", ("python", "-c", "import os; os.kill(os.getpid(), 9)"))
    with pytest.raises(ToolError, match="dies was ended by signal 9"):
        project.run(project.module(), steps=("dies",), commands=(dies,))


def test_a_program_that_is_missing_is_said_with_two_ways_out(project: Project) -> None:
    commands = (OwnCommand("one", ("./gone",)), OwnCommand("two", ("no-such-program", "-x")))
    with pytest.raises(ToolError) as caught:
        project.run(project.module(), steps=("one", "two"), commands=commands)
    (found,) = caught.value.diagnostics
    assert found.message == (
        "./gone and no-such-program are not installed, but the quality steps `one`, `two` need them"
    )
    assert found.help == (
        "Correct `quality.commands.one`, correct `quality.commands.two`, "
        "or write `steps = []` in [tool.wsgen.quality]."
    )


def read(text: str, *, code: int = 0, directory: str = "/top") -> list[tuple[Any, ...]]:
    tool = tool_of("own", {"own": OwnCommand("own", ("own",), reads="sarif")})
    return [p[:5] for p in tool.read("own", Outcome(code, text, ""), directory).problems]


def log(**result: object) -> str:
    place = {
        "artifactLocation": {"uri": "a%20b/c.py"},
        "region": {"startLine": 2, "startColumn": 3},
    }
    base = {"message": {"text": "no\nmore"}, "locations": [{"physicalLocation": place}]}
    return json.dumps({"runs": [{}, {"results": [base | result]}]})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (log(), [("a b/c.py", 2, 3, "no", None)]),
        (log(level="error", ruleId="R"), [("a b/c.py", 2, 3, "no", "R")]),
        (log(level="note"), []),
        (log(kind="pass"), []),
        (log(suppressions=[{"kind": "inSource"}]), []),
        (log(message={"id": "M1"}), [("a b/c.py", 2, 3, "M1", None)]),
        (log().replace("a%20b", "file:///top/a"), [("a/c.py", 2, 3, "no", None)]),
        ('{"runs": []}', []),
    ],
)
def test_failures_in_a_sarif_log_are_problems(text: str, found: list[tuple[Any, ...]]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"runs": 1}', '{"runs": [1]}', log(locations=[]), log(message="x"),
     log(locations=[{"physicalLocation": {"artifactLocation": {"uri": 1}}}]),
     log().replace("2,", '"x",'), log().replace("2,", "1e999,"), '{"runs": ' + '[' * 100_000],
)  # fmt: skip
def test_any_other_output_is_a_broken_tool(text: str) -> None:
    with pytest.raises(BrokenToolError):
        read(text)


def test_a_failure_without_results_is_a_broken_tool() -> None:
    with pytest.raises(BrokenToolError):
        read('{"runs": []}', code=2)


@pytest.mark.parametrize("edited", ["tools/command.py", ".pylintrc", "pyproject.toml"])
def test_an_edit_of_what_a_command_reads_is_noticed(edited: str, tmp_path: Path) -> None:
    texts = {
        "tools/command.py": LINT,
        ".pylintrc": "[MAIN]\n",
        "pyproject.toml": "[tool.wsgen.quality.commands.own]\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    own = {"own": OwnCommand("own", (*PYTHON, "--rcfile=.pylintrc"))}
    config = Config(root=tmp_path, steps=("own",), commands=own)

    def now() -> str:
        return Fingerprints(config).of_tool(tool_of("own", own), tmp_path / "a/ws_generated")

    before = now()
    assert now() == before
    (tmp_path / edited).write_text(f"{texts[edited]}\n")
    assert now() != before


def test_two_commands_of_one_program_are_not_taken_for_each_other(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.wsgen.quality.commands.one]\n")
    names = ("one", "two")
    own = {name: OwnCommand(name, ("python", f"{name}.py")) for name in names}
    (tmp_path / "one.py").write_text("1\n")
    fingerprints = Fingerprints(Config(root=tmp_path, steps=("one", "two"), commands=own))
    output = tmp_path / "a/ws_generated"
    assert fingerprints.of_tool(tool_of("one", own), output) != fingerprints.of_tool(
        tool_of("two", own), output
    )
