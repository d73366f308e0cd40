"""A few rounds of `make continuity`: with Redis, in one process, of two versions, with a fault put in."""

import pytest

from tests.continuity.__main__ import mutants, parse, rounds, upgrade


@pytest.mark.slow
@pytest.mark.parametrize("broker", ["redis", "memory"])
async def test_clients_know_what_they_have_whatever_is_killed(broker: str) -> None:
    assert await rounds(parse(["--rounds", "2", "--broker", broker]))


@pytest.mark.slow
async def test_a_fault_in_the_runtime_is_found() -> None:
    assert await mutants(parse(["--only", "duplicate-after-resume"]))


@pytest.mark.slow
async def test_processes_of_two_versions_run_side_by_side() -> None:
    assert await upgrade(parse([]))
