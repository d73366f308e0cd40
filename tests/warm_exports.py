"""A warm interpreter for the processes that import models: what each of them loads first is loaded once.

Each process is a fork with a session, a folder, an environment and streams of its own, and runs the file that
wsgen starts. Tests of how that is started, and of what an interpreter lacks, start it as wsgen does.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from wsgen.asyncapi.export import payload_schemas

_SERVER = """
import json, os, runpy, socket, sys
import wsgen_runtime.documents.contract_digest, wsgen_runtime.documents.schemas
server = socket.socket(fileno=int(sys.argv[1]))
while True:
    text, streams, *_ = socket.recv_fds(server, 1 << 20, 4)
    if not text:
        break
    asked = json.loads(text)
    child = os.fork()
    if not child:
        server.close()
        os.setsid()
        for number, stream in enumerate(streams[:3]):
            os.dup2(stream, number)
        os.write(streams[3], b"%d" % os.getpid())
        for stream in streams:
            os.close(stream)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = asked["arguments"]
        sys.path[0] = os.path.dirname(sys.argv[0])
        runpy.run_path(sys.argv[0], run_name="__main__")
        break
    for stream in streams:
        os.close(stream)
    server.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


class _Process:
    """What wsgen uses of `subprocess.Popen`, of a fork of the warm interpreter behind `server`."""

    def __init__(
        self, server: socket.socket, asked: Mapping[str, object], streams: Sequence[int]
    ) -> None:
        self.returncode: int | None = None
        self._server = server
        reads, self._input = os.pipe()
        told, tells = os.pipe()
        text = json.dumps(asked).encode()
        socket.send_fds(server, [text], [reads, *streams, tells])
        os.close(reads)
        os.close(tells)
        with os.fdopen(told) as file:
            self.pid = int(file.read())

    def communicate(self, text: bytes, timeout: float) -> None:
        with suppress(BrokenPipeError), os.fdopen(self._input, "wb") as file:
            file.write(text)
        self.wait(timeout)

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._server.settimeout(timeout)
            try:
                self.returncode = int(self._server.recv(16))
            except TimeoutError:
                raise subprocess.TimeoutExpired("a fork", timeout or 0) from None
        return self.returncode


class Interpreters:
    """The warm interpreters of a session, one for each set of what Python and pydantic read when they start."""

    def __init__(self) -> None:
        self._running: dict[
            frozenset[tuple[str, str]], tuple[subprocess.Popen[bytes], socket.socket]
        ] = {}

    def start(self, argv: Sequence[str], **named: Any) -> Any:
        """Return a fork where this interpreter is to be started, or else what `subprocess` starts."""
        if argv[0] != sys.executable:
            return subprocess.Popen(argv, **named)
        environment = named["env"]
        asked = {
            "arguments": argv[1:],
            "folder": os.fspath(named["cwd"]),
            "environment": environment,
        }
        streams = [named["stdout"].fileno(), named["stderr"].fileno()]
        return _Process(self._server(environment), asked, streams)

    def _server(self, environment: Mapping[str, str]) -> socket.socket:
        read = frozenset(
            item for item in environment.items() if item[0].startswith(("PYTHON", "PYDANTIC"))
        )
        if read not in self._running:
            here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with there:
                number = there.fileno()
                argv = [sys.executable, "-c", _SERVER, str(number)]
                process = subprocess.Popen(
                    argv, env=environment, stdin=subprocess.DEVNULL, pass_fds=[number]
                )
            self._running[read] = process, here
        return self._running[read][1]

    def end(self) -> None:
        for process, server in self._running.values():
            server.close()
            process.wait()


@pytest.fixture(scope="session")
def warm_interpreters() -> Iterator[Interpreters]:
    """The warm interpreters of the session, which start when they are first needed."""
    interpreters = Interpreters()
    yield interpreters
    interpreters.end()


@pytest.fixture
def warm_exports(warm_interpreters: Interpreters, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes that import models be forks, where the system can."""
    if sys.platform == "linux":
        forking = SimpleNamespace(
            Popen=warm_interpreters.start,
            PIPE=subprocess.PIPE,
            TimeoutExpired=subprocess.TimeoutExpired,
        )
        monkeypatch.setattr(payload_schemas, "subprocess", forking)
