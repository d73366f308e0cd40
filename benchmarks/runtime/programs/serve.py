"""The process of the server: one contestant and what runs it, which lines of JSON on stdin control."""

import argparse
import asyncio
import gc
import importlib
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.runtime.programs.bar import bar_at
from benchmarks.runtime.programs.hosts import start

_PARTS = 10
"""Topics are published to in as many parts, so that not all updates come at once."""


async def _publish(
    contestant: Any, topics: int, updates: int, burst: int, pause: float, turns: int
) -> list[float]:
    """Publish `updates` updates to each of `topics` topics, `burst` of them in one turn of the event loop.

    Each burst is followed by a `pause`, and then by so many turns. Return when each was there to be published:
    those of a burst all at once, also if its first one takes long.
    """
    times: list[float] = []
    for round_ in range(updates):
        times.append(times[-1] if round_ % burst else time.monotonic())
        for number in range(topics):
            await contestant.publish(number, bar_at(number, time.monotonic()))
            if (round_ + 1) % burst == 0:
                if pause:
                    await asyncio.sleep(pause)
                for _ in range(turns):
                    await asyncio.sleep(0)
    return times


async def _stream(contestant: Any, topics: int, hertz: int, seconds: float) -> float:
    """Publish to each of `topics` topics `hertz` times a second; return the seconds that this took."""
    loop = asyncio.get_running_loop()
    rounds, started = int(hertz * seconds), loop.time()
    for round_ in range(rounds):
        for part in range(_PARTS):
            due = started + (round_ + part / _PARTS) / hertz
            await asyncio.sleep(max(0.0, due - loop.time()))
            for number in range(part, topics, _PARTS):
                await contestant.publish(number, bar_at(number, time.monotonic()))
    return loop.time() - started


def _resident() -> float:
    """Return this process's resident memory in bytes, after a collection of garbage."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def _busy() -> tuple[float, float]:
    """Return this process's CPU time in seconds, and that in the kernel."""
    times = os.times()
    return time.process_time(), times.system


async def _answer(contestant: Any, command: list[Any]) -> object:
    """Execute `command`, which the driver of the benchmark has sent."""
    match command:
        case ["publish", topics, updates, burst, pause, turns]:
            return await _publish(contestant, topics, updates, burst, pause, turns)
        case ["stream", topics, hertz, seconds]:
            return await _stream(contestant, topics, hertz, seconds)
        case ["cpu"]:
            return _busy()
        case ["memory"]:
            return _resident()
        case ["clog"]:
            await contestant.clog()
            return None
    raise ValueError(command)


async def _main(contestant: Any, options: argparse.Namespace) -> None:
    port = await start(contestant, options)
    about = {"port": port, "subscribe": contestant.SUBSCRIBE, "unsubscribe": contestant.UNSUBSCRIBE}
    about |= {
        "hello": getattr(contestant, "HELLO", ""),
        "answers": getattr(contestant, "ANSWERS", 1),
    }
    _say(about)
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
    parser.add_argument("--host", default="uvicorn")
    parser.add_argument("--ws", default="auto")
    parser.add_argument("--loop", default="asyncio")
    parser.add_argument("--certificates", type=Path)
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # such as that an app is not started by its server
    contestant: Any = importlib.import_module(f"benchmarks.runtime.programs.{options.contestant}")
    if hasattr(contestant, "run"):  # it has an event loop of its own
        contestant.run(_main(contestant, options))
    elif options.loop == "uvloop":
        import uvloop

        uvloop.run(_main(contestant, options))
    else:
        asyncio.run(_main(contestant, options))


if __name__ == "__main__":
    main()
