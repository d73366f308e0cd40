"""A contestant's server and its clients: two processes, each on its own core."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks.runtime.environments import ROOT, interpreter

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


class Contestant:
    """One server and its clients."""

    def __init__(self, name: str, server: Program, clients: Program, about: dict[str, str]) -> None:
        self.name = name
        self.server = server
        self.clients = clients
        self.subscribe = about["subscribe"]
        self.unsubscribe = about["unsubscribe"]
        self._connected = 0

    def connect(self, number: int, topics: int = 0) -> None:
        """Connect `number` more clients; subscribe each to one of `topics` topics in turn, if to any."""
        first = self._connected
        self._connected = self.clients.ask("connect", number)
        if topics:
            self.clients.ask("ask", self.subscribe, first, self._connected, topics)

    def publish(self, topics: int, updates: int, subscribers: int) -> tuple[float, float]:
        """Return the wall time and the server's CPU time, in seconds, until all clients have all updates."""
        self.clients.ask("receive", topics * updates * subscribers)
        before = self.server.ask("cpu")
        started = self.server.ask("publish", topics, updates, 0)
        ended = self.clients.hear()
        return ended - started, self.server.ask("cpu") - before


@contextmanager
def contestants(
    *names: str, ws: str, loop: str, environment: Mapping[str, str] | None = None
) -> Iterator[list[Contestant]]:
    """Run the servers, with more in their environment if need be, and their clients until the block ends."""
    with ExitStack() as stack:
        yield [_start(stack, name, ws, loop, environment or {}) for name in names]


def _start(
    stack: ExitStack, name: str, ws: str, loop: str, environment: Mapping[str, str]
) -> Contestant:
    options = ["--ws", ws, "--loop", loop]
    server = _run(stack, 0, interpreter(name), "serve", name, *options, **environment)
    about = server.hear()
    clients = _run(stack, 1, interpreter("clients"), "clients", str(about["port"]))
    return Contestant(name, server, clients, about)


def _run(
    stack: ExitStack, core: int, python: str, program: str, *arguments: str, **environment: str
) -> Program:
    process = subprocess.Popen(
        [python, "-m", f"benchmarks.runtime.programs.{program}", *arguments],
        cwd=ROOT,
        env={**_ENVIRONMENT, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    stack.callback(_stop, process)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process.pid, {cores[core % len(cores)]})
    return Program(process)


def _stop(process: "subprocess.Popen[str]") -> None:
    """End the process by closing its stdin, or kill it if that is not enough."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
