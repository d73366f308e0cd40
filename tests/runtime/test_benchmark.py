"""The programs of the benchmark, run briefly with a real server and real clients."""

import asyncio
import json
from types import ModuleType

import pytest
from benchmarks.runtime.programs import bare, tasks, writers, wsgen, wsgen_interval, wsgen_wrapped
from benchmarks.runtime.programs.bar import bar_at
from benchmarks.runtime.rows import Row
from tests.runtime.server import serving
from websockets.asyncio.client import connect as ws_connect_to


@pytest.mark.parametrize(
    "program",
    [bare, tasks, writers, wsgen, wsgen_interval, wsgen_wrapped],
    ids=lambda program: program.__name__,
)
async def test_a_contestant_sends_the_same_frame_to_each_subscriber(program: ModuleType) -> None:
    async with (
        asyncio.timeout(20),
        serving(program.app, lifespan="off") as host,
        ws_connect_to(f"ws://{host}/") as one,
        ws_connect_to(f"ws://{host}/") as two,
    ):
        for client in (one, two):
            await client.send(program.SUBSCRIBE % 3)
            await client.recv()
        await program.publish(3, bar_at(3, 1.5))
        expected = {
            "type": "bars.update",
            "payload": {
                "topic": 'bars:{"symbol":"S3"}',
                "payload": bar_at(3, 1.5).model_dump(),
            },
            "seq": 1,
        }
        assert [json.loads(await client.recv()) for client in (one, two)] == [expected, expected]


@pytest.mark.parametrize(
    ("bounds", "budget", "met"),
    [
        ({}, "", None),
        ({"at_least": 2.0}, "at least 2", True),
        ({"at_least": 2.1}, "at least 2.1", False),
        ({"at_most": 2.0}, "at most 2", True),
        ({"at_most": 1.2}, "at most 1.2", False),
    ],
)
def test_a_row_says_whether_its_median_meets_the_budget(
    bounds: dict[str, float], budget: str, met: bool | None
) -> None:
    row = Row(
        "w", "a", "t", "b", [9.0, 2.0, 1.0], [3.0], bounds.get("at_least"), bounds.get("at_most")
    )
    assert row.cells() == ("w", "a", "t", "b", "2.00", "3.00", budget)
    assert row.met is met
