"""The name of a topic is byte for byte the one of the founding code."""

import json
from collections import deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from wsgen_runtime.protocol.topic_names import topic_name


class Side(StrEnum):
    BUY = "buy"


class Legacy(str, Enum):  # noqa: UP042 - the form that many models still have
    SELL = "sell"


class Level(IntEnum):
    HIGH = 3


class Colour(Enum):
    RED = "red"


class Inner(BaseModel):
    b: int | None = None
    a: str = "x"


class Request(BaseModel):
    value: Any = None


class Loose(BaseModel, extra="allow"):
    pass


def name(value: object) -> str:
    return topic_name("r", Request(value=value)).removeprefix('r:{"value":').removesuffix("}")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, '""'),
        ("AAPL", '"AAPL"'),
        ("Zürich €", '"Z\\u00fcrich \\u20ac"'),
        (True, "true"),
        (1, "1"),
        (1.0, "1.0"),
        (1e300, "1e+300"),
        ([1, None], '[1,""]'),
        ((1, 2), "[1,2]"),
        ({"b": None, "a": {"d": 1, "c": None}}, '{"a":{"c":"","d":1},"b":""}'),
        ({10: "x", 9: "y"}, '{"9":"y","10":"x"}'),
        ({1: "x", "a": "y"}, '{"1":"x","a":"y"}'),
        ({Level.HIGH: 1}, '{"3":1}'),
        ({Colour.RED: 1}, '{"red":1}'),
        ({None: 1}, '{"null":1}'),
        ({"b", "a"}, '["a","b"]'),
        (Side.BUY, '"buy"'),
        (Legacy.SELL, '"sell"'),
        (Level.HIGH, "3"),
        (Colour.RED, '"red"'),
        (Inner(), '{"a":"x","b":""}'),
        ([Inner(b=2)], '[{"a":"x","b":2}]'),
        (datetime(2025, 11, 1, 12, tzinfo=UTC), '"2025-11-01T12:00:00Z"'),
        (date(2025, 11, 1), '"2025-11-01"'),
        (Decimal("1.5"), '"1.5"'),
        (Decimal("1.50"), '"1.5"'),
        (Decimal(100), '"100"'),
        (Decimal("-12.34"), '"-12.34"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (b"abc", '"abc"'),
    ],
)
def test_value_is_written_as_documented(value: object, expected: str) -> None:
    assert name(value) == expected


def test_keys_are_field_names_sorted() -> None:
    class Aliased(BaseModel):
        symbol: str = Field(alias="s")
        account: str = "a"

    assert topic_name("bars", Aliased(s="AAPL")) == 'bars:{"account":"a","symbol":"AAPL"}'


def founding_name(route: str, request: BaseModel) -> str:
    """The name in the founding code, for the values that it supports."""

    def blank(value: object) -> object:
        if isinstance(value, dict):
            return {key: blank(item) for key, item in value.items()}
        if isinstance(value, list):
            return [blank(item) for item in value]
        return "" if value is None else value

    parameters = blank(request.model_dump())
    return f"{route}:{json.dumps(parameters, sort_keys=True, separators=(',', ':'))}"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats().map(lambda it: it + 0.0) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner) | st.dictionaries(st.integers(), inner)
    ),
    max_leaves=10,
)


@given(plain)
def test_plain_values_are_named_as_in_the_founding_code(value: object) -> None:
    request = Request(value=value)
    assert topic_name("bars", request) == founding_name("bars", request)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_fields_of_any_name_are_sorted_as_in_the_founding_code(fields: dict[str, object]) -> None:
    request = Loose.model_validate(fields)
    assert topic_name("bars", request) == founding_name("bars", request)


def test_both_zeros_are_one_topic() -> None:
    assert name(-0.0) == name(0.0) == "0.0"
    assert name([{"x": -0.0}]) == name([{"x": 0.0}])
    assert name({-0.0: 1, 2.0: 2}) == name({0.0: 1, 2.0: 2})


EQUAL: list[list[object]] = [
    [Decimal(text) for text in ("1", "1.0", "1.00", "01", "1E0", "10E-1")],
    [Decimal(text) for text in ("0", "-0", "0.00", "0E5", "0E-50", "-0.0")],
    [Decimal(text) for text in ("100", "1E2", "100.0", "1.00E+2")],
    [Decimal(text) for text in ("-0.5", "-.5", "-0.50", "-5E-1")],
    [Decimal(text) for text in ("1E1000000", "10E999999", "1.0E1000000")],
    [Decimal(text) for text in ("0.0000001", "1E-7", "1.0E-7")],
    [
        datetime(2025, 11, 1, 12, tzinfo=UTC),
        datetime(2025, 11, 1, 14, tzinfo=timezone(timedelta(hours=2))),
        datetime(2025, 11, 1, 7, 30, tzinfo=timezone(-timedelta(hours=4, minutes=30))),
        datetime(2025, 11, 1, 13, tzinfo=ZoneInfo("Europe/Zurich")),
    ],
    [time(12, tzinfo=UTC), time(13, tzinfo=timezone(timedelta(hours=1)))],
    [
        time(0, 30, tzinfo=timezone(timedelta(hours=1))),
        time(1, 30, tzinfo=timezone(timedelta(hours=2))),
    ],
    [timedelta(hours=24), timedelta(days=1)],
    [deque([Decimal("1.0")]), deque([Decimal("1.00")])],
]


@pytest.mark.parametrize("values", EQUAL)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: value,
        lambda value: [value],
        lambda value: {"key": (value,)},
        lambda value: Request(value=[Request(value=value)]),
    ],
)
def test_equal_values_are_one_topic(values: list[object], wrap: Callable[[object], object]) -> None:
    assert all(value == values[0] for value in values)
    assert len({name(wrap(value)) for value in values}) == 1


@pytest.mark.parametrize("values", EQUAL[:9])
def test_equal_keys_and_members_are_one_topic(values: list[object]) -> None:
    assert len({name({value: 1, "x": 2}) for value in values}) == 1
    assert len({name(frozenset({value, "x"})) for value in values}) == 1


decimals = st.decimals(allow_nan=False) | st.builds(
    lambda number, exponent: Decimal(number).scaleb(exponent),
    st.integers(-200, 200),
    st.integers(-6, 6),
)
moments = st.builds(
    datetime,
    st.just(2025),
    st.just(3),
    st.integers(29, 31),
    st.integers(0, 23),
    tzinfo=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours))),
)
times = st.builds(
    time,
    st.integers(0, 23),
    tzinfo=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours))),
)


@given(st.one_of(*(st.tuples(kind, kind) for kind in (decimals, moments, times))))
def test_two_values_of_a_type_have_one_topic_if_and_only_if_they_are_equal(
    pair: tuple[object, object],
) -> None:
    one, other = pair
    assert (name(one) == name(other)) == (one == other)


def test_the_earliest_and_the_latest_datetime_have_a_topic() -> None:
    east, west = (timezone(timedelta(hours=hours)) for hours in (14, -12))
    assert name(datetime.min.replace(tzinfo=east)) != name(datetime.max.replace(tzinfo=west))
