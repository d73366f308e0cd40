"""Prints progress, waits for conditions, and collects complaints of the server."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from wsgen_runtime import WsApp


def report(line: str) -> None:
    """Print a line at once: a run takes minutes."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def drained(app: WsApp) -> None:
    """Wait until no client and no topic is left."""
    async with asyncio.timeout(60):
        while app.stats.clients or app.stats.topics:  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)  # the tasks of the server end later than those of the runtime


class _Errors(logging.Handler):
    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        # uvicorn logs the position of bytes that are not UTF-8, and closes the client with 1007.
        if record.name != "uvicorn.error" or "Invalid UTF-8" not in record.getMessage():
            self._found.append(f"{record.name}: {record.getMessage()}")


@contextmanager
def no_complaints() -> Iterator[list[str]]:
    """Yield what is logged as an error, and what the running loop's exception handler is called with."""
    found: list[str] = []
    loop, handler = asyncio.get_running_loop(), _Errors(found)
    loop.set_exception_handler(lambda _, context: found.append(str(context)))
    logging.getLogger().addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(handler)
        loop.set_exception_handler(None)
