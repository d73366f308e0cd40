"""The history of a topic: its bounds, and what it can give."""

import pytest

from wsgen_runtime import History
from wsgen_runtime.topics import history
from wsgen_runtime.topics.history import Kept, Ring


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(history, "monotonic", lambda: now[0])
    return now


def filled(bounds: History, *seqs: int, size: int = 1) -> Ring:
    ring = Ring(bounds)
    for seq in seqs:
        ring.append(seq, f"frame {seq}", size, size)
    return ring


def seqs(kept: list[Kept] | None) -> list[int] | None:
    return None if kept is None else [it.seq for it in kept]


def test_all_updates_after_a_number_are_returned_in_their_order() -> None:
    ring = filled(History(), 1, 2, 3, 4)
    assert seqs(ring.between(2, 4)) == [3, 4]
    assert seqs(ring.between(0, 3)) == [1, 2, 3]


def test_nothing_is_returned_if_one_of_them_is_missing() -> None:
    ring = filled(History(), 2, 3, 5)
    assert ring.between(0, 3) is None
    assert ring.between(2, 5) is None
    assert ring.between(3, 6) is None


def test_the_newest_updates_are_returned_back_to_a_gap() -> None:
    ring = filled(History(), 1, 2, 4, 5, 6)
    assert [it.seq for it in ring.tail(2, 6)] == [6, 5]
    assert [it.seq for it in ring.tail(9, 6)] == [6, 5, 4]
    assert list(ring.tail(9, 7)) == []


def test_the_number_of_updates_is_bounded() -> None:
    ring = filled(History(updates=2), 1, 2, 3)
    assert len(ring) == 2
    assert seqs(ring.between(1, 3)) == [2, 3]


def test_the_size_of_all_data_is_bounded() -> None:
    ring = filled(History(bytes=10), 1, 2, 3, size=4)
    assert len(ring) == 2
    ring.append(4, "large", 99, 11)
    assert len(ring) == 0
    assert ring.between(3, 4) is None


def test_old_updates_are_not_returned(clock: list[float]) -> None:
    ring = filled(History(seconds=10), 1, 2)
    clock[0] = 6.0
    ring.append(3, "frame 3", 1, 1)
    clock[0] = 10.5
    assert seqs(ring.between(2, 3)) == [3]
    assert ring.between(1, 3) is None
    assert [it.seq for it in ring.tail(5, 3)] == [3]
