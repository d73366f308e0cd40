"""Random faults: no update comes twice, and none is lost silently."""

from pathlib import Path

import pytest
from tests.runtime.brokers.redis.position_rounds import one_round
from tests.runtime.redis_server import redis_server


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_comes_twice_or_is_lost_silently(tmp_path: Path, seed: int) -> None:
    with redis_server(tmp_path) as server:
        assert await one_round(server, seed) == []


@pytest.mark.slow
async def test_nothing_comes_twice_or_is_lost_silently_in_many_rounds(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        for seed in range(10, 40):
            assert await one_round(server, seed) == [], seed
