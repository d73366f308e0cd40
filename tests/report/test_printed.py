"""What is printed is shown and never obeyed: by a terminal, or by GitHub's runner, which reads the log."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.conftest import Project

from wsgen.cli.console import show_diff
from wsgen.diagnostics import Diagnostic
from wsgen.report.display import inert
from wsgen.report.github import format_github
from wsgen.report.text import format_text
from wsgen.result import FileChange

HOSTILE = "a\n::error::forged\x1b]0;title\x07\r::warning::more\u2028"
COMMANDS = [
    ("render",),
    ("render", "-v"),
    ("check",),
    ("check", "--format", "github"),
    ("diff",),
    ("list",),
    ("list", "-v"),
    ("validate",),
    ("clean", "--dry-run"),
]


def obeyed(printed: str) -> list[str]:
    """Return what a terminal or GitHub's runner would obey in `printed`."""
    lines = printed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    commands = [line for line in lines if line.strip().startswith("::") or "##[" in line]
    return commands + [
        char for line in lines for char in line if not (char + "x").isprintable() and char != "\t"
    ]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_names_from_manifests_and_folders_are_never_obeyed(
    project: Project, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert project.wsgen("render").code == 0
    manifest = project.root / "specs/datafeed/ws_generated/.wsgen.json"
    values = json.loads(manifest.read_text())
    if "routers" in values:
        values["routers"] = {HOSTILE: HOSTILE, "##[error]": "##[group]"}
    manifest.write_text(json.dumps(values))
    folder = project.root / "specs" / "b\n::error::b"
    folder.mkdir()
    (folder / "ws.yaml").write_text("version: 1\n::error::x: 1\nrouters: {}\n")
    project.write("specs/datafeed/ws_generated/##[x].py", "x = 1\n")
    outcome = project.wsgen(*command)
    found = obeyed(outcome.stdout) + obeyed(outcome.stderr)
    if "github" in command:
        found = [
            line
            for line in found
            if not line.startswith(("::error title=wsgen", "::warning title=wsgen"))
        ]
    assert found == []


def test_a_diff_of_a_hostile_file_is_inert(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    lines = [
        "::warning::forged",
        "a\r::error::forged",
        "\x1b[31mred",
        "##[error]forged",
        "tab\tcrlf\r",
    ]
    before = "".join(f"{line}\n" for line in lines)
    show_diff([FileChange(tmp_path / "a.py", before, before.replace("#", "+\n#", 1))], tmp_path)
    printed = capsys.readouterr().out
    assert printed.count("forged") == 3
    assert "tab\tcrlf\r\n" in printed
    assert obeyed(printed) == []


def test_a_diff_names_files_as_git_does(project: Project) -> None:
    project.write("specs/datafeed/ws.yaml", "version: 1\nrouters: {}\n")
    folder = project.root / "specs" / 'odd "é\n'
    folder.mkdir()
    (folder / "ws.yaml").write_text(
        "version: 1\nmodule: odd\nmodels: app.models\nrouters:\n"
        "  BarWsRouter: {request: BarRequest, data: Bar}\n"
    )
    diff = project.wsgen("diff").stdout
    assert '+++ "b/specs/odd \\"é\\012/ws_generated/barwsrouter.py"' in diff.splitlines()
    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    applied = subprocess.run(["git", "apply"], input=diff, text=True, cwd=project.root, check=False)
    assert applied.returncode == 0
    assert (folder / "ws_generated/barwsrouter.py").exists()


def test_annotations_hold_one_command_each() -> None:
    item = Diagnostic("WSG100", HOSTILE, help=HOSTILE, output=HOSTILE)
    (line,) = format_github([item]).splitlines()
    assert line.startswith("::error title=wsgen WSG100::")
    assert line.isprintable()


def test_a_text_that_looks_like_a_command_is_escaped() -> None:
    assert inert("  ::error::x") == "  :\\x3aerror::x"
    assert inert("a ##[error]x") == "a #\\x23[error]x"
    assert inert("wsgen::x") == "wsgen::x"
    item = Diagnostic("WSG510", HOSTILE, help="##[error]", output=f"::error::{HOSTILE}")
    assert obeyed(format_text([item])) == []
