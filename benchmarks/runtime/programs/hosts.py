"""What runs a contestant's application in this process: uvicorn, granian, or the contestant itself."""

import argparse
import asyncio
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

_running: set["asyncio.Task[None]"] = set()  # an event loop keeps no references to its tasks


async def start(contestant: Any, options: argparse.Namespace) -> int:
    """Serve the application of `contestant` from now on, and return the port."""
    if options.host == "granian":
        return await _start_granian(contestant.app)
    if options.host == "uvicorn":
        return await _start_uvicorn(contestant.app, options)
    port: int = contestant.listen()
    return port


async def _start_uvicorn(app: Any, options: argparse.Namespace) -> int:
    import uvicorn

    folder: Path | None = options.certificates
    config = uvicorn.Config(
        app,
        port=0,
        ws=options.ws,
        log_config=None,
        # Pings of idle contestants would disturb the one that is measured.
        ws_ping_interval=None,
        lifespan="off",
        ssl_certfile=folder and str(folder / "certificate.pem"),
        ssl_keyfile=folder and str(folder / "key.pem"),
    )
    server = uvicorn.Server(config)
    serving = _run(server.serve())
    while not (server.started or serving.done()):  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


async def _start_granian(app: Any) -> int:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    _run(Server(app, port=port, interface=Interfaces.ASGINL, log_enabled=False).serve())
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return port


def _run(serving: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    task = asyncio.create_task(serving)
    _running.add(task)
    return task
