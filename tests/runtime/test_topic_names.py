"""The name of a topic is byte for byte the founding system's."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from wsgen_runtime.topic_names import topic_name


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
        (Decimal("1.50"), '"1.50"'),
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
    """What the founding system computes, for the values that it can."""

    def blank(value: object) -> object:
        if isinstance(value, dict):
            return {key: blank(item) for key, item in value.items()}
        if isinstance(value, list):
            return [blank(item) for item in value]
        return "" if value is None else value

    parameters = blank(request.model_dump())
    return f"{route}:{json.dumps(parameters, sort_keys=True, separators=(',', ':'))}"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner) | st.dictionaries(st.integers(), inner)
    ),
    max_leaves=10,
)


@given(plain)
def test_plain_values_are_named_as_in_the_founding_system(value: object) -> None:
    request = Request(value=value)
    assert topic_name("bars", request) == founding_name("bars", request)
