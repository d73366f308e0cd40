"""Everything needed to run steps over modules in the mirror: commands, environment and readers."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from wsgen.quality.commands import Tools
from wsgen.quality.isolation import isolated
from wsgen.quality.mirror import Mirror
from wsgen.quality.mypy_excludes import mypy_excludes
from wsgen.quality.problems import (
    Report,
    joined,
    read_flake8,
    read_formatter,
    read_ruff,
)
from wsgen.quality.processes import Outcome, Processes
from wsgen.quality.settings_groups import Homes
from wsgen.quality.settings_options import Roots, isort_options, ruff_options
from wsgen.quality.staged import StagedModule
from wsgen.quality.steps import MANY_FILES, STEPS
from wsgen.quality.tools.mypy import check_types
from wsgen.quality.tools.mypy_names import EXPLICIT, TypingGroup, typing_groups

_ARGUMENT_LIMIT = 24_000 if os.name == "nt" else 100_000
"""Characters of paths in one command line; operating systems allow a little more."""

_DROPPED = ("CLICOLOR_FORCE", "FORCE_COLOR", "MYPY_FORCE_COLOR", "MYPY_CACHE_DIR")
"""Environment variables that would colour the output or move a cache."""


@dataclass(frozen=True, slots=True)
class Command:
    """One process of a step: the output folders that it is given, and the options for their settings."""

    outputs: tuple[Path, ...]
    options: tuple[str, ...]


_CRASHED = re.compile(r"INTERNAL ERROR|^Traceback ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Workbench:
    """The mirror, the modules in it by output directory, and how tools are run there.

    `steps` are all steps of the run: what one tool is told may depend on which others there are.
    """

    mirror: Mirror
    modules: Mapping[Path, StagedModule]
    tools: Tools
    steps: tuple[str, ...]
    sources: tuple[Path, ...]
    cache: Path | None
    jobs: int
    timeout: float
    _homes: Homes = field(default_factory=Homes)

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
            texts = {output: self.modules[output].files.values() for output in outputs}
            groups = typing_groups(texts, root=self.mirror.root, sources=self.sources)
            for cache in dict.fromkeys(group.cache for group in groups):
                using = [group for group in groups if group.cache == cache]
                yield partial(self._check_types, using, processes)
        else:
            for command in self._commands(step, outputs):
                attempt = partial(self._check, processes, step, command.options)
                yield partial(isolated, step, command.outputs, attempt)

    def _check_types(self, groups: Sequence[TypingGroup], processes: Processes) -> Report:
        """Check types in groups one after another: they use one folder of what mypy remembers."""
        reports = [self._check_group(group, processes) for group in groups]
        return joined("mypy", tuple(o for group in groups for o in group.outputs), reports)

    def _check_group(self, group: TypingGroup, processes: Processes) -> Report:
        attempt = partial(
            check_types,
            run=partial(self._run_mypy, group, processes),
            owner=self.owner,
            directory=self._directory,
            excluded=self._excluded,
        )
        return isolated("mypy", group.outputs, attempt)

    def _run_mypy(
        self, group: TypingGroup, processes: Processes, outputs: Sequence[Path]
    ) -> Outcome:
        """Run mypy; without its cache if it crashed: that may be damaged, deleted, or on a full disk."""
        naming = EXPLICIT if group.explicit else ()
        flags = (*self._mypy_cache(group.cache), *naming)
        outcome = self._run(processes, "mypy", False, flags, outputs)
        if self.cache is not None and _CRASHED.search(outcome.output):
            flags = ("--cache-dir", os.devnull, *naming)
            outcome = self._run(processes, "mypy", False, flags, outputs)
        return outcome

    def write(self, step: str, outputs: Sequence[Path], processes: Processes) -> list[Report]:
        """Rewrite the modules in `outputs` with one fixing step; return what it could not rewrite."""

        def write(command: Command) -> Report:
            attempt = partial(self._write, processes, step, command.options)
            return isolated(step, command.outputs, attempt)

        with ThreadPoolExecutor(max_workers=max(1, self.jobs)) as pool:
            return list(pool.map(write, self._commands(step, outputs)))

    def _write(
        self,
        processes: Processes,
        step: str,
        options: tuple[str, ...],
        outputs: tuple[Path, ...],
    ) -> Report:
        outcome = self._run(processes, step, True, options, outputs)
        findings, _ = read_formatter(step, outcome, self._directory)
        return Report(step, outputs, findings)

    def _check(
        self,
        processes: Processes,
        step: str,
        options: tuple[str, ...],
        outputs: tuple[Path, ...],
    ) -> Report:
        outcome = self._run(processes, step, False, options, outputs)
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
        files = sum(len(self.modules[output].files) for output in outputs)
        paths = [self.mirror.relative(output) for output in outputs]
        arguments = STEPS[step].arguments(
            (*flags, *paths), files=files, jobs=self.jobs, write=write
        )
        return processes.run([*self.tools[STEPS[step].tool], *arguments], step=step)

    def _commands(self, step: str, outputs: Sequence[Path]) -> Iterator[Command]:
        """Yield the commands that take all of `outputs` through a step: one for all with the same settings."""
        tool = STEPS[step].tool
        for group in self._homes.groups(tool, outputs):
            options = self._options(tool, group[0])
            for chunk in self._chunks(group, parts=1 if STEPS[step].parallel else self.jobs):
                yield Command(chunk, options)

    def _options(self, tool: str, output: Path) -> tuple[str, ...]:
        """Return what `tool` is told for the files in `output` and all others with the same settings."""
        home = self._homes.of(tool, output)
        roots = Roots(self.mirror.root, self.sources, self._mirrored, self.mirror.scratch)
        if tool == "isort":
            return isort_options(home, roots, self.steps)
        return ruff_options(home, roots) if tool == "ruff" else ()

    def _chunks(self, outputs: Sequence[Path], *, parts: int) -> Iterator[tuple[Path, ...]]:
        """Split `outputs` so that each chunk fits on a command line; many of them into at least `parts`."""
        files = sum(len(self.modules[output].files) for output in outputs)
        most = len(outputs) if files < MANY_FILES else -(-len(outputs) // max(1, parts))
        chunk: list[Path] = []
        length = 0
        for output in outputs:
            length += len(self.mirror.relative(output)) + 1
            if chunk and (length > _ARGUMENT_LIMIT or len(chunk) == most):
                yield tuple(chunk)
                chunk, length = [], len(self.mirror.relative(output)) + 1
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

    def _mypy_cache(self, name: str) -> tuple[str, ...]:
        folder = os.devnull if self.cache is None else os.fspath(self.cache / name)
        return ("--cache-dir", folder)

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

    def _mirrored(self, place: Path) -> str:
        if place.is_relative_to(self.mirror.root):
            return os.fspath(self.mirror.top / place.relative_to(self.mirror.root))
        return os.fspath(place)
