"""Positions that clients name: anything may come."""

import pytest

from wsgen_runtime import ErrorDetail, Position
from wsgen_runtime.protocol.positions import read_position


def test_a_position_is_an_epoch_and_a_number() -> None:
    assert read_position({"epoch": "k3f9", "seq": 41}) == Position("k3f9", 41)
    assert read_position({"epoch": "k", "seq": 0, "later": [1]}) == Position("k", 0)
    assert read_position(None) is None


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("k3f9", ("since",)),
        ([], ("since",)),
        (False, ("since",)),
        ({}, ("since", "epoch")),
        ({"epoch": "", "seq": 1}, ("since", "epoch")),
        ({"epoch": "e" * 129, "seq": 1}, ("since", "epoch")),
        ({"epoch": 7, "seq": 1}, ("since", "epoch")),
        ({"epoch": "k"}, ("since", "seq")),
        ({"epoch": "k", "seq": -1}, ("since", "seq")),
        ({"epoch": "k", "seq": True}, ("since", "seq")),
        ({"epoch": "k", "seq": 1.0}, ("since", "seq")),
        ({"epoch": "k", "seq": "1"}, ("since", "seq")),
        ({"epoch": "k", "seq": 2**63}, ("since", "seq")),
    ],
)
def test_any_other_position_is_refused_with_its_place(
    value: object, place: tuple[str, ...]
) -> None:
    wrong = read_position(value)
    assert isinstance(wrong, ErrorDetail)
    assert wrong.loc == place
