"""The process of the server: one contestant under uvicorn, which lines of JSON on stdin control."""

import argparse
import asyncio
import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks.runtime.programs.bar import bar_at

_PARTS = 10
"""Topics are published to in as many parts, so that not all updates come at once."""


async def _publish(contestant: Any, topics: int, updates: int, pause: float) -> float:
    """Publish `updates` updates to each of `topics` topics; return the time of the first one."""
    started = time.monotonic()
    for _ in range(updates):
        for number in range(topics):
            await contestant.publish(number, bar_at(number, time.monotonic()))
            await asyncio.sleep(pause)
    return started


async def _stream(contestant: Any, topics: int, hertz: int, seconds: float) -> int:
    """Publish to each of `topics` topics `hertz` times a second; return how often each was published to."""
    loop = asyncio.get_running_loop()
    rounds, started = int(hertz * seconds), loop.time()
    for round_ in range(rounds):
        for part in range(_PARTS):
            due = started + (round_ + part / _PARTS) / hertz
            await asyncio.sleep(max(0.0, due - loop.time()))
            for number in range(part, topics, _PARTS):
                await contestant.publish(number, bar_at(number, time.monotonic()))
    return rounds


def _resident() -> float:
    """Return this process's resident memory in bytes, after a collection of garbage."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


async def _answer(contestant: Any, command: list[Any]) -> object:
    """Execute `command`, which the driver of the benchmark has sent."""
    match command:
        case ["publish", topics, updates, pause]:
            return await _publish(contestant, topics, updates, pause)
        case ["stream", topics, hertz, seconds]:
            return await _stream(contestant, topics, hertz, seconds)
        case ["cpu"]:
            return time.process_time()
        case ["memory"]:
            return _resident()
        case ["clog"]:
            await contestant.clog()
            return None
    raise ValueError(command)


async def _main(options: argparse.Namespace) -> None:
    contestant: Any = importlib.import_module(f"benchmarks.runtime.programs.{options.contestant}")
    config = uvicorn.Config(
        contestant.app,
        port=0,
        ws=options.ws,
        log_config=None,
        # Pings of idle contestants would disturb the one that is measured.
        ws_ping_interval=None,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not (server.started or serving.done()):  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    _say({"port": port, "subscribe": contestant.SUBSCRIBE, "unsubscribe": contestant.UNSUBSCRIBE})
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        _say(await _answer(contestant, json.loads(line)))
    # At the end of stdin everything has been measured, and no graceful end is needed.
    os._exit(0)


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the server until the end of stdin."""
    parser = argparse.ArgumentParser()
    parser.add_argument("contestant")
    parser.add_argument("--ws", default="auto")
    parser.add_argument("--loop", default="asyncio")
    options = parser.parse_args()
    if options.loop == "uvloop":
        import uvloop

        uvloop.run(_main(options))
    else:
        asyncio.run(_main(options))


if __name__ == "__main__":
    main()
