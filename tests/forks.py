"""A warm interpreter: Python code run again and again in fresh processes, without the start-up of each.

What is loaded before the first run is loaded once; each run is a fork, which may be killed like any
other process.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

_SERVER = """
import os, signal, sys
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what the code prints is no answer
{before}
for line in sys.stdin:
    children = []
    for _ in range(int(line.split()[0])):
        child = os.fork()
        if not child:
            signal.alarm(60)
            argument = line.split()[1]
{code}
            sys.exit()
        children.append(child)
    ends = (os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    print(*ends, file=answers, flush=True)
"""

DYING = """
from pathlib import Path
import wsgen.commit.apply
from wsgen.cli.main import run

run(["diff"])  # loads all that a run needs

def dying(real):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call

for name in ("replace", "unlink", "write_bytes", "mkdir", "rmdir"):
    setattr(Path, name, dying(getattr(Path, name)))
"""
"""Code that runs before forks: a fork kills itself with SIGKILL before file operation number `left`."""


class Forks:
    """The processes of one warm interpreter."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def run(self, argument: object = "-", *, times: int = 1) -> list[int]:
        """Run the code `times` at once, with `argument` as a text without blanks; return how each ended.

        As in `subprocess`, the end by a signal is that signal's negative number; each has a minute.
        """
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(f"{times} {argument}\n")
        self._server.stdin.flush()
        return [int(code) for code in self._server.stdout.readline().split()]


@contextmanager
def forks(*, before: str, code: str, root: Path, environment: Mapping[str, str]) -> Iterator[Forks]:
    """Load `before` in an interpreter and yield what runs `code` in forks of it."""
    source = _SERVER.format(before=before, code=indent(code, " " * 12))
    with subprocess.Popen(
        [sys.executable, "-c", source],
        cwd=root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield Forks(server)
        finally:
            assert server.stdin is not None
            server.stdin.close()
