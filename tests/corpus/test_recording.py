"""The scripts that were recorded happen again with the server of the day, to the frame."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.recording import FILE, happenings, record, servers
from tests.corpus.scripts import Json
from tests.corpus.test_typescript import node
from tests.page.browsers import BROWSERS, OPEN
from tests.parts import NODE, require

RECORDED: Json = json.loads(FILE.read_text("utf-8"))


def require_same(played: Json, expected: Json = RECORDED) -> None:
    for one, other in zip(expected["scripts"], played["scripts"], strict=True):
        assert happenings(other) == happenings(one), one["name"]


def as_webkit_tells(value: Any) -> Any:  # JSON
    """Return what happens with libsoup, to which a close code from 1012 to 2999 is an error of the server."""
    if isinstance(value, list):
        return [as_webkit_tells(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("server") == "close" and 1012 <= value["code"] < 3000:
        return {**value, "code": 1006, "reason": ""}
    return {key: as_webkit_tells(one) for key, one in value.items()}


@pytest.mark.slow
async def test_the_recorded_scripts_happen_again() -> None:
    require(NODE)
    require_same(await record(RECORDED))


@pytest.mark.slow
@pytest.mark.parametrize("browser", BROWSERS)
async def test_the_recorded_scripts_happen_again_in_a_browser(browser: str, tmp_path: Path) -> None:
    require(NODE)
    script = await asyncio.to_thread(node, "bundle.mjs")

    def play(address: str) -> Any:  # JSON
        with OPEN[browser](tmp_path) as page:
            page.evaluate(script)
            return page.evaluate(f"recordCorpus({json.dumps(address)}, {json.dumps(RECORDED)})")

    expected = as_webkit_tells(RECORDED) if browser == "webkit" else RECORDED
    async with servers(len(RECORDED["scripts"])) as address:
        require_same(await asyncio.to_thread(play, address), expected)
