"""Find the modules on which a tool breaks, so that only they fail.

A tool that fails, instead of reporting problems, says nothing of the modules that it was given. It is
run again without those that its output names, else with parts of them, until the modules it breaks on are alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from wsgen.quality.problems import BrokenToolError, Report, joined

Attempt = Callable[[tuple[Path, ...], float], Report]
"""Runs a tool over the output folders of some modules, in a share of the time limit. Raises BrokenToolError."""

_PARTS = 8
"""If the tool fails alike for this many disjoint parts, no module is to blame, and all of them fail."""


def isolated(step: str, outputs: tuple[Path, ...], attempt: Attempt) -> Report:
    """Return what `attempt` says of all of `outputs`, each of which the tool either could check or broke on.

    A part of the modules has that part of the time limit, so that a tool that hangs takes little longer.
    """
    return joined(step, outputs, list(_attempts(step, outputs, attempt)))


def _attempts(step: str, group: tuple[Path, ...], attempt: Attempt) -> Iterator[Report]:
    total = len(group)
    waiting = [(group, _attempted(group, attempt, total))]
    while waiting:
        group, result = waiting.pop()
        if isinstance(result, Report):
            yield result
            continue
        parts = [] if len(group) == 1 else _parts(group, result.output)
        results = [_attempted(part, attempt, total) for part in parts]
        if not parts or (len(parts) == _PARTS and _same(result, results)):
            yield result.report(step, group)
        else:
            waiting += zip(parts, results, strict=True)


def _attempted(group: tuple[Path, ...], attempt: Attempt, total: int) -> Report | BrokenToolError:
    try:
        return attempt(group, len(group) / total)
    except BrokenToolError as error:
        return error


def _same(error: BrokenToolError, results: Sequence[Report | BrokenToolError]) -> bool:
    return all(isinstance(r, BrokenToolError) and r.output == error.output for r in results)


def _parts(group: tuple[Path, ...], output: str) -> list[tuple[Path, ...]]:
    """Return `group` without those that `output` names, and each of these alone; else some equal parts of it."""
    common = set.intersection(*(set(folder.parts) for folder in group))
    said = set(re.findall(r"[\w.-]+", output))
    named = [folder for folder in group if not said.isdisjoint(set(folder.parts) - common)]
    if named and len(named) < len(group):
        rest = tuple(folder for folder in group if folder not in named)
        return [rest, *((folder,) for folder in named)]
    parts = min(_PARTS, len(group))
    ends = [len(group) * number // parts for number in range(parts + 1)]
    return [group[start:end] for start, end in pairwise(ends)]
