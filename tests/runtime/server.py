"""Runs a real uvicorn on the event loop of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from tests.runtime.services import until

# The older implementation of uvicorn raises a deprecation warning; its sends block where the newer ones do not.
IMPLEMENTATIONS = [
    "websockets-sansio",
    "wsgen_runtime.uvicorn:Protocol",
    "wsproto",
    pytest.param("websockets", marks=pytest.mark.filterwarnings("ignore")),
]


@asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncIterator[str]:  # as uvicorn.Config takes them
    """Serve `app` on a free port of 127.0.0.1 and yield its `host:port`."""
    config = uvicorn.Config(app, port=0, log_config=None, **options)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started or task.done())
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
