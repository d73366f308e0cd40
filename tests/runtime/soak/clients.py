"""Runs the clients in a process of their own, so that they have a core of their own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

Ask = Callable[..., Coroutine[Any, Any, Any]]  # the answers are JSON


@asynccontextmanager
async def client_process() -> AsyncIterator[Ask]:
    """Yield a function that asks the process of the clients."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.runtime.soak.sockets",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 26,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def ask(*command: object) -> object:
        stdin.write(json.dumps(command).encode() + b"\n")
        return json.loads(await stdout.readline())

    try:
        yield ask
    finally:
        stdin.close()
        await process.wait()
