"""Run tools as processes, several at once and with a time limit, and leave none running."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ToolError
from wsgen.files import read_file
from wsgen.quality.problems import BrokenToolError, Outcome

_Result = TypeVar("_Result")

_LEAST_TIME = 60.0
"""Seconds that each command has, unless the time limit is lower, since tools need some to start."""
_HEAD = 4096
"""How many bytes of a script are read for its first line."""
_LAST_WORDS = 5.0
"""Seconds to wait for the output of a process that was killed."""


class Stopped(Exception):  # noqa: N818 - not an error: the result is no longer wanted
    """The process was ended because its result is no longer needed."""


class Processes:
    """Runs processes in one directory, at most `jobs` at once.

    What they print has paths below `directory` relative to it.
    """

    def __init__(self, *, directory: Path, timeout: float, jobs: int) -> None:
        self.jobs = max(1, jobs)
        self._directory = directory
        self._timeout = timeout
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False
        self._lock = Lock()

    def run(
        self,
        argv: Sequence[str],
        *,
        step: str,
        environment: Mapping[str, str],
        share: float = 1.0,
    ) -> Outcome:
        """Run a command to its end, in a `share` of the time limit.

        Raises ToolError if it cannot start, BrokenToolError if it takes too long.
        """
        limit = max(self._timeout * share, min(self._timeout, _LEAST_TIME))
        process = self._start(argv, step, environment)
        try:
            stdout, stderr = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            output = self._shown(_end(process))
            message = f"{step} did not finish within {limit:g} seconds and was ended"
            help_text = "Run it by hand to see what it waits for, or leave the step out of `steps`."
            found = Diagnostic("WSG502", message, help=help_text, step=step, output=output)
            raise BrokenToolError(found, "") from None
        finally:
            with self._lock:
                self._running.discard(process)
                stopped = self._stopped
        if stopped:
            raise Stopped
        return Outcome(process.returncode, self._shown(stdout), self._shown(stderr))

    @contextmanager
    def side_by_side(self, tasks: Iterable[Callable[[], _Result]]) -> Iterator[Iterator[_Result]]:
        """Run `tasks`, which call `run`, in threads, in the order given; yield results as they come.

        Leaving the context early, by `break` or by an exception, ends the processes of the others, with their
        children.
        """
        pool = ThreadPoolExecutor(max_workers=self.jobs)
        futures = [pool.submit(task) for task in tasks]
        try:
            yield (future.result() for future in as_completed(futures))
        finally:
            for future in futures:
                future.cancel()
            self._stop()
            pool.shutdown(wait=True)
            self._stopped = False

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True
            for process in self._running:
                _kill(process)

    def _shown(self, text: str) -> str:
        return text.replace(f"{self._directory}{os.sep}", "")

    def _start(
        self, argv: Sequence[str], step: str, environment: Mapping[str, str]
    ) -> "subprocess.Popen[str]":
        with self._lock:
            if self._stopped:
                raise Stopped
            try:
                process = subprocess.Popen(
                    argv,
                    cwd=self._directory,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,
                )
            except OSError as error:
                raise _not_started(step, argv[0], error, self._directory) from error
            self._running.add(process)
            return process


def missing_interpreter(program: str, directory: Path) -> str | None:
    """Return the interpreter that the first line of a script names, if it does not exist.

    So it is with the commands of an environment that was moved, or whose Python was removed.
    """
    try:
        head, newline, _ = read_file(directory / program, _HEAD).partition(b"\n")
    except OSError:
        return None
    words = head.removeprefix(b"#!").decode("utf-8", "replace").split()
    if not newline or not head.startswith(b"#!") or not words:
        return None
    name = words[1] if words[0].endswith("/env") and len(words) > 1 else words[0]
    return None if name.startswith("-") or shutil.which(name) else name


def _not_started(step: str, program: str, error: OSError, directory: Path) -> ToolError:
    interpreter = missing_interpreter(program, directory)
    reason = f"its interpreter {interpreter} does not exist" if interpreter else str(error)
    message = f"{step} cannot be started: {reason}"
    help_text = f"Install what {program} belongs to again, or leave the step out of `steps`."
    return ToolError(message, [Diagnostic("WSG501", message, help=help_text, step=step)])


def _kill(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
            return
        # A process that has just ended by itself may be gone, or, on macOS, no longer ours to end.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _end(process: "subprocess.Popen[str]") -> str:
    """Kill the process and return what it had printed."""
    _kill(process)
    try:
        stdout, stderr = process.communicate(timeout=_LAST_WORDS)
    except subprocess.TimeoutExpired:
        # A descendant that left the process group holds the pipe open, possibly for ever.
        return ""
    return "\n".join(text for text in (stdout, stderr) if text)
