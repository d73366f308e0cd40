"""The scripts that were recorded happen again with the server of the day, to the frame."""

import json

import pytest

from tests.corpus.recording import FILE, happenings, record
from tests.parts import NODE, require


@pytest.mark.slow
async def test_the_recorded_scripts_happen_again() -> None:
    require(NODE)
    recorded = json.loads(FILE.read_text("utf-8"))
    played = await record(recorded)
    for one, other in zip(recorded["scripts"], played["scripts"], strict=True):
        assert happenings(other) == happenings(one), one["name"]
