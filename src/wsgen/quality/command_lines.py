"""The command lines that take modules through a step, none of them for modules with different settings."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from wsgen.quality.isolation import isolated
from wsgen.quality.problems import Report, broken
from wsgen.quality.tools import step_named, tool_of
from wsgen.quality.workbench import Workbench

_MANY_FILES = 64
"""Below this many files further processes cost more to start than they save."""

_ARGUMENT_LIMIT = 24_000 if os.name == "nt" else 100_000
"""Characters of paths in one command line; operating systems allow a little more."""

_Task = Callable[[], Report]


def tasks(bench: Workbench, step: str, outputs: Sequence[Path], *, write: bool) -> Iterator[_Task]:
    """Yield the tasks that check the modules in `outputs` with one step, or let it `write` them."""
    tool = tool_of(step, bench.own)
    if tool.checks is not None:
        yield from tool.checks(bench, outputs)
        return
    parts = bench.processes.jobs if tool.workers == "parts" else 1
    for group in bench.homes.groups(tool, outputs):
        options = tool.options(bench.homes.of(tool, group[0]), bench)
        for chunk in _chunks(bench, group, parts):
            attempt = partial(_attempt, bench, step, options, write)
            yield partial(isolated, step, chunk, attempt)


def _attempt(
    bench: Workbench,
    step: str,
    options: tuple[str, ...],
    write: bool,
    outputs: tuple[Path, ...],
    share: float,
) -> Report:
    """Run a step over the modules in `outputs` once. Raises BrokenToolError if it cannot do its work."""
    tool, how = tool_of(step, bench.own), step_named(step, bench.own)
    arguments = list((how.write if write else how.check) or ())
    if tool.workers not in (None, "parts"):
        many = bench.files(outputs) >= _MANY_FILES
        arguments += (tool.workers, str(bench.processes.jobs if many else 1))
    arguments += options
    outcome = bench.run(step, arguments, outputs, share, tool.environment(bench))
    reading = tool.read(step, outcome, bench.directory)
    if step in bench.own and outcome.returncode != 0:
        # It is not known what it has looked at: a failure that is said of other files only is one.
        found = (bench.owner(problem.path) or Path(problem.path) for problem in reading.problems)
        if not any(output in outputs for output in found):
            raise broken(step, outcome)
    unsettled = reading.unsettled and not write
    return Report(step, outputs, reading.problems, unsettled, outcome.output)


def _chunks(bench: Workbench, outputs: Sequence[Path], parts: int) -> Iterator[tuple[Path, ...]]:
    """Split `outputs` so that each chunk fits on a command line; many of them into at least `parts`."""
    few = bench.files(outputs) < _MANY_FILES
    most = len(outputs) if few else -(-len(outputs) // parts)
    chunk: list[Path] = []
    length = 0
    for output in outputs:
        length += len(bench.mirror.relative(output)) + 1
        if chunk and (length > _ARGUMENT_LIMIT or len(chunk) == most):
            yield tuple(chunk)
            chunk, length = [], len(bench.mirror.relative(output)) + 1
        chunk.append(output)
    yield tuple(chunk)
