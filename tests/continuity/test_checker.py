"""The checker, against transcripts made by hand: what is right, and each thing that may be wrong."""

import pytest

from tests.continuity.checker import Topic
from tests.continuity.kinds import Kind, unfinished
from tests.continuity.rules import Event, Position
from tests.continuity.services import whole
from tests.continuity.truth import Made

HISTORY = Kind()
BOOK = Kind(stateful=True)
MANY = Kind(many=True)
TRUTH = {"a": 100, "b": 100}


def answer(
    seq: int, *, epoch: str = "e", recovered: bool = False, server: str = "", asked: float = 0.0
) -> Event:
    at = Position(epoch, seq)
    since = at if recovered else None
    return Event("answer", at, since=since, recovered=recovered, server=server, asked=asked)


def update(seq: int, number: int, *, source: str = "a", epoch: str = "e") -> Event:
    return Event("update", Position(epoch, seq), {"source": source, "number": number})


def updates(first: int, last: int, *, source: str = "a", epoch: str = "e") -> list[Event]:
    return [update(seq, seq, source=source, epoch=epoch) for seq in range(first, last + 1)]


def gap(seq: int, count: int | None = None) -> Event:
    return Event("gap", Position("e", seq), count=count)


def state(seq: int, number: int, *, source: str = "a") -> Event:
    data = whole(Made(source, number)).model_dump()
    return Event("snapshot", Position("e", seq), data)


def lost(seq: int) -> Event:
    return Event("lost", Position("e", seq))


RIGHT = {
    "from the start": (HISTORY, [answer(0), *updates(1, 5)]),
    "recovered": (
        HISTORY,
        [answer(0), *updates(1, 3), lost(3), answer(3, recovered=True), *updates(4, 6)],
    ),
    "a gap": (HISTORY, [answer(0), *updates(1, 3), gap(3, 2), *updates(6, 7)]),
    "another producer": (
        HISTORY,
        [answer(0), *updates(1, 3), gap(3), answer(0, epoch="f"), *updates(1, 2, source="b", epoch="f")],
    ),
    "replayed": (Kind(replay=2), [answer(0), *updates(1, 5), gap(5), answer(3), *updates(4, 8)]),
    "an earlier position": (
        HISTORY,
        [*updates(1, 9), lost(9), gap(9), answer(5), lost(5), answer(5, recovered=True), *updates(6, 9)],
    ),
    "replayed in another epoch": (
        Kind(replay=2),
        [answer(0), *updates(1, 9), gap(9), answer(7, epoch="f"), *updates(8, 11, epoch="f")],
    ),
    "a state": (BOOK, [answer(3), state(3, 3), *updates(4, 6), gap(6, 2), state(9, 9), update(10, 10)]),
    "a state before all": (BOOK, [answer(0), state(0, 0), *updates(1, 2)]),
    "two publish": (
        MANY,
        [answer(0), update(1, 1), update(2, 1, source="b"), update(3, 2), gap(3, 1), update(5, 3)],
    ),
    "no positions": (
        Kind(numbered=False),
        [update(1, 1, epoch=""), lost(1), update(1, 9, epoch=""), update(2, 1, source="b", epoch="")],
    ),
}  # fmt: skip

WRONG = {
    "twice or out of order": (HISTORY, [answer(0), *updates(1, 3), Event("overtaken", Position("e", 3))]),
    "after 3, and 0 were said": (HISTORY, [answer(0), *updates(1, 3), update(4, 5)]),
    "but 2 were said": (HISTORY, [answer(0), *updates(1, 3), gap(3, 2), update(6, 5)]),
    "came after 3": (HISTORY, [answer(0), *updates(1, 3), update(4, 2)]),
    "came again": (HISTORY, [answer(0), *updates(1, 9), gap(9), answer(0, epoch="f"), update(1, 9, epoch="f")]),
    "another producer": (HISTORY, [answer(0), *updates(1, 3), update(4, 1, source="b")]),
    "of its successor": (
        Kind(numbered=False),
        [update(1, 1), update(2, 1, source="b"), update(3, 2)],
    ),
    "elsewhere": (HISTORY, [answer(0), *updates(1, 3), gap(3), answer(1), update(2, 3)]),
    "not produced": (HISTORY, [answer(100), update(101, 101)]),
    "gave no position": (HISTORY, [Event("answer", Position("e", 1), recovered=True)]),
    "but the answer has": (
        HISTORY,
        [Event("answer", Position("e", 1), since=Position("e", 2), recovered=True)],
    ),
    "is no state": (
        BOOK,
        [answer(3), Event("snapshot", Position("e", 3), {"source": "a", "number": 3, "cells": [9] * 4})],
    ),
    "before any state": (BOOK, [answer(3), update(4, 4)]),
    "begins anew at": (Kind(replay=2), [answer(0), *updates(1, 9), gap(9), answer(6), *updates(7, 10)]),
    "this connection was at": (BOOK, [answer(0), state(0, 0), *updates(1, 9), state(8, 8), update(9, 9)]),
    "came after 2": (BOOK, [answer(3), state(3, 2), update(4, 4)]),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_right_transcripts_have_no_violations(name: str) -> None:
    kind, events = RIGHT[name]
    assert Topic(kind, {"client": events}).violations(TRUTH) == []


@pytest.mark.parametrize("said", WRONG)
def test_wrong_transcripts_have_the_violation(said: str) -> None:
    kind, events = WRONG[said]
    assert said in "\n".join(Topic(kind, {"client": events}).violations(TRUTH))


@pytest.mark.parametrize(
    ("server", "time", "wrong"), [("s", 1.0, True), ("t", 1.0, True), ("t", 3.0, False)]
)
def test_what_was_delivered_anywhere_must_follow_a_recovered_answer(
    server: str, time: float, wrong: bool
) -> None:
    data = {"source": "a", "number": 4}
    seen = Event("update", Position("e", 4), data, time=time, server=server)
    resumed = answer(3, recovered=True, server="s", asked=2.0)
    missing = Event("gap", Position("e", 3), count=1, time=4.0, server="s")
    said = Topic(HISTORY, {"one": [seen], "two": [resumed, missing]}).violations(TRUTH)
    assert any("did not follow" in each for each in said) == wrong


def test_recovered_updates_have_no_hole() -> None:
    seen = [
        Event("update", Position("e", seq), {"source": "a", "number": seq}, time=1.0, server="s")
        for seq in range(1, 10)
    ]
    resumed = answer(3, recovered=True, server="s", asked=2.0)
    events = [resumed, update(4, 4), gap(4, 2), update(7, 7)]
    topic = Topic(HISTORY, {"one": seen, "two": events})
    assert "did not follow" in "\n".join(topic.violations(TRUTH))


def test_no_more_than_the_replay_comes_again() -> None:
    once = [answer(0), *updates(1, 9), gap(9)]
    for position, wrong in ((7, False), (6, True)):
        again = [answer(position, epoch="f"), *updates(position + 1, 12, epoch="f")]
        said = Topic(Kind(replay=2), {"client": once + again}).violations(TRUTH)
        assert any("came again" in each for each in said) == wrong


@pytest.mark.parametrize(
    ("server", "asked", "wrong"),
    [("one", 2.0, True), ("one", 0.5, False), ("two", 2.0, False)],
)
def test_only_a_process_that_is_behind_begins_at_an_earlier_position(
    server: str, asked: float, wrong: bool
) -> None:
    seen = [
        Event("update", Position("e", seq), {"source": "a", "number": seq}, time=1.0, server="one")
        for seq in range(1, 10)
    ]
    back = [answer(5, server=server, asked=asked), *updates(6, 9)]
    said = Topic(HISTORY, {"client": [*seen, lost(9), gap(9), *back]}).violations(TRUTH)
    assert any("the process had been" in each for each in said) == wrong


def test_no_process_goes_back_to_an_earlier_epoch() -> None:
    def at(epoch: str, time: float) -> Event:
        data = {"source": epoch, "number": 1}
        return Event("update", Position(epoch, 1), data, time=time, server="one")

    moves = [at("e", 1.0), gap(1), answer(0, epoch="f", server="one"), at("f", 2.0)]
    for asked, wrong in ((3.0, True), (1.5, False)):
        back = [answer(1, server="one", asked=asked)]
        said = Topic(HISTORY, {"one": moves, "two": back}).violations(TRUTH)
        assert any("the process had been" in each for each in said) == wrong


def test_two_clients_must_agree_about_a_position() -> None:
    topic = Topic(HISTORY, {"one": [answer(0), update(1, 1)], "two": [answer(0), update(1, 2)]})
    assert "elsewhere" in "\n".join(topic.violations(TRUTH))


@pytest.mark.parametrize(
    ("kind", "events", "lacking"),
    [
        (HISTORY, [answer(0), *updates(1, 100)], False),
        (HISTORY, [answer(0), *updates(1, 99)], True),
        (HISTORY, [answer(0), *updates(1, 99), gap(99), answer(100)], False),
        (HISTORY, [answer(0), *updates(1, 99, source="b")], True),
        (MANY, [answer(0), *updates(1, 97), gap(97, 3), update(101, 1, source="b")], False),
        (MANY, [answer(0), *updates(1, 97), gap(97, 2), update(100, 1, source="b")], True),
        (BOOK, [answer(0), state(100, 100)], False),
        (BOOK, [answer(0), state(99, 99)], True),
        (BOOK, [answer(0), state(99, 99), gap(99), answer(100)], True),
        (BOOK, [answer(0)], True),
    ],
)
def test_a_client_at_rest_has_everything_or_knows_of_a_loss(
    kind: Kind, events: list[Event], lacking: bool
) -> None:
    assert (unfinished(kind, events, TRUTH, ["a"]) is not None) == lacking
