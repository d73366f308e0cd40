"""The programs of the benchmark, run briefly with a real server and real clients."""

import asyncio
import json
from types import ModuleType

import pytest
from benchmarks.runtime.contestants import Busy, Delays, Load, Rate
from benchmarks.runtime.programs import (
    bare,
    tasks,
    writers,
    wsgen,
    wsgen_history,
    wsgen_interval,
    wsgen_snapshot,
    wsgen_wrapped,
)
from benchmarks.runtime.programs.bar import bar_at
from benchmarks.runtime.rows import Measured, Row
from benchmarks.runtime.servers import PREPARED, deflated, on_uvloop
from tests.runtime.server import serving
from websockets.asyncio.client import connect as ws_connect_to


@pytest.mark.parametrize(
    "program",
    [bare, tasks, writers, wsgen, wsgen_history, wsgen_interval, wsgen_snapshot, wsgen_wrapped],
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


@pytest.mark.parametrize(
    ("server", "clients", "bound"),
    [
        (1.9, 0.4, "the server"),
        (1.2, 2.0, "the clients; the server has 60% of a core"),
        (1.0, 0.5, "neither core: the server has 50% of one, the clients 25%"),
    ],
)
def test_a_row_says_what_bounds_the_server(server: float, clients: float, bound: str) -> None:
    rate = Rate(100_000, 2.0, Busy(server, server / 2), Busy(clients, 0.0), 20_000_000)
    row = Measured(Load(burst=10), on_uvloop(deflated(PREPARED)), [rate], [Delays(0.001, 0.02)])
    assert row.cells() == (
        "1 topic of 1,000 clients, bursts of 10",
        "wsgen, mounted, prepared messages, uvloop, deflate",
        "50,000",
        f"{server * 10:.1f} µs",
        "50%",
        "200",
        "1.0 ms",
        "20.0 ms",
        bound,
    )
