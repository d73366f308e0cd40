"""The command lines that take modules through a step, none of them for modules with different settings."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from wsgen.quality.isolation import isolated
from wsgen.quality.problems import Report
from wsgen.quality.settings_files import Homes
from wsgen.quality.tools import step_named, tool_of
from wsgen.quality.workbench import Workbench

_MANY_FILES = 64
"""Below this many files further processes cost more to start than they save."""

_ARGUMENT_LIMIT = 24_000 if os.name == "nt" else 100_000
"""Characters of paths in one command line; operating systems allow a little more."""

_Task = Callable[[], Report]


class CommandLines:
    """The command lines of the steps of a workbench."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._homes = Homes()

    def tasks(self, step: str, outputs: Sequence[Path], *, write: bool) -> Iterator[_Task]:
        """Yield the tasks that check the modules in `outputs` with one step, or let it `write` them."""
        tool = tool_of(step)
        if tool.checks is not None:
            yield from tool.checks(self._bench, outputs)
            return
        parts = self._bench.processes.jobs if tool.workers == "parts" else 1
        for group in self._homes.groups(tool, outputs):
            options = tool.options(self._homes.of(tool, group[0]), self._bench)
            for chunk in self._chunks(group, parts):
                attempt = partial(self._attempt, step, options, write)
                yield partial(isolated, step, chunk, attempt)

    def _attempt(
        self,
        step: str,
        options: tuple[str, ...],
        write: bool,
        outputs: tuple[Path, ...],
        share: float,
    ) -> Report:
        """Run a step over the modules in `outputs` once. Raises BrokenToolError."""
        bench, tool, how = self._bench, tool_of(step), step_named(step)
        arguments = list((how.write if write else how.check) or ())
        if tool.workers not in (None, "parts"):
            many = bench.files(outputs) >= _MANY_FILES
            arguments += (tool.workers, str(bench.processes.jobs if many else 1))
        arguments += options
        outcome = bench.run(step, arguments, outputs, share, tool.environment(bench))
        reading = tool.read(step, outcome, bench.directory)
        return Report(
            step, outputs, reading.problems, reading.unsettled and not write, outcome.output
        )

    def _chunks(self, outputs: Sequence[Path], parts: int) -> Iterator[tuple[Path, ...]]:
        """Split `outputs` so that each chunk fits on a command line; many of them into at least `parts`."""
        bench = self._bench
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
