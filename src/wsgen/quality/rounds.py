"""Find the fixed point: texts that no step would change, with the problems that the other steps report.

Fast fixers run first; then all steps check side by side. If no fixing step would change anything, the fixed point
is reached. Otherwise the fixing steps rewrite the files in order, and only changed modules are checked again.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ToolError
from wsgen.progress import Progress, Unheard
from wsgen.quality.command_lines import tasks
from wsgen.quality.problems import BrokenToolError, Problem, Report
from wsgen.quality.rewritten import rewritten
from wsgen.quality.tools import step_named, tool_of
from wsgen.quality.tools.tool import Step
from wsgen.quality.workbench import Workbench

_TIMED_OUT = "WSG502"
ROUNDS = 5
"""The number of times that files are fixed before the steps count as unable to agree."""

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One rewrite of one file by one step."""

    step: str
    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The result for one module: its last texts, the problems by step, and the changes that steps disagree about.

    `broken` is the diagnostic about a tool that broke on it; no other tool has checked it since.
    """

    files: Texts
    problems: tuple[tuple[str, Problem], ...]
    disputes: tuple[Change, ...] = ()
    broken: Diagnostic | None = None

    @property
    def passed(self) -> bool:
        """Return whether the module passes all steps."""
        return not (self.problems or self.disputes or self.broken)


class Rounds:
    """One run of `steps` over the modules of a workbench.

    `_pending` holds for each step the modules that it has not checked as they are now.
    """

    def __init__(
        self, bench: Workbench, steps: Sequence[str], progress: Progress | None = None
    ) -> None:
        self._bench = bench
        self._progress = progress or Unheard()
        self._steps = tuple(dict.fromkeys(steps))
        self._texts: dict[Path, Texts] = {o: dict(m.files) for o, m in bench.modules.items()}
        self._pending = {
            step: {output for output, module in bench.modules.items() if step in module.steps}
            for step in self._steps
        }
        self._problems: dict[Path, dict[str, list[Problem]]] = {o: {} for o in bench.modules}
        self._given_up: dict[Path, tuple[Change, ...]] = {}
        self._broken: dict[Path, Diagnostic] = {}
        self._history: dict[Path, list[Change]] = {o: [] for o in bench.modules}

    def run(self) -> dict[Path, Checked]:
        """Check and fix until nothing changes; return the result for each module by output directory.

        Raises ToolError if tools break on every module.
        """
        rendered = dict(self._texts)
        for step in self._steps:
            if self._pending[step]:
                self._plan(step, self._pending[step])
        self._fix([step for step in self._steps if self._step(step).quick])
        seen = {output: [rendered[output], texts] for output, texts in self._texts.items()}
        rounds = 0
        while unsettled := self._check():
            rounds += 1
            changes = self._fix(self._steps)
            for output, made in changes.items():
                texts = self._texts[output]
                if texts in seen[output] or rounds >= ROUNDS:
                    self._give_up(output, self._circle(output, made))
                seen[output].append(texts)
            if not changes:
                self._never_settled(unsettled)
        self._check_disputed()
        return {output: self._checked(output) for output in self._bench.modules}

    def _check(self) -> list[Report]:
        """Check what is pending, side by side; return the reports of steps that would change files.

        The first such report ends the other steps, which would check texts that are about to change.
        """
        # These cannot be asked what they would change, and do so before the others look.
        self._fix([step for step in self._steps if self._step(step).check is None])
        steps = sorted(self._steps, key=lambda step: -self._step(step).cost)
        checks = [
            task
            for step in steps
            if self._pending[step]
            for task in self._tasks(step, self._in_order(self._pending[step]), write=False)
        ]
        unsettled: list[Report] = []
        with self._bench.processes.side_by_side(checks) as reports:
            for report in reports:
                self._record(report)
                if report.unsettled:
                    unsettled.append(report)
                    break
                self._pending[report.step] -= set(report.outputs)
        return unsettled

    def _fix(self, steps: Sequence[str]) -> dict[Path, tuple[Change, ...]]:
        """Let those of `steps` that fix rewrite the modules that are pending for them; return all changes.

        This includes modules for which a check was cancelled, so that the result depends on the order of the
        steps only, and not on which of them was faster.
        """
        changes: dict[Path, list[Change]] = {}
        for step in steps:
            todo = self._in_order(self._pending[step])
            if not (self._step(step).fixes and todo):
                continue
            writes = self._tasks(step, todo, write=True)
            with self._bench.processes.side_by_side(writes) as reports:
                for report in reports:
                    self._record(report)
            for output in todo:
                made = list(self._changes(step, output))
                if output in self._given_up:
                    continue
                if made:
                    changes.setdefault(output, []).extend(made)
                    self._history[output].extend(made)
                    self._problems[output].clear()  # they are of the texts before
                    for name in self._bench.modules[output].steps:
                        self._pending[name].add(output)
                if self._step(step).stable or not made:
                    self._pending[step].discard(output)
        return {output: tuple(made) for output, made in changes.items()}

    def _tasks(
        self, step: str, outputs: Sequence[Path], *, write: bool
    ) -> list[Callable[[], Report]]:
        """Return the tasks that take `outputs` through a step, each of which says when it begins and ends."""
        self._plan(step, outputs)
        found = tasks(self._bench, step, outputs, write=write)
        return [partial(self._reported, step, task) for task in found]

    def _plan(self, step: str, outputs: Collection[Path]) -> None:
        self._progress.planned(step, len(outputs), self._bench.files(outputs))

    def _reported(self, step: str, task: Callable[[], Report]) -> Report:
        done: tuple[Path, ...] = ()
        self._progress.began(step)
        try:
            report = task()
            done = report.outputs
            return report
        finally:
            self._progress.ended(step, len(done), self._bench.files(done))

    def _changes(self, step: str, output: Path) -> Iterator[Change]:
        """Yield the differences between the files in `output` and their known texts, which are then updated."""
        before = self._texts[output]
        try:
            after = rewritten(self._bench, step, output, before)
        except BrokenToolError as error:
            self._record(error.report(step, (output,)))
            return
        self._texts[output] = after
        for name, text in after.items():
            if text != before[name]:
                yield Change(step, name, before[name], text)

    def _record(self, report: Report) -> None:
        for output in report.outputs:
            self._problems[output].pop(report.step, None)
        for output, found in report.broken.items():
            self._broken.setdefault(output, found)
            self._give_up(output, ())
        failures = dict.fromkeys(self._broken.values())
        if len(self._broken) == len(self._bench.modules) and not any(
            found.code == _TIMED_OUT for found in failures
        ):
            raise ToolError(next(iter(failures)).message, failures)
        for problem in report.problems:
            output = self._bench.owner(problem.path) or Path(problem.path)
            if output in self._problems:
                self._problems[output].setdefault(report.step, []).append(problem)
                if self._step(report.step).fixes:
                    self._give_up(output, ())

    def _circle(self, output: Path, made: Sequence[Change]) -> tuple[Change, ...]:
        """Return the changes since each file of `made` last had its present text, else those of `made`."""
        circle: list[Change] = []
        for file in dict.fromkeys(change.file for change in made):
            history = [change for change in self._history[output] if change.file == file]
            starts = [n for n, item in enumerate(history) if item.before == history[-1].after]
            circle += history[starts[-1] :] if starts else [c for c in made if c.file == file]
        return tuple(circle)

    def _check_disputed(self) -> None:
        """Let type checkers check modules that steps disagree about: a missing import may be why."""
        disputed = {output for output, changes in self._given_up.items() if changes}
        for step in self._steps:
            if disputed and tool_of(step, self._bench.own).checks_types:
                self._pending[step] |= disputed
                self._check()

    def _give_up(self, output: Path, disputes: tuple[Change, ...]) -> None:
        """Leave a module as it is; no step checks it again."""
        self._given_up.setdefault(output, disputes)
        for pending in self._pending.values():
            pending.discard(output)

    def _never_settled(self, reports: Sequence[Report]) -> None:
        """Give up the modules that a step would change according to its check, but does not change."""
        for report in reports:
            named = [output for output in report.outputs if self._is_named(output, report.output)]
            for output in named or report.outputs:
                self._give_up(output, (Change(report.step, "", "", ""),))

    def _is_named(self, output: Path, text: str) -> bool:
        """Return whether `text` names a file in `output`, and not one in a folder of a longer name."""
        place = re.escape(self._bench.mirror.relative(output))
        return re.search(rf"(?:^|\./|[^\w./-]){place}/", text, re.MULTILINE) is not None

    def _step(self, name: str) -> Step:
        return step_named(name, self._bench.own)

    def _in_order(self, outputs: set[Path]) -> list[Path]:
        return [output for output in self._bench.modules if output in outputs]

    def _checked(self, output: Path) -> Checked:
        found = self._problems[output]
        problems = tuple((step, item) for step in self._steps for item in found.get(step, ()))
        disputes = self._given_up.get(output, ())
        return Checked(self._texts[output], problems, disputes, self._broken.get(output))
