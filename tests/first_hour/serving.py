"""Serve an application by the command that `wsgen init` prints, and be a client that waits for an update."""

import shlex
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.first_hour.environments import Environment

SECONDS = 30
CLIENT = """
import asyncio, json, sys

from websockets.asyncio.client import connect

async def main(url, route):
    async with asyncio.timeout(30), connect(url) as client:
        question = {"type": f"{route}.subscribe", "payload": {"symbol": "AAPL"}}
        await client.send(json.dumps(question))
        async for text in client:
            frame = json.loads(text)
            assert frame["type"] != "error", text
            if frame["type"] == f"{route}.update":
                print(json.dumps(frame["payload"]["payload"]))
                return

asyncio.run(main(*sys.argv[1:]))
"""


@contextmanager
def served(
    environment: Environment, command: str, cwd: Path, *, prefix: tuple[str, ...] = ()
) -> Iterator[str]:
    """Run the server that `command` starts; yield its address once it accepts connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.NamedTemporaryFile("w+") as log:
        server = subprocess.Popen(
            [*prefix, *shlex.split(command), "--port", str(port)],
            cwd=cwd,
            env=environment.variables,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            end = time.monotonic() + SECONDS
            while not _accepts(port):
                ended = server.poll() is not None or time.monotonic() > end
                assert not ended, (
                    f"{command} in {cwd} does not serve:\n{Path(log.name).read_text()[-3_000:]}"
                )
                time.sleep(0.02)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(SECONDS)


def update_of(environment: Environment, address: str, endpoint: str, route: str) -> str:
    """Return the first update that a client of the route gets."""
    command = ["python", "-c", CLIENT, f"ws://{address}{endpoint}", route]
    return environment.run(command, Path.cwd()).strip()


def page_of(environment: Environment, address: str, endpoint: str) -> str:
    """Return the page at `endpoint` as a browser gets it."""
    request = "urllib.request.Request(sys.argv[1], headers={'Accept': 'text/html'})"
    code = f"import sys, urllib.request; print(urllib.request.urlopen({request}).read().decode())"
    return environment.run(["python", "-c", code, f"http://{address}{endpoint}"], Path.cwd())


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
