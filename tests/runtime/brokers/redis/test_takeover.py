"""Takeover between real processes, when the producer is killed or paused."""

from pathlib import Path

import pytest
from tests.runtime.brokers.redis.takeover import check_order, one_round
from tests.runtime.redis_server import redis_server

LEASE = 2.0
# A takeover is due after 0.85 of the lease at the latest. The rest, and a little more, is for a slow machine: who
# misses that turn waits for the end of another lease, after 1.4 at the earliest. `make takeover` is strict.
LATEST = 1.4 * LEASE


@pytest.mark.parametrize("pause", [False, True], ids=["killed", "paused"])
async def test_another_process_takes_over_and_no_update_comes_twice(
    tmp_path: Path, pause: bool
) -> None:
    with redis_server(tmp_path) as redis:
        waited, wrong = await one_round(redis.url, LEASE, pause=pause)
        assert wrong == ""
        assert waited < LATEST


def test_the_check_finds_what_it_looks_for() -> None:
    assert check_order([(1, 7, 1), (2, 7, 2), (3, 8, 1)]) == ""
    assert "seq" in check_order([(1, 7, 1), (1, 7, 2)])
    assert "after 1" in check_order([(1, 7, 1), (2, 7, 1)])
    assert "among" in check_order([(1, 7, 1), (2, 8, 1), (3, 7, 2)])
