"""Another design: a task for each send, so that none waits for another."""

import asyncio

from benchmarks.runtime.programs.bar import Bar
from benchmarks.runtime.programs.bare import (
    SUBSCRIBE,
    UNSUBSCRIBE,
    app,
    message_with,
    subscribers_of,
)

__all__ = ["SUBSCRIBE", "UNSUBSCRIBE", "app", "publish"]


async def publish(number: int, bar: Bar) -> None:
    """Send `bar` to all subscribers at once."""
    message = message_with(number, bar)
    await asyncio.gather(*(send(message) for send in subscribers_of(number)))
