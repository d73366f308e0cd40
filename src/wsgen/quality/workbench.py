"""Everything needed to run steps over modules in the mirror: commands, environment and readers."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wsgen.quality.findings import (
    Report,
    read_flake8,
    read_formatter,
    read_ruff,
)
from wsgen.quality.mirror import Mirror
from wsgen.quality.mypy_excludes import mypy_excludes
from wsgen.quality.processes import Outcome, Processes
from wsgen.quality.staged import StagedModule
from wsgen.quality.steps import STEPS
from wsgen.quality.tools import Tools
from wsgen.quality.typing_runs import EXPLICIT, check_types, typing_groups

_ARGUMENT_LIMIT = 24_000 if os.name == "nt" else 100_000
"""Characters of paths in one command line; operating systems allow a little more."""

_DROPPED = ("CLICOLOR_FORCE", "FORCE_COLOR", "MYPY_FORCE_COLOR", "MYPY_CACHE_DIR")
"""Environment variables that would colour the output or move a cache."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """The mirror, the modules in it by output directory, and how tools are run there."""

    mirror: Mirror
    modules: Mapping[Path, StagedModule]
    tools: Tools
    sources: tuple[Path, ...]
    cache: Path | None
    isort_options: tuple[str, ...]
    jobs: int
    timeout: float

    def processes(self) -> Processes:
        """Return a fresh set of processes."""
        return Processes(
            directory=self.mirror.top, environment=self._environment(), timeout=self.timeout
        )

    @property
    def _directory(self) -> str:
        return os.fspath(self.mirror.top)

    def owner(self, path: str) -> Path | None:
        """Return the output directory of the module that the file `path` in the mirror belongs to."""
        output = (self.mirror.root / os.path.normpath(path)).parent
        return output if output in self.modules else None

    def checks(
        self, step: str, outputs: Sequence[Path], processes: Processes
    ) -> Iterator[Callable[[], Report]]:
        """Yield the tasks that check the modules in `outputs` with one step."""
        if step == "mypy":
            groups = typing_groups(outputs, root=self.mirror.root, sources=self.sources)
            for number, group in enumerate(groups):
                flags = self._mypy_cache(number)
                flags += EXPLICIT if group.explicit else ()
                run = partial(self._run, processes, step, False, flags)
                yield partial(
                    check_types,
                    group.outputs,
                    run,
                    owner=self.owner,
                    directory=self._directory,
                    excluded=self._excluded,
                )
        else:
            for chunk in self._chunks(outputs):
                yield partial(self._check, processes, step, chunk)

    def write(self, step: str, outputs: Sequence[Path], processes: Processes) -> list[Report]:
        """Rewrite the modules in `outputs` with one fixing step; return what it could not rewrite."""
        reports = []
        for chunk in self._chunks(outputs):
            outcome = self._run(processes, step, True, (), chunk)
            findings, _ = read_formatter(step, outcome, self._directory)
            reports.append(Report(step, chunk, findings))
        return reports

    def _check(self, processes: Processes, step: str, outputs: tuple[Path, ...]) -> Report:
        outcome = self._run(processes, step, False, (), outputs)
        if STEPS[step].fixes:
            findings, unsettled = read_formatter(step, outcome, self._directory)
            return Report(step, outputs, findings, unsettled, outcome.output)
        if step == "flake8":
            return Report(step, outputs, read_flake8(outcome, self._directory))
        return Report(step, outputs, read_ruff(step, outcome, self._directory))

    def _run(
        self,
        processes: Processes,
        step: str,
        write: bool,
        flags: tuple[str, ...],
        outputs: Sequence[Path],
    ) -> Outcome:
        if step == "isort":
            flags = self.isort_options
        files = sum(len(self.modules[output].files) for output in outputs)
        paths = [self.mirror.relative(output) for output in outputs]
        arguments = STEPS[step].arguments(
            (*flags, *paths), files=files, jobs=self.jobs, write=write
        )
        return processes.run([*self.tools[STEPS[step].tool], *arguments], step=step)

    def _chunks(self, outputs: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
        """Split `outputs` so that each part fits on a command line."""
        chunk: list[Path] = []
        length = 0
        for output in outputs:
            length += len(self.mirror.relative(output)) + 1
            if chunk and length > _ARGUMENT_LIMIT:
                yield tuple(chunk)
                chunk, length = [], 0
            chunk.append(output)
        yield tuple(chunk)

    def _excluded(self) -> frozenset[Path]:
        """Return the outputs in which the project's mypy configuration excludes every file."""
        patterns = mypy_excludes(self.mirror.top)
        return frozenset(
            output
            for output, module in self.modules.items()
            if all(
                any(
                    pattern.search(f"{self.mirror.relative(output)}/{name}") for pattern in patterns
                )
                for name in module.files
            )
        )

    def _mypy_cache(self, number: int) -> tuple[str, ...]:
        if self.cache is None:
            return ("--cache-dir", os.devnull)
        return ("--cache-dir", os.fspath(self.cache / f"mypy{number or ''}"))

    def _environment(self) -> dict[str, str]:
        environment = {k: v for k, v in os.environ.items() if k not in _DROPPED}
        roots = [self._mirrored(source) for source in self.sources]
        mypy_path = [*roots, *filter(None, [environment.get("MYPYPATH")])]
        if mypy_path:
            environment["MYPYPATH"] = os.pathsep.join(mypy_path)
        return environment | {
            "BLACK_CACHE_DIR": os.fspath(self.mirror.scratch / "black"),
            "NO_COLOR": "1",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONWARNINGS": "ignore",
        }

    def _mirrored(self, source: Path) -> str:
        if source.is_relative_to(self.mirror.root):
            return os.fspath(self.mirror.top / source.relative_to(self.mirror.root))
        return os.fspath(source)
