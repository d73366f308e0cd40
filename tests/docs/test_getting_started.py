"""The files that getting-started.md shows are an app that a client gets updates from."""

import os
import subprocess
import sys

from tests.conftest import Project

from .pages import blocks

CLIENT = """\
import asyncio
from app.main import ws_app
from wsgen_runtime.testing import connect

async def main():
    async with connect(ws_app) as client:
        await client.subscribe("bars", {"symbol": "AAPL"})
        print(await client.receive(timeout=10))

asyncio.run(main())
"""


def test_the_files_on_the_page_serve_updates(project: Project) -> None:
    project.write("specs/datafeed/ws.yaml", "version: 1\nrouters: {}\n")
    for block in blocks("docs/start/empty-folder.md"):
        if block.language in ("python", "yaml"):
            name, _, text = block.text.partition("\n")
            project.write(name.removeprefix("# "), text)
    outcome = project.wsgen("render")
    assert outcome.code == 0, outcome.stderr
    path = os.pathsep.join([".", "src", *sys.path])
    client = subprocess.run(
        [sys.executable, "-c", CLIENT],
        cwd=project.root,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert client.returncode == 0, client.stderr
    assert "bars.update" in client.stdout
    assert "'close': 100.0" in client.stdout
