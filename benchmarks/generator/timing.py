"""Run whole processes and say what they cost; the quality tools as a user runs them by hand."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

BIN = Path(sys.executable).parent
WSGEN = str(BIN / "wsgen")
STEPS = (
    ("black", "--quiet"),
    ("ruff", "format", "--quiet"),
    ("ruff", "check", "--fix", "--quiet"),
    ("flake8",),
    ("ruff", "check", "--quiet"),
    ("mypy",),
    ("isort", "--quiet"),
)
"""The seven quality steps in their default order, as commands without paths."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process and its children took: wall and CPU time in seconds, the largest process in MiB."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


def run(*command: str, cwd: Path) -> Usage:
    """Run `command` in `cwd` and return what it took; end with its output if it fails."""
    environment = os.environ | {"BLACK_CACHE_DIR": str(cwd / ".black_cache")}
    with tempfile.TemporaryFile() as output:
        started = perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(command[:3])} failed:\n{output.read().decode()[-4000:]}")
    return Usage(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def render(root: Path, *options: str) -> Usage:
    """Run `wsgen render` in the project at `root`."""
    return run(WSGEN, "render", "--quiet", *options, cwd=root)


def by_hand(step: Sequence[str], outputs: Sequence[str], root: Path) -> float:
    """Run the quality step `step` over `outputs` and return the seconds that it took."""
    tool, *arguments = step
    return run(str(BIN / tool), *arguments, *outputs, cwd=root).seconds


def all_by_hand(outputs: Sequence[str], root: Path) -> float:
    """Run the seven steps over `outputs`, one after another, and return the seconds that they took."""
    return sum(by_hand(step, outputs, root) for step in STEPS)


def medians(rounds: int, *works: Callable[[], float]) -> list[float]:
    """Return the median of what each of `works` returns, which run in turn for `rounds` rounds."""
    times = [[work() for work in works] for _ in range(rounds)]
    return [median(column) for column in zip(*times, strict=True)]
