"""What a tool says of the files that it was given, as values, and how its output is read.

Part of the path where nothing changed, which imports the tools: neither `json` nor `subprocess` is imported here.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ToolError


class Outcome(NamedTuple):
    """How a process ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Return everything it printed, errors last."""
        return "\n".join(text for text in (self.stdout.rstrip(), self.stderr.rstrip()) if text)


class Cause(NamedTuple):
    """A place in a file that generated ones import, where a tool had to stop; `path` is as in a `Problem`."""

    path: str
    line: int
    column: int


class Problem(NamedTuple):
    """One problem that a tool reports: where, in its own words, and its whole output about it.

    `path` is as the tool wrote it, but relative to its working directory. `help` replaces the general help of the
    step; `missing` is the module that cannot be imported, if that is the problem, and `cause` where it comes
    from, if that is in another file.
    """

    path: str
    line: int = 1
    column: int = 1
    message: str = ""
    rule: str | None = None
    output: str = ""
    help: str | None = None
    missing: str | None = None
    cause: Cause | None = None


class Reading(NamedTuple):
    """What one process of a tool said; `unsettled` if it would change files."""

    problems: tuple[Problem, ...] = ()
    unsettled: bool = False


Reader = Callable[[str, Outcome, str], Reading]
"""Reads what a process of a step printed: the step's name, the outcome, and the directory in which it ran.

Raises BrokenToolError if the tool could not do its work.
"""


class Report(NamedTuple):
    """What one step says of some modules.

    `unsettled` tells that the step would change files. Problems may lie outside the modules. `broken` has the
    modules on which the tool broke, so that nothing else is said of them.
    """

    step: str
    outputs: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()
    unsettled: bool = False
    output: str = ""
    broken: Mapping[Path, Diagnostic] = MappingProxyType({})


def joined(step: str, outputs: tuple[Path, ...], reports: Sequence[Report]) -> Report:
    """Return what `reports` say together of `outputs`."""
    return Report(
        step,
        outputs,
        problems=tuple(item for report in reports for item in report.problems),
        unsettled=any(report.unsettled for report in reports),
        output="\n".join(report.output for report in reports if report.output),
        broken={output: found for report in reports for output, found in report.broken.items()},
    )


class BrokenToolError(ToolError):
    """A tool could not do its work; `output` is what it said."""

    def __init__(self, diagnostic: Diagnostic, output: str) -> None:
        super().__init__(diagnostic.message, [diagnostic])
        self.output = output

    def report(self, step: str, outputs: tuple[Path, ...]) -> Report:
        """Return what is said of the modules in `outputs` if the tool breaks on each of them."""
        return Report(step, outputs, broken=dict.fromkeys(outputs, self.diagnostics[0]))


def broken(step: str, outcome: Outcome) -> BrokenToolError:
    """Return the error that tells that a tool could not do its work at all."""
    code = outcome.returncode
    ended = f"was ended by signal {-code}" if code < 0 else f"failed with exit code {code}"
    message = f"{step} {ended}"
    help_text = "Read its output; usually the tool's own configuration is wrong."
    found = Diagnostic("WSG501", message, help=help_text, step=step, output=outcome.output)
    return BrokenToolError(found, outcome.output)


def read_rewriter(
    step: str, outcome: Outcome, directory: str, unreadable: Iterable[str] = ()
) -> Reading:
    """Return what a step that rewrites files could not read, and whether it would change files.

    `unreadable` are the patterns of its messages about files that it cannot read. Raises BrokenToolError if it
    broke.
    """
    problems = tuple(
        problem_of(match, directory)
        for pattern in unreadable
        for match in re.finditer(pattern, outcome.output, re.MULTILINE)
    )
    # Python ends with 1 too, which these tools mean otherwise: one that failed, or that is half installed.
    failed = re.search(r"Traceback \(most recent call|: No module named ", outcome.stderr)
    if (outcome.returncode not in (0, 1) or failed) and not problems:
        raise broken(step, outcome)
    return Reading(problems, outcome.returncode == 1 or "ould reformat" in outcome.output)


def read_lines(step: str, outcome: Outcome, directory: str, pattern: str) -> Reading:
    """Return the problems of a linter that prints each on a line that matches `pattern`.

    Raises BrokenToolError if it failed without any.
    """
    problems = tuple(problem_of(match, directory) for match in matching(outcome.stdout, pattern))
    if outcome.returncode != 0 and not problems:
        raise broken(step, outcome)
    return Reading(problems)


def matching(text: str, pattern: str) -> Iterator[re.Match[str]]:
    """Yield a match for each line of `text` that matches `pattern` as a whole."""
    return filter(None, (re.fullmatch(pattern, line) for line in text.splitlines()))


def problem_of(match: re.Match[str], directory: str) -> Problem:
    """Return the problem that the groups of `match` name: path, line, column, message and rule."""
    groups = match.groupdict()
    return Problem(
        path=relative(groups["path"], directory),
        line=int(groups.get("line") or 1),
        column=int(groups.get("column") or 1),
        message=groups["message"] or match[0],
        rule=groups.get("rule"),
        output=match[0],
    )


def relative(path: str, directory: str) -> str:
    """Return `path` as it is below `directory`, where the tool ran."""
    return os.path.normpath(os.path.relpath(os.path.join(directory, path), directory))
