"""A short trial of commands with keys while processes are killed; `make commands` is a long one."""

from pathlib import Path

import pytest
from tests.runtime.commands.proof.trial import Plan, try_out


@pytest.mark.slow
async def test_no_command_is_done_twice_and_each_is_answered(tmp_path: Path) -> None:
    result = await try_out(Plan(commands=300, kills=0.01, seed=3), tmp_path)
    assert result.violations == ()
    assert result.outcomes["done"] > 100
    assert result.kills > 0
