"""The supported servers, each as a process that serves `tests.servers.app`."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
APP = "tests.servers.app:app"
_UVICORN = ("uvicorn", APP, "--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning")


@dataclass(frozen=True, slots=True)
class Server:
    """How to start a server, and how it differs from the others."""

    command: tuple[str, ...]
    direct: bool = True
    """Whether its `send` is known to be safe in any task."""
    package: str | None = "uvicorn"
    """The package that makes the task of a connection, if it is the server's."""
    sends_1001: bool = True
    """Whether it sends close codes below 3000."""
    prepared: bool = False
    """Whether it takes prepared messages."""
    goodbye: bool = True
    """Whether clients get the close frame of the app when the server is stopped."""


SERVERS = {
    "uvicorn (websockets-sansio)": Server((*_UVICORN, "--ws", "websockets-sansio")),
    "uvicorn (prepared)": Server(
        (*_UVICORN, "--ws", "wsgen_runtime.uvicorn:Protocol"), prepared=True
    ),
    "uvicorn (websockets)": Server((*_UVICORN, "--ws", "websockets")),
    "uvicorn (wsproto)": Server((*_UVICORN, "--ws", "wsproto")),
    "uvicorn, in a middleware": Server(
        (
            *("uvicorn", "tests.servers.app:wrapped", "--host", "127.0.0.1", "--port", "{port}"),
            *("--log-level", "warning"),
        ),
        direct=False,
    ),
    "gunicorn (uvicorn worker)": Server(
        ("gunicorn", APP, "-k", "uvicorn_worker.UvicornWorker", "-b", "127.0.0.1:{port}")
    ),
    "gunicorn (prepared)": Server(
        (
            "gunicorn",
            APP,
            "-k",
            "tests.servers.prepared_worker.PreparedWorker",
            "-b",
            "127.0.0.1:{port}",
        ),
        prepared=True,
    ),
    # It does not pass SIGTERM on as a signal to the process that serves, so that the app does not notice it.
    "hypercorn": Server(
        ("hypercorn", APP, "-b", "127.0.0.1:{port}"), package="hypercorn", goodbye=False
    ),
    "granian": Server(
        ("granian", APP, "--interface", "asgi", "--host", "127.0.0.1", "--port", "{port}"),
        package="granian",
        goodbye=False,
    ),
    "daphne": Server(
        ("daphne", APP, "-b", "127.0.0.1", "-p", "{port}"),
        direct=False,
        package=None,
        sends_1001=False,
        goodbye=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Running:
    """A running server."""

    server: Server
    process: subprocess.Popen[bytes]
    host: str
    log: Path
    http: httpx.AsyncClient

    async def post(self, path: str, **query: int) -> None:
        """Control the application."""
        (await self.http.post(path, params=query)).raise_for_status()

    async def get(self, path: str) -> object:
        """Query the application."""
        answer: object = (await self.http.get(path)).raise_for_status().json()
        return answer

    async def stop(self, within: float) -> bool:
        """Send SIGTERM; return whether the process exited within this many seconds."""
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self.process.wait, within)
        except subprocess.TimeoutExpired:
            return False
        return True


@asynccontextmanager
async def running(name: str) -> AsyncIterator[Running]:
    """Start the server called `name`, and kill what is left of it at the end."""
    server = SERVERS[name]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host = f"127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        process = _start([word.format(port=port) for word in server.command], log)
        try:
            async with httpx.AsyncClient(base_url=f"http://{host}", trust_env=False) as http:
                started = Running(server, process, host, log, http)
                await _answers(started)
                yield started
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(Path(sys.executable).with_name(command[0])), *command[1:]],
            cwd=ROOT,
            # gunicorn keeps a socket in the home directory.
            env={
                **os.environ,
                "HOME": str(log.parent),
                "PYTHONPATH": str(ROOT),
                "PYTHONWARNINGS": "ignore",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


async def _answers(started: Running) -> None:
    async with asyncio.timeout(60):
        while True:
            if started.process.poll() is not None:
                raise RuntimeError(f"the server did not start:\n{started.log.read_text()}")
            try:
                await started.get("/clients")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
