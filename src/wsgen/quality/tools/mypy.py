"""How mypy is run: over a group of modules, and again without those that stop it."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from wsgen.quality.problems import Finding, Report, broken, read_mypy
from wsgen.quality.processes import Outcome

_NOTHING_THERE = "There are no .py[i] files in directory '"

_NOT_A_NAME = re.compile(r"^.* is not a valid Python package name$", re.MULTILINE)

RunMypy = Callable[[Sequence[Path]], Outcome]
"""Runs mypy over the directories of some modules."""


def check_types(
    outputs: tuple[Path, ...],
    run: RunMypy,
    *,
    owner: Callable[[str], Path | None],
    directory: str,
    excluded: Callable[[], frozenset[Path]],
) -> Report:
    """Run mypy until each of `outputs` is checked; return all findings in or because of them.

    `owner` returns the output directory that a path in mypy's output lies in; mypy runs in `directory`.
    `excluded` returns the outputs that its configuration excludes, asked for only if there is one.
    It stops at the first file that it cannot read. One of a module is that module's fault if it stops mypy alone
    too; one of the project's own is charged to the modules that import it, found by checking ever smaller groups.

    Raises BrokenToolError if mypy ends otherwise.
    """
    waiting = [outputs]
    findings: list[Finding] = []
    while waiting:
        group = waiting.pop()
        outcome = run(group)
        found = read_mypy(outcome, directory)
        if outcome.returncode in (0, 1):
            if outcome.returncode == 1 and not found:
                raise broken("mypy", outcome)
            findings += found
            continue
        guilty = {owner(finding.path) for finding in found} & set(group)
        unseen = _unseen(outcome, group, owner)
        if unseen:
            unseen |= excluded()
        rest = tuple(output for output in group if output not in guilty | unseen)
        if guilty and len(group) > 1:
            waiting += [(output,) for output in group if output in guilty]
        if guilty or unseen:
            findings += [item for item in found if owner(item.path)] if len(group) == 1 else []
            waiting += [rest] if rest else []
        elif len(group) == 1 and (named := _NOT_A_NAME.search(outcome.output)):
            output = os.fspath(group[0])
            findings.append(Finding(output, 1, 1, named[0], "package-name", outcome.output))
        elif not any(finding.path.endswith((".py", ".pyi")) for finding in found):
            # It found nothing, or fault with its own configuration, as with a plugin that is not there.
            raise broken("mypy", outcome)
        elif len(group) > 1:
            middle = len(group) // 2
            waiting += [group[:middle], group[middle:]]
        else:
            findings += [_because_of(finding, group[0]) for finding in found]
    return Report("mypy", outputs, tuple(findings))


def _because_of(finding: Finding, output: Path) -> Finding:
    """Return a finding in one of the project's own files as one of the module in `output`."""
    message = f"{finding.path}:{finding.line}: {finding.message}"
    return Finding(os.fspath(output), 1, 1, message, finding.rule, finding.output)


def _unseen(
    outcome: Outcome, group: Sequence[Path], owner: Callable[[str], Path | None]
) -> set[Path]:
    """Return the member of `group` in which mypy sees no files, since its configuration excludes them."""
    _, found, rest = outcome.output.partition(_NOTHING_THERE)
    output = owner(rest.partition("'")[0] + "/_") if found else None
    return set(group) & {output}
