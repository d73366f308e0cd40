"""Read what the tools say: from a process' output to findings in staged files."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ToolError
from wsgen.quality.processes import Outcome

_BLACK = re.compile(
    r"error: cannot (?:format|parse):? (?P<path>.+?):(?:(?P<line>\d+):(?P<column>\d+))?"
    r"(?:: | |$)(?P<message>.*)",
    re.MULTILINE,
)
_RUFF_FORMAT = re.compile(
    r"error: Failed to (?:parse|format) (?P<path>.+?)(?::(?P<line>\d+):(?P<column>\d+))?: "
    r"(?P<message>.+)"
)
_RUFF_SYNTAX = re.compile(
    r"^invalid-syntax: (?P<message>.*)\n +--> (?P<path>.+):(?P<line>\d+):(?P<column>\d+)$",
    re.MULTILINE,
)
_FLAKE8 = re.compile(
    r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<rule>[A-Z]+\d+) (?P<message>.*)"
)
_MYPY = re.compile(
    r"(?!mypy: )(?P<path>.+?):(?:(?P<line>\d+):)?(?:(?P<column>\d+):)?(?:\d+:\d+:)? "
    r"(?P<kind>error|note): (?P<message>.*?)(?:  \[(?P<rule>[\w-]+)\])?"
)

_UNREADABLE = {"black": (_BLACK,), "ruff-format": (_RUFF_FORMAT, _RUFF_SYNTAX)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a tool found: where, in its own words, and its whole output about it.

    `path` is as the tool wrote it, but relative to its working directory.
    """

    path: str
    line: int
    column: int
    message: str
    rule: str | None
    output: str


@dataclass(frozen=True, slots=True)
class Report:
    """What one step says of some modules.

    `unsettled` tells that the step would change files. Findings may lie outside the modules. `broken` has the
    modules on which the tool broke, so that nothing else is said of them.
    """

    step: str
    outputs: tuple[Path, ...]
    findings: tuple[Finding, ...] = ()
    unsettled: bool = False
    output: str = ""
    broken: Mapping[Path, Diagnostic] = field(default_factory=dict)


def joined(step: str, outputs: tuple[Path, ...], reports: Sequence[Report]) -> Report:
    """Return what `reports` say together of `outputs`."""
    return Report(
        step,
        outputs,
        findings=tuple(item for report in reports for item in report.findings),
        unsettled=any(report.unsettled for report in reports),
        output="\n".join(report.output for report in reports if report.output),
        broken={output: found for report in reports for output, found in report.broken.items()},
    )


class BrokenToolError(ToolError):
    """A tool could not do its work at all; `output` is what it said."""

    def __init__(self, message: str, diagnostics: list[Diagnostic], output: str) -> None:
        super().__init__(message, diagnostics)
        self.output = output


def read_formatter(step: str, outcome: Outcome, directory: str) -> tuple[tuple[Finding, ...], bool]:
    """Return what black, ruff or isort could not rewrite, and whether it would change files.

    Raises BrokenToolError if it broke.
    """
    findings = tuple(
        _finding(match, directory)
        for pattern in _UNREADABLE.get(step, ())
        for match in pattern.finditer(outcome.output)
    )
    # Python ends with 1 too, which these tools mean otherwise: one that failed, or that is half installed.
    failed = re.search(r"Traceback \(most recent call|: No module named ", outcome.stderr)
    trouble = outcome.returncode not in (0, 1) or failed is not None
    if trouble and not findings:
        raise broken(step, outcome)
    return findings, outcome.returncode == 1 or "ould reformat" in outcome.output


def read_flake8(outcome: Outcome, directory: str) -> tuple[Finding, ...]:
    """Return what flake8 reports; raises BrokenToolError if it broke."""
    matches = (_FLAKE8.fullmatch(text) for text in outcome.stdout.splitlines())
    found = tuple(_finding(match, directory) for match in matches if match)
    if outcome.returncode != 0 and not found:
        raise broken("flake8", outcome)
    return found


def read_ruff(step: str, outcome: Outcome, directory: str) -> tuple[Finding, ...]:
    """Return what ruff's JSON output reports; raises BrokenToolError if it broke."""
    if outcome.returncode not in (0, 1):
        raise broken(step, outcome)
    try:
        items = json.loads(outcome.stdout or "[]")
        found = tuple(_ruff_finding(item, directory) for item in items)
    except (ValueError, KeyError, TypeError) as error:
        raise broken(step, outcome) from error
    if outcome.returncode != 0 and not found:
        raise broken(step, outcome)
    return found


def read_mypy(outcome: Outcome, directory: str) -> tuple[Finding, ...]:
    """Return the errors in mypy's output, each with the notes that follow it."""
    found: list[Finding] = []
    for text in outcome.output.splitlines():
        match = _MYPY.fullmatch(text)
        if match is None:
            continue
        finding = _finding(match, directory)
        if match["kind"] == "error":
            found.append(finding)
        elif found and found[-1].path == finding.path:
            output = f"{found[-1].output}\n{finding.output}"
            found[-1] = replace(found[-1], output=output)
    return tuple(found)


def broken(step: str, outcome: Outcome) -> BrokenToolError:
    """Return the error that tells that a tool could not do its work at all."""
    message = f"{step} failed with exit code {outcome.returncode}"
    help_text = "its output says why; most often it is the tool's own configuration"
    found = Diagnostic("WSG501", message, help=help_text, step=step, output=outcome.output)
    return BrokenToolError(message, [found], outcome.output)


def _finding(match: re.Match[str], directory: str) -> Finding:
    groups = match.groupdict()
    return Finding(
        path=_relative(groups["path"], directory),
        line=int(groups.get("line") or 1),
        column=int(groups.get("column") or 1),
        message=groups["message"] or match[0],
        rule=groups.get("rule"),
        output=match[0],
    )


def _relative(path: str, directory: str) -> str:
    """Return `path` as it is below `directory`, where the tool ran."""
    return os.path.normpath(os.path.relpath(os.path.join(directory, path), directory))


def _ruff_finding(item: Mapping[str, object], directory: str) -> Finding:
    path = _relative(str(item["filename"]), directory)
    place = item["location"]
    if not isinstance(place, dict):
        raise TypeError
    rule = item["code"]
    line, column = int(place["row"]), int(place["column"])
    text = f"{path}:{line}:{column}: {f'{rule} ' if rule else ''}{item['message']}"
    return Finding(path, line, column, str(item["message"]), str(rule) if rule else None, text)
