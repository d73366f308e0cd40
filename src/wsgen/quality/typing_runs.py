"""How mypy is run: which modules together, and again without those that stop it.

mypy gives every file a module name and refuses two files of the same name, such as the packages
`specs/a/ws_generated` and `specs/b/ws_generated` without `__init__.py` above them. Names are computed here by
its rules, so that modules are split into runs that it accepts.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wsgen.quality.findings import Finding, Report, broken, read_mypy
from wsgen.quality.processes import Outcome

EXPLICIT = ("--namespace-packages", "--explicit-package-bases")
"""Options under which mypy names a file by its path from the project's root or a source directory."""

_NOTHING_THERE = "There are no .py[i] files in directory '"

RunMypy = Callable[[Sequence[Path]], Outcome]
"""Runs mypy over the directories of some modules."""


@dataclass(frozen=True, slots=True)
class TypingGroup:
    """Output directories that one mypy process can check together, and how it should name them."""

    outputs: tuple[Path, ...]
    explicit: bool


def typing_groups(
    outputs: Iterable[Path], *, root: Path, sources: Sequence[Path]
) -> tuple[TypingGroup, ...]:
    """Return `outputs` in as few groups as mypy allows, always the same way for the same output."""
    groups: list[tuple[bool, dict[str, Path]]] = []
    for output in outputs:
        name = _package_name(output, root)
        explicit = "." not in name
        if explicit:
            name = _explicit_name(output, root, sources)
        for group_explicit, members in groups:
            if group_explicit == explicit and name not in members:
                members[name] = output
                break
        else:
            groups.append((explicit, {name: output}))
    return tuple(TypingGroup(tuple(m.values()), explicit) for explicit, m in groups)


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
    It stops at the first file that it cannot read. One of a module is that module's fault; one of the
    project's own is charged to the modules that import it, found by checking ever smaller groups.
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
        if guilty or unseen:
            findings += [finding for finding in found if owner(finding.path)]
            waiting += [rest] if rest else []
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


def _package_name(output: Path, root: Path) -> str:
    """Return the name that mypy gives the package in `output` by the `__init__.py` files above it."""
    parts: list[str] = [output.name]
    name = output.name
    directory = output.parent
    while directory != root.parent and directory.name.isidentifier():
        parts.append(directory.name)
        if (directory / "__init__.py").is_file() or (directory / "__init__.pyi").is_file():
            name = ".".join(reversed(parts))
        directory = directory.parent
    return name


def _explicit_name(output: Path, root: Path, sources: Sequence[Path]) -> str:
    """Return the name that mypy gives the package by its path from the nearest base directory."""
    parts: list[str] = []
    directory = output
    while directory != root.parent and directory not in sources and directory != root:
        if not directory.name.isidentifier():
            break
        parts.append(directory.name)
        directory = directory.parent
    return ".".join(reversed(parts))
