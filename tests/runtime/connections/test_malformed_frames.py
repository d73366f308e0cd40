"""Malformed frames and stalled clients harm nobody else; a short part of `make soak`."""

import asyncio
import logging
from pathlib import Path

import pytest
from tests.runtime.server import IMPLEMENTATIONS
from tests.runtime.soak.hostile import raw_bytes, to_a_patient_server, to_a_server_with_limits
from tests.runtime.soak.memory import RECOMMENDED
from tests.runtime.soak.progress import no_complaints


async def test_malformed_frames_are_answered_one_by_one() -> None:
    assert await to_a_patient_server(1_000, seed=1)


async def test_malformed_frames_close_their_sender_and_nobody_else() -> None:
    assert await to_a_server_with_limits(300, seed=1)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
async def test_bytes_that_are_not_frames_end_only_their_connection(implementation: str) -> None:
    assert await raw_bytes(40, 1, implementation, largest=1 << 20)


def test_the_docs_recommend_the_settings_under_which_memory_is_measured() -> None:
    docs = (Path(__file__).parents[3] / "docs/how-to/unknown-clients.md").read_text("utf-8")
    assert " ".join(("uvicorn live.main:app", *RECOMMENDED)) in docs


async def test_the_soak_notices_log_entries_and_uncaught_exceptions() -> None:
    with no_complaints() as complaints:
        logging.getLogger("wsgen_runtime").error("one")
        asyncio.get_running_loop().call_exception_handler({"message": "two"})
        logging.getLogger("wsgen_runtime").warning("three")
    assert complaints == ["wsgen_runtime: one", "{'message': 'two'}"]
