"""pyright and basedpyright: what they print is read, with the interpreter and the settings of the project."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from wsgen.quality.problems import BrokenToolError, Outcome
from wsgen.quality.tools import tool_of

from .conftest import ROUTER, Project, Tool

TOOL = tool_of("pyright")
STRICT = {"pyrightconfig.json": '{"typeCheckingMode": "strict"}'}


def said(*diagnostics: dict[str, Any], files: int = 1) -> str:
    return json.dumps(
        {"generalDiagnostics": diagnostics, "summary": {"filesAnalyzed": files}}, indent=4
    )


def diagnostic(severity: str, message: str, **others: object) -> dict[str, Any]:
    place = {"start": {"line": 3, "character": 8}, "end": {"line": 3, "character": 9}}
    return {
        "file": "/top/a/b.py",
        "severity": severity,
        "message": message,
        "range": place,
        **others,
    }


def test_errors_are_read_with_their_place_and_rule() -> None:
    error = diagnostic("error", 'No\n\xa0\xa0"a" is no "b"', rule="reportCallIssue")
    outcome = Outcome(1, said(error, diagnostic("warning", "Hm")), "")
    (found,) = TOOL.read("pyright", outcome, "/top").problems
    assert found[:5] == ("a/b.py", 4, 9, "No", "reportCallIssue")
    assert found.output == 'a/b.py:4:9: error: No\n  "a" is no "b" (reportCallIssue)'


def test_a_module_that_is_missing_is_named() -> None:
    error = diagnostic("error", 'Import "app.gone" could not be resolved')
    (found,) = TOOL.read("pyright", Outcome(1, said(error), ""), "/top").problems
    assert (found.missing, found.rule) == ("app.gone", None)


@pytest.mark.parametrize(("code", "problems"), [(0, 0), (1, 1)])
def test_warnings_count_only_if_the_tool_failed_for_them(code: int, problems: int) -> None:
    outcome = Outcome(code, said(diagnostic("warning", "Hm")), "")
    assert len(TOOL.read("basedpyright", outcome, "/top").problems) == problems


def test_what_is_printed_before_the_report_is_passed_over() -> None:
    outcome = Outcome(0, f"Installing Node.js ... done.\n{said()}", "")
    assert TOOL.read("pyright", outcome, "/top").problems == ()


def test_a_project_that_excludes_all_files_passes() -> None:
    outcome = Outcome(1, f"No source files found.\n{said(files=0)}", "")
    assert TOOL.read("pyright", outcome, "/top").problems == ()


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(3, said(diagnostic("error", "No")), "pyrightconfig.json could not be parsed"),
        Outcome(1, said(), ""),
        Outcome(0, "", ""),
        Outcome(0, "{", ""),
        Outcome(1, '{"generalDiagnostics": [{"severity": "error"}]}', ""),
        Outcome(1, '{"generalDiagnostics": 3}', ""),
    ],
)
def test_anything_else_is_a_broken_tool(outcome: Outcome) -> None:
    with pytest.raises(BrokenToolError) as caught:
        TOOL.read("pyright", outcome, "/top")
    (found,) = caught.value.diagnostics
    assert found.message == f"pyright failed with exit code {outcome.returncode}"
    assert not (outcome.stderr and "generalDiagnostics" in (found.output or ""))


def test_without_node_the_help_names_the_package_that_has_it() -> None:
    stderr = (
        "Error: cannot download index.json\nTraceback (most recent call last):\n  File\n"
        "RuntimeError: nodeenv failed; for more reliable node.js binaries try `pip install`\n"
    )
    with pytest.raises(BrokenToolError) as caught:
        TOOL.read("pyright", Outcome(1, "", stderr), "/top")
    (found,) = caught.value.diagnostics
    assert found.message == "pyright has no Node.js to run on, and could not download it"
    assert found.help == 'Install it with `pip install "pyright[nodejs]"`.'
    assert "Traceback" not in (found.output or "")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, True),
        (STRICT, True),
        ({"pyrightconfig.json": '{"venvPath": ".", "venv": ".venv"}'}, False),
        ({"pyproject.toml": '[tool.pyright]\nvenv = ".venv"\n'}, False),
    ],
)
def test_an_environment_that_the_settings_name_is_not_overridden(
    files: dict[str, str], told: bool, project: Project, tool: Tool, tmp_path: Path
) -> None:
    argv = tmp_path / "argv"
    tool("basedpyright", f"print({said()!r}); open({str(argv)!r}, 'w').write(repr(sys.argv))")
    project.write(files)
    assert not project.run(project.module(), steps=("basedpyright",)).diagnostics
    assert ("--pythonpath" in argv.read_text()) is told
    assert (sys.executable in argv.read_text()) is told


@pytest.mark.parametrize(
    ("files", "base"),
    [
        ({"pyproject.toml": ""}, None),
        (STRICT, "pyrightconfig.json"),
        ({"pyproject.toml": "[tool.pyright]\n"}, "pyproject.toml"),
        ({"pyproject.toml": "[tool.pyright]\nextraPaths = ['lib']\n"}, "none of ours"),
    ],
)
def test_folders_that_modules_are_imported_from_are_added_to_the_settings(
    files: dict[str, str], base: str | None, project: Project, tool: Tool, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    code = "path = dict(zip(sys.argv, sys.argv[1:])).get('--project', os.devnull)\n"
    code += f"open({str(seen)!r}, 'w').write(open(path).read()); print({said()!r})"
    tool("pyright", code)
    project.write(files)
    result = project.run(project.module(), steps=("pyright",), sources=("src", "lib/more"))
    assert result.diagnostics == ()
    if base == "none of ours":
        assert seen.read_text() == ""
        return
    settings = json.loads(seen.read_text())
    top = settings["extraPaths"][0]
    assert settings["extraPaths"] == [top, f"{top}/src", f"{top}/lib/more"]
    assert settings.get("extends") == (base and f"{top}/{base}")


def test_settings_lead_to_further_files_and_folders() -> None:
    assert TOOL.extends(b'{"extends": "../base.json"}') == ["../base.json"]
    assert TOOL.extends(b"[tool.pyright]\nextends = 'base.toml'\n") == ["base.toml"]
    assert TOOL.import_folders(b'{"extraPaths": ["lib", "gen"],\n "stubPath": "stubs"}') == [
        "typings",
        "lib",
        "gen",
        "stubs",
    ]


def test_a_strict_project_gets_code_that_pyright_accepts_and_errors_that_it_finds(
    project: Project,
) -> None:
    project.write(STRICT)
    wrong = ROUTER.replace("self.tags = tags", "self.tags: int = tags")
    good, bad = project.module(), project.module("other", router=wrong)
    result = project.run(good, bad, steps=("pyright",))
    assert set(result.files) == {good.output}
    assert {found.code for found in result.diagnostics} == {"WSG513"}
    found = result.diagnostics[0]
    assert found.message.startswith("pyright in module `other`: ")
    assert found.message.endswith("[reportAttributeAccessIssue] (barwsrouter.py:14)")
    assert found.output is not None
    command, _, said = found.output.partition("\n")
    assert command.endswith(" specs/other/ws_generated)")
    assert found.message.partition(": ")[2].partition(" [")[0] not in said
    assert "is not assignable" in said
