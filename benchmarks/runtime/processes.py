"""A program of the benchmark: a process with a core of its own, which is told what to do by lines of JSON."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.runtime.environments import ROOT, interpreter

SERVERS, CLIENTS = 0, 1
"""The core of the servers, and that of the clients and of all else."""
_ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}


class Program:
    """A process that answers each line of JSON on its stdin with a line on its stdout."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def tell(self, *command: object) -> None:
        """Send a command; `hear` returns its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:  # whatever the program says: it and its callers know each other
        """Return the next answer; if there is none, the process has printed a traceback."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(map(str, self._process.args))} has ended")  # type: ignore[arg-type] # a list
        return json.loads(line)

    def ask(self, *command: object) -> Any:  # as hear
        """Send a command and return its answer."""
        self.tell(*command)
        return self.hear()


@contextmanager
def program(
    name: str,
    *arguments: str,
    core: int,
    environment: str = "",
    variables: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """Run the program `name` until the block ends, by the Python of the `environment`."""
    process = subprocess.Popen(
        [interpreter(environment), "-m", f"benchmarks.runtime.programs.{name}", *arguments],
        cwd=ROOT,
        env={**_ENVIRONMENT, **(variables or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(process.pid, {cores[core % len(cores)]})
        yield Program(process)
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[str]") -> None:
    """End the process by closing its stdin, or kill it if that is not enough."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
