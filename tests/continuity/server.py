"""One process of the harness: uvicorn with all routes. `python -m tests.continuity.server SETTINGS`, as JSON.

Prints `ready` once it serves. Faults of the runtime that the harness must find are put in by `CONTINUITY_MUTANT`.
"""

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import uvicorn

from tests.continuity.orders import commands
from tests.continuity.routes import routers
from tests.continuity.services import Published
from tests.continuity.truth import Truth
from tests.runtime.orders import by_user
from wsgen_runtime import Limits, WsApp
from wsgen_runtime.brokers.redis import RedisBroker


def app_of(truth: Truth, broker: RedisBroker | None = None) -> WsApp:
    """Return the application of a process, with its own routers."""
    return WsApp(
        title="continuity",
        routers=routers(truth),
        commands=commands(truth),
        authenticate=by_user,
        broker=broker,
        limits=Limits(outbox_bytes=1024 * 1024),
        origins=("*",),
    )


async def main(settings: dict[str, Any]) -> None:  # as the harness gives them
    """Serve until the process is killed."""
    truth = Truth(Path(settings["truth"]))
    broker = None
    if settings["redis"]:
        lease, queue = settings["lease"], settings["queue"]
        broker = RedisBroker(settings["redis"], lease=lease, queue=queue)
        broker._check_every = settings["check_every"]  # half a minute is longer than a round
    app = app_of(truth, broker)
    config = uvicorn.Config(app, port=settings["port"], log_level="warning", ws=settings["ws"])
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    alerts = app.routers["alerts"]
    publishing: asyncio.Task[None] | None = None
    name = ""
    while not serving.done():
        new = truth.published_name()
        if new != name:
            name = new
            if publishing is not None:
                publishing.cancel()
            publishing = asyncio.create_task(Published(truth, alerts, name).run())
        await asyncio.wait({serving}, timeout=0.05)
    serving.result()


if __name__ == "__main__":
    if mutant := os.environ.get("CONTINUITY_MUTANT"):
        from tests.continuity.mutants import MUTANTS

        MUTANTS[mutant].apply()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(json.loads(sys.argv[1])))
