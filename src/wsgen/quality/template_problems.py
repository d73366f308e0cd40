"""Gather the problems that come from a line of a template: one mistake, however many files have it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from wsgen.diagnostics import Span
from wsgen.quality.mirror import StagedModule
from wsgen.quality.problems import Problem
from wsgen.quality.rounds import Checked
from wsgen.quality.template_lines import TemplateLines


class Occurrence(NamedTuple):
    """A problem that a step has found in a file of a module."""

    module: StagedModule
    step: str
    file: str
    problem: Problem


class TemplateProblem(NamedTuple):
    """A problem at a line of a template, and where it was found: the first in each file."""

    place: Span
    found: tuple[Occurrence, ...]


def template_problems(
    modules: Iterable[StagedModule],
    checked: Mapping[Path, Checked],
    *,
    directory: Callable[[Path], str],
    judges_types: Callable[[str], bool],
) -> tuple[list[TemplateProblem], dict[Path, Checked]]:
    """Return the problems that come from lines of templates, and `checked` without them.

    What a step that `judges_types` finds in some of the files with the line only is the fault of their types, and
    is left in `checked`. `directory` returns an output directory as it appears in paths of problems.
    """
    staged = {module.output: module for module in modules}
    lines = TemplateLines()
    gathered: dict[tuple[Span, str, str], list[Occurrence]] = {}
    for output, result in checked.items():
        for found in _occurrences(staged[output], result, directory(output)):
            template = found.module.templates[found.file]
            if place := lines.place(template, result.files[found.file], found.problem.line):
                key = (place, found.step, found.problem.rule or found.problem.message)
                gathered.setdefault(key, []).append(found)
    common = {
        key: _a_file_each(found)
        for key, found in gathered.items()
        if not judges_types(key[1])
        or any(item.problem.missing for item in found)
        or len(_a_file_each(found)) == _number_of_files(found[0], staged, checked)
    }
    gone = {
        (item.module.output, item.step, item.problem) for key in common for item in gathered[key]
    }
    rest = {
        output: replace(
            result,
            problems=tuple(item for item in result.problems if (output, *item) not in gone),
        )
        for output, result in checked.items()
    }
    return [TemplateProblem(key[0], found) for key, found in common.items()], rest


def _number_of_files(
    found: Occurrence, staged: Mapping[Path, StagedModule], checked: Mapping[Path, Checked]
) -> int:
    """Return how many files that are made from the same template have the line of the problem, as it is there."""
    path = found.module.templates[found.file].path
    line = checked[found.module.output].files[found.file].splitlines()[found.problem.line - 1]
    texts = [
        checked[output].files[file]
        for output, module in staged.items()
        for file, template in module.templates.items()
        if template.path == path
    ]
    return sum(line in text for text in texts)


def _occurrences(module: StagedModule, result: Checked, directory: str) -> Iterator[Occurrence]:
    for step, problem in result.problems:
        file = problem.path.removeprefix(f"{directory}/")
        if file in module.templates:
            yield Occurrence(module, step, file, problem)


def _a_file_each(found: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
    files: dict[tuple[Path, str], Occurrence] = {}
    for item in found:
        files.setdefault((item.module.output, item.file), item)
    return tuple(sorted(files.values(), key=lambda item: (item.module.output, item.file)))
