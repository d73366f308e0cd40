"""The two lines at the end of what `wsgen init` prints work as they stand, in an empty folder."""

import asyncio
import json
import re
import shlex
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from tests.conftest import Project
from tests.scaffold.test_layouts import make
from websockets.asyncio.client import connect


@asynccontextmanager
async def serving(command: str, folder: Path) -> AsyncIterator[str]:
    """Run `command`, which starts uvicorn, in `folder` on a free port; yield its `host:port`."""
    arguments = ("-m", *shlex.split(command), "--port", "0")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=folder, stdout=PIPE, stderr=STDOUT
    )
    assert process.stdout is not None
    printed = ""
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(r"http://(\S+:\d+)", printed)):
                line = (await process.stdout.readline()).decode()
                assert line, printed
                printed += line
        yield found[1]
    finally:
        process.terminate()
        await process.communicate()


async def updates(address: str, route: str) -> list[float]:
    """Subscribe and return the prices of two updates."""
    async with connect(f"ws://{address}") as client, asyncio.timeout(30):
        await client.send(json.dumps({"type": f"{route}.subscribe", "payload": {"symbol": "AAPL"}}))
        frames = [json.loads(await client.recv()) for _ in range(3)]
    return [frame["payload"]["payload"]["price"] for frame in frames[1:]]


async def test_the_printed_lines_serve_the_console_and_updates(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path, {}, "my shop")
    monkeypatch.chdir(root)
    outcome = project.wsgen("init", "market")
    render, serve, address = (line.strip() for line in outcome.stdout.splitlines()[-3:])
    assert project.wsgen(*shlex.split(render)[1:], "--no-quality").code == 0
    async with serving(serve, root) as host:
        page = address.replace("127.0.0.1:8000", host)
        async with httpx.AsyncClient(follow_redirects=True) as client:
            shown = await client.get(page, headers={"accept": "text/html"})
        assert shown.status_code in (200, 503)  # without `make page`, there is no script for it
        assert await updates(page.removeprefix("http://"), "market") == [100.0, 100.5]
