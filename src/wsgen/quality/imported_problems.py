"""Gather the problems in files that generated ones import: one mistake, however many modules it stops."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from wsgen.quality.mirror import StagedModule
from wsgen.quality.problems import Cause, Problem
from wsgen.quality.rounds import Checked


class ImportedProblem(NamedTuple):
    """A problem that a step has with a file of the project, and the modules that it is charged to."""

    step: str
    cause: Cause
    problem: Problem
    modules: tuple[StagedModule, ...]


def imported_problems(
    modules: Mapping[Path, StagedModule], checked: Mapping[Path, Checked]
) -> tuple[list[ImportedProblem], dict[Path, Checked]]:
    """Return the problems whose cause is in another file, and `checked` without them."""
    found: dict[tuple[str, Cause, str], ImportedProblem] = {}
    rest = {}
    for output, result in checked.items():
        own = []
        for step, problem in result.problems:
            if problem.cause is None:
                own.append((step, problem))
                continue
            key = (step, problem.cause, problem.message)
            known = found.get(key, ImportedProblem(step, problem.cause, problem, ()))
            found[key] = known._replace(modules=(*known.modules, modules[output]))
        rest[output] = replace(result, problems=tuple(own))
    return list(found.values()), rest
