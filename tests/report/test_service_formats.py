"""Reports for GitLab and for readers of JUnit XML are valid and complete, whatever text is in them."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.conftest import Project

from wsgen.diagnostics import Diagnostic, Severity, Span
from wsgen.report.gitlab import format_gitlab
from wsgen.report.junit import format_junit
from wsgen.report.summary import format_summary
from wsgen.result import RunResult

if TYPE_CHECKING:
    from xmlschema import XMLSchema

BASE = Path("/project")
TEXT = {"type": "string", "minLength": 1}
# What GitLab documents; its own schema is less strict.
GITLAB = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "description": TEXT,
                "check_name": {"type": "string", "pattern": "^WSG[0-9]{3}$"},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "properties": {
                        "path": TEXT,
                        "lines": {
                            "type": "object",
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                            "required": ["begin"],
                            "additionalProperties": False,
                        },
                    },
                    "required": ["path", "lines"],
                    "additionalProperties": False,
                },
            },
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": False,
        },
    }
)
HOSTILE = "a\n]]>\x00\x1b[31m\udc80\ud800\ufffe</failure>&amp;<!--\"'\r"
HOSTILE_TEXTS = st.text(st.characters(), min_size=1) | st.just(HOSTILE)
PROBLEMS = st.lists(
    st.builds(
        Diagnostic,
        code=st.sampled_from(["WSG100", "WSG510"]),
        message=HOSTILE_TEXTS.map("it says {}".format),
        span=st.none()
        | st.builds(Span, HOSTILE_TEXTS.map(lambda text: BASE / f"a{text}"), st.integers(1, 9)),
        help=st.none() | HOSTILE_TEXTS,
        severity=st.sampled_from(Severity),
        output=st.none() | HOSTILE_TEXTS,
    ),
    max_size=4,
)


@cache
def junit_schema() -> "XMLSchema":
    from xmlschema import XMLSchema  # which takes long to load

    return XMLSchema(str(Path(__file__).with_name("junit-10.xsd")))


def gitlab(problems: Sequence[Diagnostic]) -> list[dict[str, str]]:
    """Return the entries of a valid report for GitLab."""
    text = format_gitlab(problems, BASE)
    entries: list[dict[str, str]] = json.loads(text)
    GITLAB.validate(entries)
    assert "\\u0000" not in text  # databases refuse it
    json.dumps(entries, ensure_ascii=False).encode()
    return entries


def junit(problems: Sequence[Diagnostic]) -> Iterator[ET.Element]:
    """Return the tests in a valid report."""
    text = format_junit(RunResult((), tuple(problems)), BASE)
    text.encode("ascii")
    junit_schema().validate(text)
    return ET.fromstring(text).iter("testcase")


@given(PROBLEMS)
def test_every_text_is_in_a_valid_report(problems: list[Diagnostic]) -> None:
    entries = gitlab(problems)
    assert [entry["check_name"] for entry in entries] == [item.code for item in problems]
    assert len({entry["fingerprint"] for entry in entries}) == len(problems)
    cases = list(junit(problems))
    assert len(cases) == (len(problems) or 1)
    failed = [case.find("failure") is not None for case in cases]
    assert failed == ([item.severity is Severity.ERROR for item in problems] or [False])


@given(PROBLEMS)
def test_no_text_is_obeyed_in_the_summary_of_a_job(problems: list[Diagnostic]) -> None:
    text = format_summary(RunResult((), tuple(problems)), BASE)
    assert text.encode()
    heading, _, table = text.partition("\n\n")
    assert heading.startswith("### wsgen: ")
    assert table.count("<tr>") == (len(problems) + 1 if problems else 0)
    assert all(line.isprintable() for line in text.split("\n"))
    # One block of HTML, which only a blank line ends.
    assert "\n\n" not in table.strip()
    rest = re.sub("</?(table|tr|th|td|code)>|<br>", "", table)
    assert "<" not in rest
    assert ">" not in rest


def test_a_summary_is_not_longer_than_github_shows() -> None:
    text = "'" * 5000
    many = [Diagnostic("WSG100", text, Span(BASE / text, n), help=text) for n in range(1, 500)]
    summary = format_summary(RunResult((), tuple(many)), BASE)
    assert "\n\n... and 399 more, which the log has.\n" in summary
    assert len(summary) < 1 << 20


def test_a_job_summary_is_added_to_a_file_and_to_nothing_else(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = project.write("../summary.md", "before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert project.wsgen("validate", "--format", "github").stderr == ""
    assert summary.read_text().startswith("before\n### wsgen: no problems\n")
    assert project.wsgen("validate").code == 0
    assert summary.read_text().count("###") == 1
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.root))
    outcome = project.wsgen("validate", "--format", "github")
    assert outcome.code == 0
    assert outcome.stderr == "warning: the job summary cannot be written: Is a directory\n"


def test_a_problem_that_moves_keeps_its_fingerprint() -> None:
    at = [Diagnostic("WSG100", "x", Span(BASE / "a", line)) for line in (3, 7, 9)]
    first, second = gitlab(at[:2])
    assert first["fingerprint"] != second["fingerprint"]
    assert gitlab([at[2]])[0]["fingerprint"] == first["fingerprint"]
    elsewhere = Diagnostic("WSG100", "x", Span(BASE / "b", 3))
    assert gitlab([elsewhere])[0]["fingerprint"] != first["fingerprint"]


@pytest.mark.parametrize("command", ["validate", "check", "list"])
def test_commands_print_valid_reports(project: Project, command: str) -> None:
    project.write("specs/broker/ws.yaml", "version: 1\nruters: {}\n")
    for wrong in (True, False):
        GITLAB.validate(json.loads(project.wsgen(command, "--format", "gitlab").stdout))
        junit_schema().validate(project.wsgen(command, "--format", "junit").stdout)
        if wrong:
            (project.root / "specs/broker/ws.yaml").unlink()
            assert project.wsgen("render").code == 0


def test_a_module_in_order_is_a_test_that_passes(project: Project) -> None:
    project.write("specs/broker/ws.yaml", "version: 1\nruters: {}\n")
    report = ET.fromstring(project.wsgen("validate", "--format", "junit").stdout)
    passed = [case.get("name") for case in report.iter("testcase") if case.find("*") is None]
    assert passed == ["module datafeed"]
    assert (report.get("tests"), report.get("failures")) == ("2", "1")
