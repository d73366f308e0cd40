"""What the rows of `make interop` are judged by: types in a front end's way, and rows of several versions."""

from typing import Any

from tests.interop.__main__ import line_of, merged
from tests.interop.front_end import types_of
from tests.interop.rows import Row


def test_types_of_a_front_end() -> None:
    fields: dict[str, Any] = {
        "plain": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "named": {"type": "array", "items": {"$ref": "#/components/schemas/Side"}},
        "wrapped": {"allOf": [{"$ref": "#/components/schemas/Side"}], "description": "Which side."},
        "listed": {"type": ["string", "null"]},
        "anything": {"description": "Any value."},
        "union": {"$ref": "#/components/schemas/Union"},
    }
    schemas = {
        "Order": {"type": "object", "properties": fields},
        "Side": {"enum": ["buy", "sell"]},
        "Union": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    }

    found = types_of({"components": {"schemas": schemas}})

    assert found.types == {"Order", "Side"}
    assert found.untyped == ["Order.wrapped", "Order.listed"]
    assert found.free == ["Order.anything"]
    assert found.missing == {"Union"}


def test_rows_of_several_versions_are_one_row() -> None:
    rows = [Row("tool", "3.1", "do", "0 errors"), Row("tool", "3.0", "do", "0 errors")]
    worse = Row("tool", "2.6", "do", "1 error", "a|b")

    assert merged([*rows, worse]) == [Row("tool", "3.1, 3.0", "do", "0 errors"), worse]
    assert line_of(worse) == r"| tool | 2.6 | do | 1 error: a\|b | **fails** |"
