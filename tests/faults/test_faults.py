"""One of the trials of `make faults`, which tries many more."""

from pathlib import Path

import pytest

from tests.faults.crowds import DISTURBANCES, start_together
from tests.faults.table import Table


@pytest.mark.slow
def test_twenty_processes_write_once_while_the_cache_is_deleted(tmp_path: Path) -> None:
    table = Table()
    [what] = (name for name in DISTURBANCES if "cache deleted" in name)
    start_together(tmp_path, table, what, rounds=1, states=("fresh",))
    assert (table.tried, table.lost) == (1, 0), table
