"""An event loop that is busy otherwise does not take Redis for dead."""

import asyncio
import time
from pathlib import Path

import pytest
from tests.runtime.brokers.redis.redis_apps import Process, close_of, running
from tests.runtime.redis_server import redis_server
from tests.runtime.services import AAPL

from wsgen_runtime.brokers.redis.patience import Patience
from wsgen_runtime.testing import connect


async def busy_turns(count: int, seconds: float) -> None:
    """Block the event loop as many small tasks do, for `count` turns."""
    for _ in range(count):
        time.sleep(seconds)  # noqa: ASYNC251 - on purpose
        await asyncio.sleep(0)


async def test_a_busy_event_loop_gives_no_answer_up() -> None:
    patience = Patience(0.05)
    async with patience.within():
        await busy_turns(10, 0.05)
    patience.close()


async def test_an_answer_that_does_not_come_is_given_up() -> None:
    patience = Patience(0.05)
    with pytest.raises(TimeoutError):
        async with patience.within():
            await asyncio.Event().wait()
    patience.close()


async def test_a_busy_event_loop_keeps_its_connection(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_server(tmp_path) as server:
        process = Process(server.url, lease=0.5)  # silence of about 0.3 s
        async with running(process), connect(process.app) as client:
            await client.subscribe("bars", AAPL)
            await busy_turns(15, 0.1)
            await asyncio.sleep(0.1)
            assert process.app.stats.broker.reconnects == 0
            process.produce(1)
            assert await close_of(client) == 1
    assert not [it for it in caplog.records if "went away" in it.message]
