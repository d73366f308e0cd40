"""One process of a rolling upgrade, of the version before or of this one: `SETTINGS` as JSON, then `ready`.

It ends in an orderly way at SIGTERM, as processes do in a deploy. Routes with history are only on new processes.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import uvicorn

from tests.continuity.services import Ask, Counting, Pair, Step
from tests.continuity.truth import Truth
from wsgen_runtime import WsApp, WsRouter
from wsgen_runtime.brokers.redis import RedisBroker


async def main(settings: dict[str, Any]) -> None:  # as the harness gives them
    """Serve until the process is told to stop."""
    truth = Truth(Path(settings["truth"]))
    plain = Pair(Counting(truth, "plain", 0))
    routers = [WsRouter(service=plain, route="plain", request_type=Ask, data_type=Step)]
    if settings["new"]:
        from wsgen_runtime import History

        kept = Counting(truth, "bars", 0).stream
        routers.append(
            WsRouter(
                service=kept,
                route="bars",
                request_type=Ask,
                data_type=Step,
                history=History(updates=300, seconds=20),
            )
        )
    broker = RedisBroker(settings["redis"], lease=settings["lease"])
    app = WsApp(title="continuity", routers=routers, broker=broker)
    server = uvicorn.Server(uvicorn.Config(app, port=settings["port"], log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await serving


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
