"""Scripts that were recorded from the real server: `python -m tests.corpus.recording` records them again."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send

from tests.corpus.app import make_app
from tests.corpus.scripts import CORPUS, ROOT, Json
from tests.parts import NODE, require
from tests.runtime.server import serving

FILE = CORPUS / "recorded" / "server.json"
_RECORD = ROOT / "clients" / "typescript" / "test" / "record.mjs"
_WS = ROOT / "tests" / "npm" / "node_modules" / "ws" / "wrapper.mjs"


@asynccontextmanager
async def servers(count: int) -> AsyncIterator[str]:
    """Serve so many apps, each under the path of its number, and give the address before the numbers."""
    apps = [make_app() for _ in range(count)]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            number = int(scope["path"].strip("/"))
            await apps[number]({**scope, "path": "/"}, receive, send)

    async with AsyncExitStack() as stack:
        for one in apps:
            await stack.enter_async_context(one.lifespan())
        host = await stack.enter_async_context(serving(app, lifespan="off"))
        yield f"ws://{host}"


async def record(content: Json) -> Json:
    """Play the scripts of a file in Node, each with its own server, and return them with what has happened."""
    async with servers(len(content["scripts"])) as address:
        process = await asyncio.create_subprocess_exec(
            require(NODE),
            str(_RECORD),
            address,
            _WS.as_uri(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate(json.dumps(content).encode())
        assert process.returncode == 0
    recorded: Json = json.loads(printed)
    return recorded


def happenings(script: Json) -> list[Any]:  # JSON
    """Return what happens after each call: what is sent, what the server does, and what is seen.

    Each in its order: which of them come first where they do not depend on each other is up to the network.
    """
    found: list[Any] = []
    for step in script["steps"]:
        if "call" in step or "advance" in step:
            found.append((step, [], [], []))
        elif "sent" in step:
            found[-1][1].extend(step["sent"])
        elif "seen" in step:
            found[-1][3].extend(step["seen"])
        else:
            found[-1][2].append(step)
    return found


def write(file: Path, content: Json) -> None:
    """Write a file of scripts with a step a line."""
    lines = ["{", f'  "$schema": {json.dumps(content["$schema"])},', '  "scripts": [']
    for number, script in enumerate(content["scripts"], 1):
        lines.append("    {")
        for key, value in script.items():
            if key != "steps":
                lines.append(f"      {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},")
        steps = [f"        {json.dumps(step, ensure_ascii=False)}" for step in script["steps"]]
        lines += ['      "steps": [', ",\n".join(steps), "      ]"]
        lines.append("    }" + ("," if number < len(content["scripts"]) else ""))
    file.write_text("\n".join([*lines, "  ]", "}", ""]), "utf-8")


if __name__ == "__main__":
    write(FILE, asyncio.run(record(json.loads(FILE.read_text("utf-8")))))
