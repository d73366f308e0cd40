"""What commands report, in each format: the same findings, whole, with paths that their reader can follow."""

import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.conftest import DATAFEED, Project
from tests.parts import PATCH, require

from wsgen.cli.options import FORMATS
from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.report.github import format_github
from wsgen.report.sarif import format_sarif
from wsgen.report.text import format_text

WARNS = """\
from typing import TypeAlias

from app.models import Bar, BarRequest
from shared.ws.generic_route import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]
Spare = WsRouter[BarRequest, Bar]
"""


def codes_in(form: str, text: str) -> list[str]:
    """Return the codes in a report, which must hold nothing else."""
    if form == "json":
        return [item["code"] for item in json.loads(text)["diagnostics"]]
    if form == "sarif":
        return [item["ruleId"] for item in json.loads(text)["runs"][0]["results"]]
    if form == "gitlab":
        return [item["check_name"] for item in json.loads(text)]
    if form == "junit":
        return [found.attrib["type"] for found in ET.fromstring(text).iter("failure")]
    assert all(line.startswith("::") for line in text.splitlines())
    return [line.split("title=wsgen ")[1][:6] for line in text.splitlines()]


@pytest.mark.parametrize("form", FORMATS[1:])
@pytest.mark.parametrize(
    "command", ["list", "validate", "check", "render", "migrate", "migrate --diff", "clean"]
)
def test_a_format_holds_the_diagnostics_and_nothing_else(
    project: Project, command: str, form: str
) -> None:
    project.write("specs/broker/ws.yaml", "version: 2\nrouters: {}\n")
    outcome = project.wsgen(*command.split(), "--format", form)
    wrong = {"migrate": 0, "clean": 0}.get(command.split()[0], 1)
    assert (outcome.code, outcome.stderr) == (wrong, "")
    assert ("WSG115" in codes_in(form, outcome.stdout)) == bool(wrong)
    project.write("pyproject.toml", "[tool.wsgen]\npths = []\nsources = 1\n")
    outcome = project.wsgen(*command.split(), "--format", form)
    assert (outcome.code, outcome.stderr) == (2, "")
    assert codes_in(form, outcome.stdout) == ["WSG901", "WSG902"]


@pytest.mark.parametrize("command", ["export --report", "html --format"])
def test_documents_report_in_each_format(project: Project, command: str) -> None:
    project.write("specs/broker/ws.yaml", "version: 2\nrouters: {}\n")
    outcome = project.wsgen("asyncapi", *command.split(), "json", "-o", "out")
    assert (outcome.code, outcome.stderr) == (1, "")
    assert codes_in("json", outcome.stdout)
    assert not (project.root / "out").exists()
    assert project.wsgen("asyncapi", "export", "--report", "json").code == 2


def test_migrate_is_quiet_when_told(project: Project) -> None:
    project.write("specs/legacy/ws.py", WARNS.replace("Spare = WsRouter[BarRequest, Bar]\n", ""))
    outcome = project.wsgen("migrate", "-q")
    assert (outcome.code, outcome.stdout, outcome.stderr) == (0, "", "")
    assert (project.root / "specs/legacy/ws.yaml").exists()


def test_a_module_is_blamed_for_its_own_errors_only(project: Project) -> None:
    project.write("specs/b/ws/v1/ws.yaml", DATAFEED.replace("models:", "module: b\nmodels:"))
    project.write("specs/b/ws/v2/ws.yaml", "version: 2\nmodule: b\nrouters: {}\n")
    said = json.loads(project.wsgen("validate", "--format", "json").stdout)
    states = {(item["name"], item["version"]): item["state"] for item in said["modules"]}
    assert states == {
        ("b", "v1"): "valid",
        ("b", "v2"): "failed",
        ("datafeed", None): "valid",
    }


def test_a_warning_fails_nothing(project: Project) -> None:
    project.write("specs/legacy/ws.py", WARNS)
    said = project.wsgen("validate")
    assert said.code == 0
    assert "warning[" in said.stderr
    assert "failed" not in said.stdout
    assert project.wsgen("list").code == 0


def test_paths_for_machines_are_those_of_the_project(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.wsgen("render")
    generated = project.root / "specs/datafeed/ws_generated"
    text = (generated / "barwsrouter.py").read_text()
    project.write("specs/datafeed/ws.yaml", DATAFEED.replace("bars", "barz"))
    project.write("specs/a b%:c/ws.yaml", "version: 2\nrouters: {}\n")
    monkeypatch.chdir(project.root / "src")
    patch = project.wsgen("diff").stdout
    assert "--- a/specs/datafeed/ws_generated/barwsrouter.py\n" in patch
    monkeypatch.chdir(project.root / "specs")
    github = project.wsgen("check", "--format", "github").stdout
    assert "file=specs/datafeed/ws.yaml," in github
    sarif = project.wsgen("check", "--format", "sarif").stdout
    assert '"uri": "specs/a%20b%25%3Ac/ws.yaml"' in sarif
    subprocess.run([require(PATCH), "-p1"], cwd=project.root, input=patch.encode(), check=True)
    assert (generated / "barwsrouter.py").read_text() == text.replace("bars", "barz")
    project.write("pyproject.toml", "[tool.wsgen]\npths = []\n")
    assert "file=pyproject.toml," in project.wsgen("check", "--format", "github").stdout


def test_a_diff_of_a_folder_with_spaces_can_be_applied(project: Project) -> None:
    project.write("specs/a b/ws.yaml", DATAFEED.replace("models:", "module: ab\nmodels:"))
    project.wsgen("render")
    project.write("specs/a b/ws.yaml", project.read("specs/a b/ws.yaml").replace("bars", "barz"))
    patch = project.wsgen("diff").stdout.encode()
    for command in ([require(PATCH), "-p1", "--dry-run"], ["git", "apply"]):
        subprocess.run(command, cwd=project.root, input=patch, check=True)
    assert "barz" in project.read("specs/a b/ws_generated/barwsrouter.py")


def test_a_place_outside_of_the_project_is_a_whole_uri(tmp_path: Path) -> None:
    found = Diagnostic("WSG100", "x", Span(tmp_path / "a b"))
    assert f'"uri": "{(tmp_path / "a b").as_uri()}"' in format_sarif([found], tmp_path / "project")


def test_a_name_that_is_not_utf_8_is_in_every_report(tmp_path: Path) -> None:
    name = os.fsdecode(b"a\xff")
    place = Span(tmp_path / name / "ws.yaml")
    found = Diagnostic("WSG100", f"{name} x", place, f"{name} y", notes=(Note(name, place),))
    text = format_sarif([found], tmp_path)
    assert '"uri": "a%FF/ws.yaml"' in text
    json.dumps(json.loads(text), ensure_ascii=False).encode()
    assert format_github([found], tmp_path).isprintable()


def test_the_excerpt_is_of_the_file_as_it_is_now(tmp_path: Path) -> None:
    file = tmp_path / "ws.yaml"
    found = Diagnostic("WSG100", "x", Span(file, 1, 2, 1, 3))
    for text in ("first", "second"):
        file.write_text(text)
        assert f"1 | {text}\n" in format_text([found])


def test_nothing_in_a_report_is_obeyed_by_the_terminal(tmp_path: Path) -> None:
    bad = "\x1b[31m\x9b2J\r\u202e\x07"
    place = Span(tmp_path / f"a{bad}" / "ws.yaml")
    found = Diagnostic(
        "WSG100",
        f"m{bad}\nm",
        place,
        f"h{bad}",
        output=f"o{bad}\n\tp",
        notes=(Note(f"n{bad}", place),),
    )
    text = format_text([found])
    assert all(line.isprintable() for line in text.split("\n"))
    assert r"m\x1b[31m\x9b2J\r\u202e\x07\nm" in text


def test_a_hostile_source_is_shown_not_obeyed(project: Project) -> None:
    project.write("specs/\x1b[2Jb/ws.yaml", 'version: 1\n"\\e[31mx\\ny": 1\n')
    project.write("specs/c/ws.yaml", 'version: 1\nrouters: {"\\e[2JBar": {}}\n')
    for command in ("render", "validate", "list", "render --verbose"):
        outcome = project.wsgen(*command.split())
        assert "\x1b" not in outcome.stdout + outcome.stderr
        assert r"\x1b[31mx\ny" in outcome.stderr


def test_watch_reports_as_it_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    watchfiles = pytest.importorskip("watchfiles")
    monkeypatch.setattr(watchfiles, "watch", lambda *_, **__: iter([{"one change"}]))
    quiet = project.wsgen("render", "--watch", "-q")
    assert (quiet.code, quiet.stdout) == (0, "")
    said = project.wsgen("render", "--watch", "--format", "github")
    assert said.stdout == ""
    project.write("specs/broker/ws.yaml", "version: 2\nrouters: {}\n")
    lines = project.wsgen("render", "--watch", "--format", "github").stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("::error") for line in lines)
    assert os.listdir(project.root / "specs/datafeed/ws_generated")


@pytest.mark.parametrize("mark", ["folder", "file"])
@pytest.mark.parametrize("place", [".", "specs/datafeed"])
def test_services_get_paths_relative_to_the_repository(
    project: Project, monkeypatch: pytest.MonkeyPatch, mark: str, place: str
) -> None:
    inner = project.root / "packages/alpha"
    inner.mkdir(parents=True)
    for name in ("pyproject.toml", "specs", "src"):
        (project.root / name).rename(inner / name)
    if mark == "folder":
        (project.root / ".git").mkdir()
    else:
        project.write(".git", "gitdir: elsewhere\n")
    (inner / "specs/datafeed/ws.yaml").write_text("version: 1\nrouters: {}\nmodel: x\n")
    (inner / "docs.yaml").write_text("asyncapi: 1\n")
    monkeypatch.chdir(inner / place)
    github = project.wsgen("validate", "--format", "github").stdout
    assert "file=packages/alpha/specs/datafeed/ws.yaml,line=3" in github
    sarif = project.wsgen("validate", "--format", "sarif").stdout
    assert '"uri": "packages/alpha/specs/datafeed/ws.yaml"' in sarif
    people = "specs/datafeed/ws.yaml:3:1: " if place == "." else "ws.yaml:3:1: "
    assert project.wsgen("validate").stderr.startswith(people)


def test_github_names_the_repository_where_there_is_no_git(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("specs/datafeed/ws.yaml", "version: 1\nrouters: {}\nmodel: x\n")
    for workspace, place in (
        (project.root.parent, f"{project.root.name}/specs"),
        (project.root / "src", "specs"),
        ("", "specs"),
    ):
        monkeypatch.setenv("GITHUB_WORKSPACE", str(workspace))
        github = project.wsgen("validate", "--format", "github").stdout
        assert f"file={place}/datafeed/ws.yaml,line=3" in github


def test_documents_that_are_named_from_a_folder_are_found_from_the_repository(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / ".git").mkdir()
    project.write("docs/a b/api.yaml", "asyncapi: 1\n")
    project.write("docs/here/x", "")
    monkeypatch.chdir(project.root / "docs/here")
    for form, said in (("github", "file=docs/a b/api.yaml,"), ("sarif", "docs/a%20b/api.yaml")):
        assert (
            said
            in project.wsgen("asyncapi", "validate", "../a b/api.yaml", "--format", form).stdout
        )
    assert "../a b/api.yaml:1:11" in project.wsgen("asyncapi", "validate", "../a b/api.yaml").stderr


def test_nothing_in_an_annotation_is_obeyed_or_ends_its_line(tmp_path: Path) -> None:
    place = Span(tmp_path / "a\u2028\x1b[31m::error::b.yaml", 1, 1, 1, 2)
    text = "a\x85b\x1b[31m %0A\r\n::error::c"
    (line,) = format_github([Diagnostic("WSG100", text, place, help="d\x0be.")]).splitlines()
    assert line.isprintable()
    assert line.endswith("a\\x85b\\x1b[31m %250A%0A::error::c%0Ad\\x0be.")
