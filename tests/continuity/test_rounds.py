"""A few rounds of `make continuity`: with Redis, in one process, of two versions, with a fault put in."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

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


@pytest.mark.slow
async def test_no_process_outlives_rounds_that_are_told_to_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.continuity", "--rounds", "50"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    running = await asyncio.create_subprocess_exec(*command, env=environment)
    async with asyncio.timeout(60):
        while len(servers := _servers(tmp_path)) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    (url,) = {settings["redis"] for settings in servers}
    await asyncio.sleep(1.0)  # amid a round
    running.terminate()
    await running.wait()
    assert _servers(tmp_path) == []
    with Redis.from_url(url) as redis, pytest.raises(RedisConnectionError):
        redis.ping()


def _servers(folder: Path) -> list[dict[str, Any]]:
    """Return the settings of the servers whose files are in `folder`."""
    said = subprocess.run(
        ["ps", "-Awwo", "args"], capture_output=True, text=True, check=True
    ).stdout
    found = [line.partition("tests.continuity.server ")[2] for line in said.splitlines()]
    return [json.loads(settings) for settings in found if str(folder) in settings]
