"""A real redis-server on a free port of 127.0.0.1, which a test can stop, restart or pause."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from tests.parts import REDIS, REDIS_WITH_TLS, Part, require


class RedisServer:
    """One server; `url` stays the same over restarts."""

    def __init__(self, folder: Path, *options: str, part: Part = REDIS) -> None:
        self.part = part
        self.folder = folder
        self.options = options
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def client(self) -> Redis:
        return Redis(host="127.0.0.1", port=self.port)

    def start(self) -> None:
        command = [require(self.part), "--bind", "127.0.0.1", "--port", str(self.port)]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder), *self.options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(1000):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=10) as probe:
                    # It listens on all sockets only when it answers, if only with an error.
                    probe.sendall(b"PING\r\n")
                    if probe.recv(1):
                        return
            except OSError:
                assert self._process.poll() is None, "redis-server does not start"
                time.sleep(0.01)
        pytest.fail("redis-server does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


def require_tls() -> None:
    """Skip the test, or fail in CI, if the installed server was built without TLS."""
    command = [require(REDIS), "--port", "0", "--tls-port", str(free_port())]
    command += ["--tls-cert-file", "/nonexistent"]  # so that it exits in any case
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if "Failed finding TLS support" in ended.stdout:
        require(REDIS_WITH_TLS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def redis_server(folder: Path, *options: str, part: Part = REDIS) -> Iterator[RedisServer]:
    """Run a server with `options` of its command line; `part` may be a program that does the same."""
    server = RedisServer(folder, *options, part=part)
    server.start()
    try:
        yield server
    finally:
        server.stop()
