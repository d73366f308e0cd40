"""What the rounds with applications stand on, and a few of them."""

import random
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.continuity.__main__ import parse, rounds
from tests.continuity.applications.memory import grown
from tests.continuity.applications.mutants import CHANGES, Change
from tests.continuity.applications.proxy import Proxy, _frames, _Link
from tests.continuity.applications.table import Counts, kind_of, table
from tests.continuity.applications.trials import find_changes
from tests.continuity.orders import judge
from tests.parts import CHROMIUM, require


def test_frames_are_taken_off_when_they_are_complete() -> None:
    short, long = b"\x81\x02hi", b"\x81\x7e\x01\x00" + b"x" * 256
    waiting = bytearray(short + long[:100])
    assert list(_frames(waiting)) == [short]
    waiting += long[100:] + short[:1]
    assert list(_frames(waiting)) == [long]
    assert waiting == short[:1]


async def test_an_update_is_lost_only_if_another_one_follows() -> None:
    written: list[bytes] = []
    link = _Link(SimpleNamespace(write=written.append))  # type: ignore[arg-type]  # all that is called
    proxy = Proxy(lambda: (0, ""), random.Random(1))
    proxy.lose(1.0)
    first, second, reset = (
        b'{"type": "bars.%s", "payload": {"topic": "bars:\\"A\\""}, "seq": %d}' % frame
        for frame in ((b"update", 1), (b"update", 2), (b"reset", 0))
    )
    assert not proxy._passes(link, b"bars.update", first)
    assert proxy._passes(link, b"bars.update", second)
    assert (written, proxy.lossy) == ([], {0})
    assert not proxy._passes(link, b"bars.update", first)
    assert proxy._passes(link, b"bars.reset", reset)
    assert written == [first]
    link.vanished = True
    proxy._passes(link, b"bars.update", first)
    link.release()
    assert written == [first]


def test_memory_that_grows_is_found_once_there_are_enough_rounds() -> None:
    assert grown([2_000_000, 9_000_000]) is None
    assert grown([9_000_000] * 4 + [5_000_000] * 40) is None
    assert grown([5_000_000 + 100_000 * number for number in range(40)]) is not None


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_fault_has_its_place_in_the_runtime(change: Change, tmp_path: Path) -> None:
    change.apply(tmp_path / "sources")


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ("0: event 1: X came after 3, and 0 were said to be missing", "losses not signalled"),
        ("0: event 1: X has another producer than {}, in one epoch", "losses not signalled"),
        ("0: event 1: it rests at 3 of s, and 5 were made", "losses not signalled"),
        ("0: event 1: X came after 3", "came twice or back"),
        ("0: event 1: X came again", "came twice or back"),
        ("0: event 1: the state after X is [1]", "states that differ"),
        ("0: event 1: it rests at {}, without a state of s", "states that differ"),
        ("not at rest: {}", "not at rest"),
        ("0: event 1: X was not produced", None),
    ],
)
def test_what_the_checker_says_is_counted_by_kind(said: str, column: str | None) -> None:
    assert kind_of(said) == column


@pytest.mark.parametrize(
    ("outcome", "count", "forgetful", "wrong"),
    [
        ("done", 1, False, 0),
        ("done", 0, False, 1),
        ("done", 2, False, 1),
        ("done", 2, True, 0),
        ("OutcomeUnknown", 1, False, 0),
        ("OutcomeUnknown", 0, False, 0),
        ("CommandError", 0, False, 0),
        ("CommandError", 1, True, 1),
        (None, 0, False, 1),
    ],
)
def test_an_order_is_carried_out_as_its_application_was_told(
    outcome: str | None, count: int, forgetful: bool, wrong: int
) -> None:
    assert len(judge({"1.0": outcome}, Counter({"1.0": count}), forgetful=forgetful)) == wrong


def test_what_belongs_to_no_column_is_shown() -> None:
    counts = Counts()
    counts.other.append("X was not produced")
    assert "one: X was not produced" in table({"one": counts})


@pytest.mark.slow
async def test_an_application_in_node_knows_what_it_has() -> None:
    assert await rounds(parse(["--client", "node", "--rounds", "2"]))


@pytest.mark.slow
async def test_an_application_in_a_page_knows_what_it_has() -> None:
    require(CHROMIUM)
    assert await rounds(parse(["--client", "chromium", "--rounds", "1"]))


@pytest.mark.slow
async def test_a_fault_of_the_runtime_is_found() -> None:
    options = ["--client", "node", "--mutants", "--only", "untold-loss"]
    assert await find_changes(parse(options))
