"""Find the modules on which a tool breaks, so that only they fail.

A tool that fails, instead of reporting problems, says nothing of the modules that it was given. It is
run again without those that its words name, else with parts of them, until the modules it breaks on are alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from wsgen.quality.problems import BrokenToolError, Report, joined

Attempt = Callable[[tuple[Path, ...]], Report]
"""Runs a tool over the output folders of some modules. Raises BrokenToolError."""

_PARTS = 8
"""If the tool fails alike for this many disjoint parts, no module is to blame, and all of them fail."""


def isolated(step: str, outputs: tuple[Path, ...], attempt: Attempt) -> Report:
    """Return what `attempt` says of all of `outputs`, each of which the tool either could check or broke on."""
    return joined(step, outputs, list(_attempts(step, outputs, attempt)))


def _attempts(step: str, group: tuple[Path, ...], attempt: Attempt) -> Iterator[Report]:
    result = _attempted(group, attempt)
    waiting = [(group, result)]
    while waiting:
        group, result = waiting.pop()
        if isinstance(result, Report):
            yield result
            continue
        parts = [] if len(group) == 1 else _parts(group, result.output)
        results = [_attempted(part, attempt) for part in parts]
        if not parts or (len(parts) == _PARTS and _same(result, results)):
            yield Report(step, group, broken=dict.fromkeys(group, result.diagnostics[0]))
        else:
            waiting += zip(parts, results, strict=True)


def _attempted(group: tuple[Path, ...], attempt: Attempt) -> Report | BrokenToolError:
    try:
        return attempt(group)
    except BrokenToolError as error:
        return error


def _same(error: BrokenToolError, results: Sequence[Report | BrokenToolError]) -> bool:
    return all(isinstance(r, BrokenToolError) and r.output == error.output for r in results)


def _parts(group: tuple[Path, ...], words: str) -> list[tuple[Path, ...]]:
    """Return `group` without those that `words` name, and each of these alone; else some equal parts of it."""
    common = set.intersection(*(set(output.parts) for output in group))
    said = set(re.findall(r"[\w.-]+", words))
    named = [output for output in group if not said.isdisjoint(set(output.parts) - common)]
    if named and len(named) < len(group):
        rest = tuple(output for output in group if output not in named)
        return [rest, *((output,) for output in named)]
    size = -(-len(group) // _PARTS)
    return [group[start : start + size] for start in range(0, len(group), size)]
